"""Prices, habits and budgets that decisions go by, in one place."""

from dataclasses import dataclass, fields
from typing import Final, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionParams:
    """Prices and habits. All (E), of the order of euros; each can be set from the environment (docs/guides)."""

    visit: float = 120.0
    """A planned visit with its working time."""
    bundled_visit: float = 50.0
    """The same job when somebody comes to the home anyway: no journey."""
    remote_step: float = 8.0
    """Leading the owner through a step: a message, often a call."""
    nudge: float = 1.0
    """A reminder: the owner's patience more than the message."""
    false_visit: float = 60.0
    """A visit that finds nothing costs this beside itself: the owner's half day and trust."""
    false_nudge: float = 4.0
    failure: float = 320.0
    """A failure of what needs a technician, the visit out of turn included: spoilt goods, days without."""
    neglect: float = 200.0
    """Self-care that never happens: energy, comfort, wear, and in the end a visit."""
    hazard: float = 1500.0
    """A hazard that nobody was told of; only counted, never weighed."""
    self_care_works: float = 0.6
    remote_step_works: float = 0.3
    """Remote diagnosis is said to avoid about three visits in ten (mission, S3)."""
    remote_clears: float = 0.5
    """Chance that a remote look shows that nothing is wrong where nothing is."""
    wait_clears: float = 0.3
    """Chance that a wrong finding ends by itself while a visit waits for another job."""
    send_from: float = 0.8
    """Nobody is sent on their own account for what is less likely: the precision that visits are held to (mission)."""
    relapse_days: float = 180.0
    """So long nobody is sent of our own accord for a technician's fault that was found and went by itself: such faults
    do not heal, so it was something else (docs/decisions/0060; half a year, (E))."""
    share_chance: float = 0.2
    """Chance that another job turns up in the home within `wait_days`."""
    wait_days: float = 14.0
    visit_lead_days: float = 3.0
    """From deciding to the technician at the door."""
    coming_spares: float = 0.5
    """Share of what a failure costs beyond its visit that is spared because somebody is coming already."""
    horizon_days: float = 365.0
    """How long 'nothing' is left alone."""
    switch_margin: float = 0.2
    """Another option must be cheaper by this share before a decision is changed: no flip-flop on every new reading."""
    visits_per_1000_months: float = 60.0
    """Visit budget: planned visits per 1000 appliance-months, right or wrong."""
    false_visits_per_1000_months: float = 10.0
    """Visit budget: expected wrong visits (the sum of what is missing to certainty) per 1000 appliance-months."""
    least_visits: float = 10.0
    """A small fleet may have so many visits in 30 days whatever the rates say."""
    day_share: float = 0.2
    """Share of the 30 days' visits that one day may use."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (least, most, what) = getattr(self, field.name), range_of(field.name)
            if not least <= value <= most:  # false for NaN
                raise ValueError(f"{field.name} is {what} from {least:g} to {most:,.9g}, not {value:g}")


class Range(NamedTuple):
    """What a setting may be, both ends included; beyond it is a slip of the pen (E)."""

    least: float
    most: float
    what: str


def range_of(name: str) -> Range:
    """What the field `name` may be."""
    return _RANGES.get(name, _PRICE)


_PRICE: Final = Range(0.0, 1e6, "a price")
_SHARE: Final = Range(0.0, 1.0, "a share")
_DAYS: Final = Range(0.0, 3660.0, "a number of days")
_VISITS: Final = Range(0.0, 1e6, "a number of visits")
_RANGES: Final = {
    **dict.fromkeys(("self_care_works", "remote_step_works", "remote_clears", "wait_clears", "share_chance",
                     "switch_margin", "day_share", "coming_spares", "send_from"), _SHARE),
    **dict.fromkeys(("relapse_days", "wait_days", "visit_lead_days"), _DAYS),
    "horizon_days": _DAYS._replace(least=1.0),
    **dict.fromkeys(("visits_per_1000_months", "false_visits_per_1000_months", "least_visits"), _VISITS),
}  # fmt: skip
