"""From an appliance's history to its verdicts: all detectors of its kind, one verdict per fault. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from domain.findings import Verdict
from domain.signals import Kind
from models.detectors import detectors_of
from models.detectors.agree import agree
from models.detectors.contract import References
from models.history import FeatureHistory
from models.ruled_out import with_ruled_out

EXPLAINS: Final[Mapping[tuple[Kind, str], frozenset[str]]] = MappingProxyType(
    {
        # Ice on the evaporator makes the machine run longer and cool slower: no seal, dust or compressor fault besides.
        (Kind.REFRIGERATOR, "defrost_failure"): frozenset({"door_seal_leak", "condenser_dust", "compressor_failing"}),
    }
)
"""A fault that is present explains what would otherwise look like these; of them nothing is said."""


def judge_appliance(
    kind: Kind, history: FeatureHistory, references: References, now_data_time: datetime
) -> list[Verdict]:
    """At most one verdict per fault, as of `now_data_time`."""
    spoken = [(detector, detector.judge(history, references, now_data_time)) for detector in detectors_of(kind)]
    verdicts = agree((detector, verdict) for detector, verdict in spoken if verdict is not None)
    explained = {
        fault for verdict in verdicts if verdict.present for fault in EXPLAINS.get((kind, verdict.fault), frozenset())
    }
    return [
        with_ruled_out(verdict, kind, history, references)
        for verdict in verdicts
        if not (verdict.present and verdict.fault in explained)
    ]
