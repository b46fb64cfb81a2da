"""Tips after a purchase and before a season: which are due, for whom, and how rarely. Pure.

Seasons follow the sun: what is said before summer in Spain is said half a year later in Chile, and where the year has
no cool half it is said once a year, before the hottest months.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

from domain.signals import Kind

Season = Literal["before_summer", "before_winter"]
SUMMER_SPEAKS: Final = (4, 5)
WINTER_SPEAKS: Final = (9, 10)
"""Months in which a season's tips are said in the northern hemisphere (E); six months later in the southern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """One piece of advice; either so many days after installation or before a season."""

    code: str
    kind: Kind
    text: str
    days_after_purchase: int | None = None
    season: Season | None = None

    def __post_init__(self) -> None:
        if (self.days_after_purchase is None) == (self.season is None):
            raise ValueError(f"tip {self.code} needs one occasion: days after purchase, or a season")


def _bought(code: str, kind: Kind, days: int, text: str) -> Tip:
    return Tip(code=code, kind=kind, text=text, days_after_purchase=days)


def _season(code: str, kind: Kind, season: Season, text: str) -> Tip:
    return Tip(code=code, kind=kind, text=text, season=season)


TIPS: Final = (
    _bought("ac_start", Kind.AIR_CONDITIONER, 3, "Rinse the air filter every few weeks of use; Wellkept tells when."),
    _bought("fridge_start", Kind.REFRIGERATOR, 3, "5 °C above and -18 °C below are enough; keep a hand's width of air "
            "behind the refrigerator."),
    _bought("washer_start", Kind.WASHING_MACHINE, 3, "Open the door after washing, and run 60 °C once a month, so that "
            "nothing grows inside."),
    _bought("washer_filter", Kind.WASHING_MACHINE, 60, "Behind the flap at the bottom sits a small filter: look at it "
            "every few months."),
    _bought("dryer_start", Kind.DRYER, 3, "Empty the lint filter after every load; it dries faster and safer."),
    _bought("dishwasher_start", Kind.DISHWASHER, 3, "Set the water hardness, keep salt and rinse aid filled, and rinse "
            "the sieve every week."),
    _bought("heater_start", Kind.WATER_HEATER, 7, "60 °C in the tank keeps legionella down; hotter only makes scale."),
    _bought("purifier_start", Kind.AIR_PURIFIER, 3, "Vacuum the pre-filter every two weeks; the main filter lasts "
            "longer."),
    _bought("hood_start", Kind.RANGE_HOOD, 14, "Wash the grease filter once a month; a full one feeds a fire."),
    _season("ac_summer", Kind.AIR_CONDITIONER, "before_summer", "Before the heat: rinse the filters, free the outdoor "
            "unit of leaves, and let it cool for a quarter of an hour."),
    _season("ac_winter", Kind.AIR_CONDITIONER, "before_winter", "Before the cold: if you heat with it, try it for a "
            "quarter of an hour; if not, let the fan dry it and take it off the mains."),
    _season("fridge_summer", Kind.REFRIGERATOR, "before_summer", "Before the heat: vacuum the grille at the back; it "
            "saves power when it works hardest."),
    _season("heater_winter", Kind.WATER_HEATER, "before_winter", "Before the cold: check the safety valve, it should "
            "drip when you turn it."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """An appliance of a home that consented to tips; `told` are (code, occasion) said before."""

    key: int
    kind: Kind
    latitude: float | None
    climate: str | None
    installed_on: date | None
    told: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TipParams:
    """How rarely a home is spoken to (E)."""

    gap: timedelta = timedelta(days=14)
    """Between two tips to one home."""
    late: timedelta = timedelta(days=30)
    """A purchase tip that is so late is not said any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTip:
    """A tip to say now; `occasion` is what it is said for, once."""

    key: int
    tip: Tip
    occasion: str


def due_tip(
    owned: Iterable[Owned], last: date | None, today: date, params: TipParams, tips: Sequence[Tip] = TIPS
) -> DueTip | None:
    """The one tip that a home gets today, or None; new appliances before seasons.

    Before a season a home with three air conditioners hears it once, not three times.
    """
    if last is not None and today - last < params.gap:
        return None
    owned = list(owned)
    heard = frozenset[tuple[str, str]]().union(*(one.told for one in owned))
    found = [
        DueTip(key=one.key, tip=tip, occasion=occasion)
        for one in owned
        for tip in tips
        if tip.kind is one.kind
        and (occasion := _occasion(tip, one, today, params)) is not None
        and (tip.code, occasion) not in (one.told if tip.season is None else heard)
    ]
    return min(found, key=lambda due: (due.tip.season is not None, due.tip.code, due.key), default=None)


def _occasion(tip: Tip, owned: Owned, today: date, params: TipParams) -> str | None:
    if tip.days_after_purchase is not None:
        if owned.installed_on is None:
            return None
        due = owned.installed_on + timedelta(days=tip.days_after_purchase)
        return "purchase" if due <= today <= due + params.late else None
    assert tip.season is not None, "a tip without days has a season"
    return (
        f"{tip.season} {today.year}"
        if today.month in speaking_months(tip.season, owned.latitude, owned.climate)
        else None
    )


def speaking_months(season: Season, latitude: float | None, climate: str | None) -> tuple[int, ...]:
    """The months in which a season's tips are said at a latitude; none where it is not known.

    In a tropical climate there is no winter to prepare for; a home high up in the tropics may have one.
    """
    if latitude is None or (climate == "tropical" and season == "before_winter"):
        return ()
    north = _MONTHS[season]
    return north if latitude >= 0 else tuple((month + 5) % 12 + 1 for month in north)


_MONTHS: Final = MappingProxyType({"before_summer": SUMMER_SPEAKS, "before_winter": WINTER_SPEAKS})
