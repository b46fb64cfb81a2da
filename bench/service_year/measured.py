"""How well faults are detected, read from the report that `wellkept evaluate` wrote about a sealed fleet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from domain.faults import Urgency
from domain.signals import Kind

REPORT: Final = Path(__file__).with_name("report.json")
"""The report that the year is drawn from, as it was written."""
FEW: Final = 3
"""With fewer delays than this their spread is taken from all faults of the class (E)."""
TENTHS_APART: Final = 2.563
"""Standard deviations between the first and the last tenth of a normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of a fault: the share that is found, and the delay after it could be seen, in days (normal, cut at the onset)."""

    found: float
    delay_days: float
    delay_spread_days: float
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Detection by fault, by class for faults that the fleet did not have, and what was wrong per 1000 months."""

    faults: Mapping[tuple[str, str], Told]
    classes: Mapping[str, Told]
    false_per_1000: Mapping[str, float]
    source: Mapping[str, Any]

    def of(self, kind: Kind, fault: str, urgency: Urgency) -> Told:
        """What to expect of a fault."""
        return self.faults.get((str(kind), fault)) or self.classes[str(urgency)]


def read_measured(path: Path) -> Measured:
    """The figures of a report; ValueError if it has no truth to measure by, or misses what is needed."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if not report["truth"]:
            raise ValueError("its fleet has no truth.csv, so nothing was measured")
        classes = {name: _told(one, None) for name, one in report["classes"].items()}
        return Measured(
            faults={
                (one["kind"], one["fault"]): _told(one, classes[one["class"]])
                for one in report["faults"]
                if one["recall"]["of"]
            },
            classes=classes,
            false_per_1000={
                "visit": _false(report, "visit", "false_visits"), "self": _false(report, "self", "false_nudges"),
            },
            source={name: report.get(name) for name in ("case", "appliance_months", "model")},
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ValueError(f"{path} is no report of `wellkept evaluate` to draw a year from: {error}") from error


def _told(one: Mapping[str, Any], whole: Told | None) -> Told:
    hits, of, delay = one["recall"]["hits"], one["recall"]["of"], one["delay_days"]
    found = (hits + 1) / (of + 2)  # so that one of one is not certainty (Laplace)
    if whole is not None and delay["n"] < FEW:
        middle = whole.delay_days if delay["p50"] is None else delay["p50"]
        return Told(found=found, delay_days=middle, delay_spread_days=whole.delay_spread_days, events=int(of))
    if delay["p50"] is None:
        raise ValueError("it found no fault of a whole class: too little to draw a year from")
    spread = (delay["p90"] - delay["p10"]) / TENTHS_APART
    return Told(found=found, delay_days=delay["p50"], delay_spread_days=spread, events=int(of))


def _false(report: Mapping[str, Any], urgency: str, otherwise: str) -> float:
    """Brought to real base rates where the report does so: the year's faults come at real rates."""
    real = ((report.get("real_base_rates") or {}).get(urgency) or {}).get("false_per_1000")
    return float(report[otherwise]["per_1000"] if real is None else real)
