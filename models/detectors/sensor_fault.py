"""Any kind: a sensor that says what the appliance cannot do. Judged before any appliance verdict.

A verdict needs two observed days in a row, so that a bad hour of the radio is none.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import SIGNALS, Kind
from models.detectors.contract import Detector, References
from models.detectors.meter_troubles import meter_troubles
from models.detectors.sensor_troubles import GONE, STANDS, troubles
from models.detectors.trouble import DAYS, LEAST_BEFORE, ODD_SHARE, RECENT_DAYS, Trouble
from models.features.plausible import FANS, WATCHED
from models.features.sensors import (
    ENERGY_GAP,
    GAP,
    IN_ONES,
    MISSING,
    ODD,
    POWER_GAP,
    REST_PAIRS,
    STANDS_ON,
    STUCK,
    TENS,
    TURNS_OFF,
    USUAL,
)
from models.history import FeatureHistory, day_start


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, *, kind: Kind, detector: str
) -> Verdict | None:
    """Present while any watched signal is impossible; absent when all of them have been sound for two days."""
    found = [*troubles(kind, history), *meter_troubles(history)]
    if not found and not _enough(kind, history):
        return None
    ended = [] if found else list(_ended(kind, history))
    return Verdict(
        fault="sensor_fault",
        present=bool(found),
        at=now_data_time,
        probability=0.9 if found else 0.0,
        urgency=Urgency.VISIT,
        evidence=tuple(_said(trouble) for trouble in found) or tuple(ended),
        detector=detector,
    )


def _enough(kind: Kind, history: FeatureHistory) -> bool:
    known = [series for signal in WATCHED.get(kind, {}) if len(series := history.complete(f"{USUAL}.{signal}"))]
    fresh = any((history.today - series.days[-1]).days <= RECENT_DAYS for series in known)
    return fresh and any(len(series) >= LEAST_BEFORE + DAYS for series in known)


def _ended(kind: Kind, history: FeatureHistory) -> Iterator[Evidence]:
    """What was wrong within the last weeks and is not any more."""
    for signal in WATCHED.get(kind, {}):
        usual = history.complete(f"{USUAL}.{signal}")
        for index, limit in ((ODD, ODD_SHARE), (MISSING, GONE), (STUCK, STANDS)):
            shares = history.complete(f"{index}.{signal}")
            bad = [day for day, value in zip(shares.days, shares.values, strict=True) if value >= limit]
            if len(bad) >= DAYS and len(usual) and usual.days[-1] > bad[-1]:
                yield Evidence(
                    signal=signal,
                    expected=None,
                    observed=float(usual.values[-1]),
                    unit=SIGNALS[signal].unit,
                    since=day_start(usual.days[-1]),
                    note=f"{_named(signal)} reads normally again.",
                )
                break


def _said(trouble: Trouble) -> Evidence:
    return Evidence(
        signal=trouble.signal,
        expected=trouble.expected,
        observed=trouble.observed,
        unit=trouble.unit,
        since=day_start(trouble.since),
        note=f"{_named(trouble.signal)} {trouble.what} so nothing is concluded about the appliance from it.",
    )


def _named(signal: str) -> str:
    """What a signal, or the difference of two, is, as a sentence begins: `Compressor discharge`."""
    said = " against ".join(SIGNALS[one].about.split(";")[0] for one in signal.split(" - "))
    return said[0].upper() + said[1:]


def _detector(kind: Kind) -> Detector:
    name, version = f"sensor_fault_{kind}", "2"
    watched = tuple(f"{index}.{signal}" for signal in WATCHED[kind] for index in (USUAL, ODD, MISSING, STUCK))
    tens = tuple(f"{TENS}.{signal}" for signal in WATCHED[kind] if signal in IN_ONES)
    pairs = tuple(f"{GAP}.{one}.{other}" for one, other in REST_PAIRS.get(kind, ()))
    speeds = (TURNS_OFF, STANDS_ON) if kind in FANS else ()
    return Detector(
        name=name,
        version=version,
        fault="sensor_fault",
        kinds=frozenset({kind}),
        indices=(*watched, *tens, *pairs, *speeds, POWER_GAP, ENERGY_GAP),
        cannot_see=(
            "Slow drift of a sensor that has no second one beside it; a sensor that was wrong from the first days; "
            "signals that a machine sends only a few times a day; a wrong unit on a day of bad air."
        ),
        measures=True,
        judge=partial(judge, kind=kind, detector=f"{name}/{version}"),
    )


DETECTORS: Final = tuple(_detector(kind) for kind in WATCHED)
