"""What each outlet will need of each part in the coming weeks, and what to order now. Pure.

Parts are forecast by role (`gasket`), because which of several parts fills it is only known at the appliance.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.demand import (
    BASE_RATES,
    REVIEW,
    WEEK,
    WEEKS_A_YEAR,
    Demand,
    Due,
    demand_of,
    share_by,
    to_order,
    yearly_rate,
)
from domain.part_needs import Usage, predict_parts

SELF_CARE_NEEDS_VISIT: Final = 0.3
"""Of findings that the owner is asked to care for, so many end in a visit all the same (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A finding that may need parts; `certain_visit` if an order holds it; `held` are roles reserved already."""

    outlet_id: str
    kind: str
    fault: str
    probability: float
    due: Due
    certain_visit: bool
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Appliances by outlet and kind; what was found so far by kind and fault, over how many appliance-years by kind."""

    appliances: Mapping[tuple[str, str], int]
    found: Mapping[tuple[str, str], int]
    years: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What an outlet has of a role: `free` pieces, `coming` on their way to it, and the longest lead time."""

    parts: tuple[str, ...] = ()
    free: int = 0
    coming: int = 0
    lead_days: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDemand:
    """The pieces that one week will need."""

    starts: datetime
    mean: float
    p50: int
    p90: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A role at an outlet: its weeks, and over lead time and review what suffices nine times in ten."""

    outlet_id: str
    role: str
    parts: list[str]
    free: int
    coming: int
    lead_days: int
    weeks: list[WeekDemand]
    needed_p50: int
    needed_p90: int
    order_now: int


@dataclass(frozen=True, slots=True)
class _Coin:
    """One case's chance to use a part at all, and when."""

    chance: float
    due: Due


def forecast_stock(
    cases: Iterable[OpenCase],
    fleet: Fleet,
    usage: Mapping[tuple[str, str], Usage],
    supply: Mapping[tuple[str, str], Supply],
    now: datetime,
    weeks: int,
) -> list[Forecast]:
    """Every outlet and role that will need something or has something, by outlet and then by what is to be ordered."""
    coins = _coins(cases, usage)
    weekly = _weekly_base(fleet, usage)
    found = [
        _forecast(key, coins.get(key, []), weekly.get(key, 0.0), supply.get(key, Supply()), now, weeks)
        for key in sorted({*coins, *weekly, *supply})
    ]
    return sorted(found, key=lambda f: (f.outlet_id, -f.order_now, -f.needed_p90, f.role))


def _coins(cases: Iterable[OpenCase], usage: Mapping[tuple[str, str], Usage]) -> dict[tuple[str, str], list[_Coin]]:
    coins: dict[tuple[str, str], list[_Coin]] = defaultdict(list)
    for case in cases:
        comes = 1.0 if case.certain_visit else SELF_CARE_NEEDS_VISIT
        needs = predict_parts(case.kind, case.fault, usage.get((case.kind, case.fault), Usage()))
        for role, chance in needs.items():
            if role not in case.held:
                coins[(case.outlet_id, role)].append(_Coin(case.probability * comes * chance, case.due))
    return coins


def _weekly_base(fleet: Fleet, usage: Mapping[tuple[str, str], Usage]) -> dict[tuple[str, str], float]:
    weekly: dict[tuple[str, str], float] = defaultdict(float)
    for (outlet, kind), count in fleet.appliances.items():
        for (base_kind, fault), base in BASE_RATES.items():
            if base_kind != kind:
                continue
            rate = yearly_rate(base, fleet.found.get((kind, fault), 0), fleet.years.get(kind, 0.0))
            for role, chance in predict_parts(kind, fault, usage.get((kind, fault), Usage())).items():
                weekly[(outlet, role)] += count * rate / WEEKS_A_YEAR * chance
    return weekly


def _forecast(
    key: tuple[str, str], coins: Sequence[_Coin], weekly: float, supply: Supply, now: datetime, weeks: int
) -> Forecast:
    ahead = timedelta(days=supply.lead_days) + REVIEW
    needed = _between(coins, weekly, now, now, ahead)
    steps = [now + week * WEEK for week in range(weeks)]
    return Forecast(
        outlet_id=key[0],
        role=key[1],
        parts=list(supply.parts),
        free=supply.free,
        coming=supply.coming,
        lead_days=supply.lead_days,
        weeks=[_week(start, _between(coins, weekly, now, start, WEEK)) for start in steps],
        needed_p50=needed.p50,
        needed_p90=needed.p90,
        order_now=to_order(needed.p90, supply.free, supply.coming),
    )


def _between(coins: Sequence[_Coin], weekly: float, now: datetime, start: datetime, length: timedelta) -> Demand:
    end = start + length
    chances = [c.chance * (share_by(end, c.due, now) - share_by(start, c.due, now)) for c in coins]
    return demand_of(chances, weekly * (length / WEEK))


def _week(start: datetime, demand: Demand) -> WeekDemand:
    return WeekDemand(starts=start, mean=round(demand.mean, 3), p50=demand.p50, p90=demand.p90)
