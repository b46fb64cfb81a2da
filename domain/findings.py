"""What the system says about an appliance: a finding with its evidence."""

from dataclasses import dataclass
from datetime import datetime

from domain.faults import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why: one signal or index, what was expected, what was observed, since when (data time, UTC)."""

    signal: str
    expected: float | None
    observed: float | None
    unit: str
    since: datetime
    note: str = ""
    """In plain words, what was compared or ruled out."""
    only_power: bool = False
    """The appliance says nothing but its power (a metering plug), so that this is all there was to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A detector's word on one appliance and fault, as of the data time `at`.

    `present` True raises or keeps a finding, False says that the fault is gone (proof by telemetry). No verdict at
    all means: nothing can be said.
    """

    fault: str
    present: bool
    at: datetime
    probability: float
    urgency: Urgency
    evidence: tuple[Evidence, ...]
    fails_p10: datetime | None = None
    fails_p50: datetime | None = None
    fails_p90: datetime | None = None
    detector: str = ""
    """Name and version of the rule or model that speaks."""
    ruled_out: tuple[str, ...] = ()
    """What else it could have been and why it is not: weather, use, peers, sensors, other faults."""
    score: float | None = None
    """What the detector said before a trained model made a probability of it; None if no model spoke."""

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability {self.probability} is not within 0 to 1")
        if self.at.tzinfo is None:
            raise ValueError("a verdict needs a time with zone")
        if self.present and not self.evidence:
            raise ValueError("a finding without evidence is not worth anybody's time")
