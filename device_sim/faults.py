"""Which fault sits in which home, and how its severity grows: monotone, irregular, driven by use."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.params import SimParams
from device_sim.streams import Purpose, stream

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CLEAN_RESIDUAL: Final = 0.04  # (E) an owner's cleaning is good, not perfect
GROWTH_SHAPE: Final = 0.7  # (E) gamma shape of a day's growth: most days little, some days much
PRECURSOR_DAYS: Final = 2  # the new car charger comes before the heater


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """What a fault does by default.

    `part` is the appliance suffix it sits in; `days_to_full` the typical days of normal use from onset to severity 1;
    `detectable` the severity where its index moves by about 10 %; `self_care` says an owner can undo it.
    """

    name: str
    part: str
    days_to_full: float
    detectable: float
    self_care: bool = False
    regrows: bool = False
    abrupt: bool = False


FAULTS: Final = {
    kind.name: kind
    for kind in (
        FaultKind(name="filter_clog", part="ac", days_to_full=90.0, detectable=0.10, self_care=True, regrows=True),
        FaultKind(name="refrigerant_leak", part="ac", days_to_full=80.0, detectable=0.50),
        FaultKind(
            name="drain_filter_clog", part="washer", days_to_full=70.0, detectable=0.04, self_care=True, regrows=True
        ),
        FaultKind(name="bearing_wear", part="washer", days_to_full=100.0, detectable=0.05),
        FaultKind(name="flood", part="washer", days_to_full=1.0, detectable=0.0, abrupt=True),
        FaultKind(name="door_seal_leak", part="fridge", days_to_full=80.0, detectable=0.09, self_care=True),
        FaultKind(
            name="condenser_dust", part="fridge", days_to_full=100.0, detectable=0.33, self_care=True, regrows=True
        ),
        FaultKind(name="food_at_risk", part="fridge", days_to_full=1.0, detectable=0.0, abrupt=True),
        FaultKind(name="overload", part="main", days_to_full=1.0, detectable=0.0, self_care=True, abrupt=True),
        FaultKind(name="loose_contact", part="kitchen", days_to_full=50.0, detectable=0.055),
        FaultKind(name="earth_leakage", part="main", days_to_full=50.0, detectable=0.50),
    )
}
FAULT_ORDER: Final = tuple(FAULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """One fault in one home (index from 0): onset in days after the start, days of normal use to severity 1."""

    home: int
    fault: str
    onset_day: float
    days_to_full: float


@dataclass(slots=True, kw_only=True)
class FaultRecord:
    """What came of a plan, in days after the start; None: not yet."""

    plan: FaultPlan
    detectable_day: float | None = None
    failure_day: float | None = None
    end_day: float | None = None


def plan_faults(params: SimParams) -> tuple[FaultPlan, ...]:
    """Read `params.faults`: `none`, `demo`, `mixed`, or fault names separated by commas. ValueError if unknown."""
    if params.faults == "none":
        return ()
    if params.faults == "demo":
        return _demo(params)
    if params.faults == "mixed":
        return _mixed(params)
    names = [name.strip() for name in params.faults.split(",")]
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        known = ", ".join(FAULT_ORDER)
        raise ValueError(f"unknown fault {unknown[0]!r}; choose none, demo, mixed or some of: {known}")
    pairs = {(i % params.homes, names[i % len(names)]): None for i in range(max(params.homes, len(names)))}
    return tuple(_draw_plan(params, home, name) for home, name in pairs)


def _draw_plan(params: SimParams, home: int, name: str) -> FaultPlan:
    kind = FAULTS[name]
    rng = stream(params.seed, Purpose.FAULT_PLAN, home, FAULT_ORDER.index(name))
    share = rng.uniform(0.3, 0.9) if kind.abrupt else rng.uniform(0.15, 0.5)
    return FaultPlan(
        home=home,
        fault=name,
        onset_day=max(1.0, float(np.floor(params.horizon_days * share))),
        days_to_full=kind.days_to_full * float(rng.lognormal(0.0, 0.3)),
    )


def _demo(params: SimParams) -> tuple[FaultPlan, ...]:
    """One story per home, stretched to the horizon: clogged air filter, clogged drain, overload and a leak, healthy."""
    story = (
        (0, "filter_clog", 0.20, 0.90),
        (1, "drain_filter_clog", 0.20, 0.75),
        (2, "refrigerant_leak", 0.10, 0.95),
        (2, "overload", 0.90, 1.0),
    )
    return tuple(
        FaultPlan(
            home=home, fault=fault, onset_day=float(np.floor(params.horizon_days * onset)),
            days_to_full=params.horizon_days * full,
        )
        for home, fault, onset, full in story
        if home < params.homes
    )  # fmt: skip


def _mixed(params: SimParams) -> tuple[FaultPlan, ...]:
    """About half the homes stay healthy; the others get one fault, a few get two (enriched against base rates)."""
    plans: list[FaultPlan] = []
    for home in range(params.homes):
        rng = stream(params.seed, Purpose.FAULT_PLAN, home)
        count = int(rng.choice([0, 1, 2], p=[0.5, 0.4, 0.1]))
        names = rng.choice(FAULT_ORDER, size=count, replace=False)
        plans.extend(_draw_plan(params, home, str(name)) for name in names)
    return tuple(plans)


class FaultBook:
    """Severities of a block of homes, grown once a day and set back by cleaning."""

    def __init__(self, *, seed: int, homes: list[int], plans: tuple[FaultPlan, ...]) -> None:
        self._seed = seed
        self._at = {home: i for i, home in enumerate(homes)}
        self._severity = {name: np.zeros(len(homes)) for name in FAULT_ORDER}
        self.records = [FaultRecord(plan=plan) for plan in plans if plan.home in self._at]

    def severity(self, fault: str) -> Floats:
        """Severity in [0, 1] per home of the block, now."""
        return self._severity[fault]

    def strikes(self, fault: str, day: int, *, lead_days: int = 0) -> Bools:
        """Homes where abrupt `fault` falls on `day` (days after the start), or lies up to `lead_days` ahead."""
        hit = np.zeros(self._severity[fault].size, dtype=np.bool_)
        for record in self._of(fault):
            hit[self._at[record.plan.home]] |= 0 <= record.plan.onset_day - day <= lead_days
        return hit

    def ongoing(self, fault: str, day: int) -> Bools:
        """Homes where `fault` has begun by `day` and has not ended."""
        hit = np.zeros(self._severity[fault].size, dtype=np.bool_)
        for record in self._of(fault):
            hit[self._at[record.plan.home]] |= record.plan.onset_day <= day and record.end_day is None
        return hit

    def grow(self, day: int, usage: dict[str, Floats]) -> None:
        """Add one day's growth; `usage[fault]` is use per home relative to a normal day (1 where not given)."""
        for record in self.records:
            plan, kind = record.plan, FAULTS[record.plan.fault]
            if day < plan.onset_day or record.end_day is not None:
                continue
            if kind.abrupt:
                record.detectable_day = record.failure_day = plan.onset_day
                continue
            rng = stream(self._seed, Purpose.FAULT_GROWTH, plan.home, FAULT_ORDER.index(plan.fault), day)
            used = float(usage[plan.fault][self._at[plan.home]]) if plan.fault in usage else 1.0
            step = used / plan.days_to_full * float(rng.gamma(GROWTH_SHAPE, 1.0 / GROWTH_SHAPE))
            severities = self._severity[plan.fault]
            now = min(1.0, severities[self._at[plan.home]] + step)
            severities[self._at[plan.home]] = now
            if record.detectable_day is None and now >= kind.detectable:
                record.detectable_day = day + 1.0
            if record.failure_day is None and now >= 1.0:
                record.failure_day = day + 1.0

    def relieve(self, home: int, fault: str, at_day: float) -> None:
        """Undo a self-care fault of home index `home`: what regrows restarts low, the rest is over."""
        kind = FAULTS[fault]
        for record in self._of(fault):
            if record.plan.home != home or record.end_day is not None or at_day < record.plan.onset_day:
                continue
            severities = self._severity[fault]
            severities[self._at[home]] = min(severities[self._at[home]], CLEAN_RESIDUAL)
            record.end_day = at_day
            if kind.regrows:
                again = FaultPlan(home=home, fault=fault, onset_day=at_day, days_to_full=record.plan.days_to_full)
                self.records.append(FaultRecord(plan=again))
            break

    def _of(self, fault: str) -> list[FaultRecord]:
        return [record for record in self.records if record.plan.fault == fault]
