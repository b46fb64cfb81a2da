"""Parts of the fleet and of its time for which the same figures are made: new, hot, gappy, metered by a plug, unknown
model."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from domain.readings import from_us
from domain.signals import Kind
from models.evaluation.case import CaseAppliance
from models.evaluation.walk import Seen

NEW_DAYS: Final = 14
SETTLED_DAYS: Final = 45
HOT_K: Final = 3.0
"""A day this much warmer than the median of the month around it is part of a heat wave (E),"""
HOT_TAIL_DAYS: Final = 2
"""and so are the days after it, in which its effect is judged."""
GAPPY_SHARE: Final = 0.9
GAPPY_DAYS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A part: which moments of which appliances belong to it, and how many days that is for one appliance."""

    name: str
    about: str
    holds: Callable[[str, datetime], bool]
    days: Callable[[Seen], float]


def splits(
    appliances: Mapping[str, CaseAppliance], seen: Mapping[str, Seen], known_models: Collection[str] | None
) -> list[Split]:
    """The parts that this case can show; without a trained model nothing is known about models it has not seen."""
    first = {name: from_us(one.first_us) for name, one in seen.items()}

    def age(name: str, at: datetime) -> timedelta:
        return at - first[name]

    def between(low: float, high: float) -> Callable[[Seen], float]:
        return lambda one: max(0.0, min(one.days, high) - low)

    parts = [
        Split(name="first 14 days", about="moments within 14 days of the first telemetry",
              holds=lambda name, at: age(name, at) < timedelta(days=NEW_DAYS), days=between(0, NEW_DAYS)),
        Split(name="days 15 to 45", about="moments 14 to 45 days after the first telemetry",
              holds=lambda name, at: timedelta(days=NEW_DAYS) <= age(name, at) < timedelta(days=SETTLED_DAYS),
              days=between(NEW_DAYS, SETTLED_DAYS)),
    ]  # fmt: skip
    gappy = {name for name, one in seen.items() if _is_gappy(one)}
    parts.append(_appliances_of("gaps", "appliances with less than 90 % of days or a gap of three days", gappy))
    plugged = {name for name, one in seen.items() if one.only_power and appliances[name].kind is not Kind.CIRCUIT}
    if plugged:
        parts.append(_appliances_of("only power", "appliances that tell no more than a metering plug does", plugged))
    hot = {home: days for home, days in _hot_days(appliances, seen).items() if days}
    if hot:
        parts.append(_heat_wave(appliances, hot))
    if known_models is not None:
        new = {name for name in seen if appliances[name].model not in known_models}
        parts.append(_appliances_of("unseen model", "appliances of models that the model was not trained on", new))
    return parts


def _appliances_of(name: str, about: str, names: Collection[str]) -> Split:
    return Split(name=name, about=about, holds=lambda one, at: one in names,
                 days=lambda one: one.days if one.appliance_id in names else 0.0)  # fmt: skip


def _is_gappy(one: Seen) -> bool:
    return one.longest_gap_days >= GAPPY_DAYS or one.data_days < GAPPY_SHARE * one.days


def _heat_wave(appliances: Mapping[str, CaseAppliance], hot: Mapping[str, frozenset[date]]) -> Split:
    def days(name: str) -> frozenset[date]:
        return hot.get(appliances[name].household_id, frozenset())

    def within(one: Seen) -> float:
        return sum(one.first_us <= _noon_us(day) <= one.last_us for day in days(one.appliance_id))

    return Split(
        name="heat wave",
        about="days 3 K above the month around them, by the home's own outdoor sensor, and two days after",
        holds=lambda name, at: at.date() in days(name),
        days=within,
    )


def _noon_us(day: date) -> int:
    return ((day - date(1970, 1, 1)).days * 86_400 + 43_200) * 1_000_000


def _hot_days(appliances: Mapping[str, CaseAppliance], seen: Mapping[str, Seen]) -> dict[str, frozenset[date]]:
    hot: dict[str, set[date]] = {}
    for name, one in seen.items():
        for day, warm_c in one.outdoor_c.items():
            near = [c for other, c in one.outdoor_c.items() if abs((other - day).days) <= 15]
            if len(near) >= 10 and warm_c >= median(near) + HOT_K:
                tail = {day + timedelta(days=number) for number in range(HOT_TAIL_DAYS + 1)}
                hot.setdefault(appliances[name].household_id, set()).update(tail)
    return {home: frozenset(days) for home, days in hot.items()}
