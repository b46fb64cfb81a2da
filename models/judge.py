"""From an appliance's history to its verdicts: all detectors of its kind, one verdict per fault. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from domain.findings import Verdict
from domain.signals import Kind
from models.detectors import detectors_of
from models.detectors.agree import agree
from models.detectors.contract import Detector, References
from models.detectors.defrost_silence import undefrosted
from models.detectors.index_words import words_of
from models.healthy.learners import RATIO
from models.history import FeatureHistory
from models.only_power import with_scope
from models.ruled_out import with_ruled_out

UNDEFROSTED: Final = "undefrosted"
NEGLECTED: Final = "neglected"
NEGLECTED_DAYS: Final = range(7, 29)
"""Days ago, on one of which its owner's part was the name of what is there (E): a compressor that fails looks like dust
for some days at most, and what was told longer ago and has not ended is there still, however it grows."""
OWNERS: Final = frozenset({"door_seal_leak", "condenser_dust"})
"""What an owner of a refrigerator puts right, and what a compressor that moves less refrigerant looks like."""
EXPLAINS: Final[Mapping[tuple[Kind, str], frozenset[str]]] = MappingProxyType(
    {
        # A machine that stands still tells nothing about its other parts.
        (Kind.REFRIGERATOR, "cooling_lost"): frozenset(
            {"door_seal_leak", "condenser_dust", "defrost_failure", UNDEFROSTED, NEGLECTED}
        ),
        (Kind.REFRIGERATOR, "power_lost"): frozenset(
            {"door_seal_leak", "condenser_dust", "defrost_failure", UNDEFROSTED, NEGLECTED}
        ),
        # Ice on the evaporator makes the machine run longer and cool slower: no seal, dust or compressor fault besides.
        (Kind.REFRIGERATOR, "defrost_failure"): frozenset({"door_seal_leak", "condenser_dust", "compressor_failing"}),
        # It does so before the silence of the heater is long enough to be named, and after a repair that did not help.
        (Kind.REFRIGERATOR, UNDEFROSTED): frozenset({"compressor_failing"}),
        # So does a condenser that has been dusty for weeks: its owner comes first.
        (Kind.REFRIGERATOR, NEGLECTED): frozenset({"compressor_failing"}),
        # So does a compressor that moves less refrigerant.
        (Kind.REFRIGERATOR, "compressor_failing"): OWNERS,
    }
)
"""What a fault, a detector (by its name) or the state of a machine explains while it is present: of these nothing is
said. The graver first: what is explained explains nothing itself."""
SENSOR_FAULT: Final = "sensor_fault"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def judge_appliance(
    kind: Kind, history: FeatureHistory, references: References, now_data_time: datetime
) -> list[Verdict]:
    """At most one verdict per fault, as of `now_data_time`; none about the appliance because of a broken sensor."""
    detectors = detectors_of(kind)
    sensors = [one for one in detectors if one.fault == SENSOR_FAULT]
    spoken = [(detector, detector.judge(history, references, now_data_time)) for detector in sensors]
    doubted = _doubted([verdict for _, verdict in spoken if verdict is not None])
    sound = _without(history, doubted) if doubted else history
    spoken += [(one, one.judge(sound, references, now_data_time)) for one in detectors if one.fault != SENSOR_FAULT]
    seen = {name for one, verdict in spoken if verdict and verdict.present for name in (one.name, one.fault)}
    if kind is Kind.REFRIGERATOR and undefrosted(sound):
        seen.add(UNDEFROSTED)
    if "compressor_failing" in seen and _neglected(dict(spoken), sound, references, now_data_time):
        seen.add(NEGLECTED)
    explained: set[str] = set()
    for (of, name), others in EXPLAINS.items():
        if of == kind and name in seen - explained:
            explained |= others
    verdicts = agree((detector, verdict) for detector, verdict in spoken if verdict is not None)
    return [
        with_scope(with_ruled_out(verdict, kind, history, references), kind, history)
        for verdict in verdicts
        if not (verdict.present and (verdict.fault in explained or _rests_on(verdict, doubted)))
    ]


def _neglected(
    spoken: Mapping[Detector, Verdict | None], history: FeatureHistory, references: References, now: datetime
) -> bool:
    """Whether what its owner should put right was there weeks ago, by the detector's own word, and has not ended."""
    going_on = [one for one, verdict in spoken.items() if one.fault in OWNERS and (verdict is None or verdict.present)]
    told = (one.judge(past, references, now) for past in _weeks_before(history) for one in going_on)
    return any(verdict is not None and verdict.present for verdict in told)


def _weeks_before(history: FeatureHistory) -> Iterator[FeatureHistory]:
    """The history as it was known on each of `NEGLECTED_DAYS`."""
    for days in NEGLECTED_DAYS:
        today = history.today - timedelta(days=days)
        series = {index: one.before(today) for index, one in history.series.items()}
        yield replace(history, series=series, today=today, memo={})


def _doubted(verdicts: Sequence[Verdict]) -> frozenset[str]:
    """The signals that a sensor verdict speaks of."""
    return frozenset(
        signal
        for verdict in verdicts
        if verdict.present and verdict.fault == SENSOR_FAULT
        for evidence in verdict.evidence
        for signal in _NAME.findall(evidence.signal)
    )


def _without(history: FeatureHistory, doubted: frozenset[str]) -> FeatureHistory:
    """The history without every index that is made of a doubted signal; what other signals tell is still heard."""
    gone = {index for index in history.series if not doubted.isdisjoint(_NAME.findall(words_of(index).signal))}
    gone |= {ratio for index, ratio in RATIO.items() if not doubted.isdisjoint(_NAME.findall(words_of(index).signal))}
    series = {index: one for index, one in history.series.items() if index not in gone}
    return replace(history, series=series, memo={})


def _rests_on(verdict: Verdict, doubted: frozenset[str]) -> bool:
    """True for a verdict about the appliance of which any evidence is made of a doubted signal."""
    return verdict.fault != SENSOR_FAULT and any(
        not doubted.isdisjoint(_NAME.findall(evidence.signal)) for evidence in verdict.evidence
    )
