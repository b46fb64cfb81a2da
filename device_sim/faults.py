"""How severities grow from day to day: monotone, irregular, driven by use, set back by cleaning and repair."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.fault_catalogue import FAULT_ORDER, FAULTS
from device_sim.streams import Purpose, stream

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Lacks = Mapping[tuple[int, str], frozenset[str]]

CLEAN_RESIDUAL: Final = 0.04  # (E) an owner's cleaning is good, not perfect
CLEAN_SHARE: Final = 0.15  # of the severity of failure: no residual lies above that
BURSTY_SHAPE: Final = 0.25  # variant b: long rest, then a jump
GROWTH_SHAPE: Final = 0.7  # (E) gamma shape of a day's growth: most days little, some days much
PRECURSOR_DAYS: Final = 2  # the new car charger comes before the heater
BOTCHED: Final = 0.12  # (E) share of repairs that do not hold
BOTCHED_LEAVES: Final = 0.6
TOLD_OF_CLEANING: Final = 0.35  # (E) share of cleanings that anybody writes down
PART_KNOWN: Final = 0.8
DRIFT_SHOWS: Final = 0.25  # 2 K of a drift that reaches 8 K


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """One fault in one home (index from 0).

    `onset_day` in days after the start, `days_to_full` days of normal use to severity 1; `fails_at` this unit's own
    severity of failure; `sudden`: there at once; `clean_at` severity at which the owner cleans unasked, `repair_days`
    days from failure to a technician, `repair_at` severity at which one happens to come; None: never. `part` is the
    appliance for faults that any may have, `detail` which signal and how (`power_w:stuck`), or `home`.
    """

    home: int
    fault: str
    onset_day: float
    days_to_full: float
    fails_at: float | None = None
    sudden: bool = False
    clean_at: float | None = None
    repair_days: float | None = None
    repair_at: float | None = None
    part: str = ""
    detail: str = ""

    @property
    def where(self) -> str:
        """Suffix of the appliance it sits in."""
        return self.part or FAULTS[self.fault].part


@dataclass(slots=True, kw_only=True)
class FaultRecord:
    """What came of a plan, in days after the start; None: not yet."""

    plan: FaultPlan
    visible_at: float | None = None
    detectable_day: float | None = None
    failure_day: float | None = None
    end_day: float | None = None
    repair_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What somebody wrote down: day after the start, action, and the fault and part where known."""

    home: int
    part: str
    day: float
    action: str
    fault: str | None = None
    repaired: bool = False


@dataclass(slots=True, kw_only=True)
class FaultBook:
    """Severities of a block of homes, grown once a day and set back by cleaning or repair.

    `by_power` has, for (home, fault) watched by a plug alone, the severity from which it shows (None: it does not).
    """

    seed: int
    homes: list[int]
    plans: tuple[FaultPlan, ...]
    lacks: Lacks = field(default_factory=dict)
    variant_b: bool = False
    by_power: Mapping[tuple[int, str], float | None] = field(default_factory=dict)
    records: list[FaultRecord] = field(init=False)
    services: list[Service] = field(init=False, default_factory=list)
    _at: dict[int, int] = field(init=False)
    _severity: dict[str, Floats] = field(init=False)

    def __post_init__(self) -> None:
        self._at = {home: i for i, home in enumerate(self.homes)}
        self._severity = {name: np.zeros(len(self.homes)) for name in FAULT_ORDER}
        self.records = [self._open(plan) for plan in self.plans if plan.home in self._at]

    def _open(self, plan: FaultPlan) -> FaultRecord:
        lacks = self.lacks.get((plan.home, plan.where), frozenset())
        visible_at = FAULTS[plan.fault].visible_at(lacks)
        if (plan.home, plan.fault) in self.by_power:
            visible_at = self.by_power[plan.home, plan.fault]
        if plan.detail.endswith(":drift"):
            visible_at = DRIFT_SHOWS
        return FaultRecord(plan=plan, visible_at=visible_at)

    def severity(self, fault: str) -> Floats:
        """Severity in [0, 1] per home of the block, now."""
        return self._severity[fault]

    def strikes(self, fault: str, day: int, *, lead_days: int = 0) -> Bools:
        """Homes where abrupt `fault` falls on `day` (days after the start), or lies up to `lead_days` ahead."""
        hit = np.zeros(self._severity[fault].size, dtype=np.bool_)
        for record in self.of(fault):
            hit[self._at[record.plan.home]] |= 0 <= record.plan.onset_day - day <= lead_days
        return hit

    def ongoing(self, fault: str, day: int) -> Bools:
        """Homes where `fault` has begun by `day` and has not ended."""
        hit = np.zeros(self._severity[fault].size, dtype=np.bool_)
        for record in self.of(fault):
            hit[self._at[record.plan.home]] |= record.plan.onset_day <= day and record.end_day is None
        return hit

    def grow(self, day: int, usage: Mapping[str, Floats]) -> None:
        """Add one day's growth; `usage[fault]` is use per home relative to a normal day (1 where not given)."""
        for record in list(self.records):
            if day < record.plan.onset_day or record.end_day is not None:
                continue
            if record.repair_day is not None and day >= record.repair_day:
                self._repair(record, day)
            elif record.plan.fault == "silent":
                record.detectable_day = record.plan.onset_day + 1.0
                record.repair_day = record.plan.onset_day + (record.plan.repair_days or np.inf)
            elif FAULTS[record.plan.fault].abrupt:
                self._strike(record)
            else:
                self._progress(record, day, usage)

    def _strike(self, record: FaultRecord) -> None:
        plan = record.plan
        if not FAULTS[plan.fault].watched:
            record.detectable_day = record.failure_day = plan.onset_day
        if plan.repair_days is not None and record.repair_day is None:
            record.repair_day = plan.onset_day + plan.repair_days

    def _progress(self, record: FaultRecord, day: int, usage: Mapping[str, Floats]) -> None:
        plan, kind = record.plan, FAULTS[record.plan.fault]
        severities, who = self._severity[plan.fault], self._at[plan.home]
        fails_at = kind.fails if plan.fails_at is None else plan.fails_at
        rng = stream(self.seed, Purpose.FAULT_GROWTH, plan.home, FAULT_ORDER.index(plan.fault), day)
        used = float(usage[plan.fault][who]) if plan.fault in usage else 1.0
        shape = BURSTY_SHAPE if self.variant_b else GROWTH_SHAPE
        step = used / plan.days_to_full * float(rng.gamma(shape, 1.0 / shape))
        if self.variant_b:  # damage feeds itself: slow at first, twice the pace at the end
            step *= 0.5 + 1.5 * float(severities[who]) / fails_at
        now = min(1.0, severities[who] + step)
        if plan.sudden and record.failure_day is None:
            now = max(now, fails_at)
        severities[who] = now
        visible = not kind.watched and record.visible_at is not None and now >= record.visible_at
        if record.detectable_day is None and visible:
            record.detectable_day = plan.onset_day if plan.sudden else day + 1.0
        if record.failure_day is None and now >= fails_at:
            record.failure_day = plan.onset_day if plan.sudden else day + 1.0
            if plan.repair_days is not None:
                record.repair_day = day + 1.0 + plan.repair_days
        if plan.clean_at is not None and now >= plan.clean_at:
            if rng.random() < TOLD_OF_CLEANING:
                self._write(record, day + 1.0, kind.action)
            self.relieve(plan.home, plan.fault, day + 1.0)
        elif plan.repair_at is not None and now >= plan.repair_at and record.repair_day is None:
            record.repair_day = day + 2.0

    def _repair(self, record: FaultRecord, day: int) -> None:
        plan, kind = record.plan, FAULTS[record.plan.fault]
        rng = stream(self.seed, Purpose.REPAIR, plan.home, FAULT_ORDER.index(plan.fault), day)
        at = day + 1.0 + float(rng.uniform(0.0, 0.2))  # this day has been lived through with the fault
        severities, who = self._severity[plan.fault], self._at[plan.home]
        if rng.random() < BOTCHED and not kind.abrupt:
            severities[who] *= BOTCHED_LEAVES
            record.repair_day = day + float(rng.uniform(4.0, 12.0))
            self._write(record, at, "repaired")
            return
        left = float(rng.uniform(0.0, CLEAN_SHARE * kind.fails))
        severities[who] = 0.0 if kind.cured else min(severities[who], left)
        record.end_day = at
        if plan.fault != "silent":
            self._write(record, at, kind.action, repaired=bool(rng.random() < PART_KNOWN))
        if kind.regrows:
            self._regrow(record, at)

    def _write(self, record: FaultRecord, day: float, action: str, *, repaired: bool = False) -> None:
        plan = record.plan
        known = plan.fault if repaired else None
        self.services.append(
            Service(home=plan.home, part=plan.where, day=day, action=action, fault=known, repaired=repaired)
        )

    def relieve(self, home: int, fault: str, at_day: float) -> None:
        """Undo a self-care fault of home index `home`: what regrows restarts low, the rest is over."""
        kind = FAULTS[fault]
        for record in self.of(fault):
            if record.plan.home != home or record.end_day is not None or at_day < record.plan.onset_day:
                continue
            severities = self._severity[fault]
            residual = min(CLEAN_RESIDUAL, CLEAN_SHARE * kind.fails)
            severities[self._at[home]] = min(severities[self._at[home]], residual)
            record.end_day = at_day
            if kind.regrows:
                self._regrow(record, at_day)
            break

    def _regrow(self, record: FaultRecord, at_day: float) -> None:
        old = record.plan
        self.records.append(self._open(FaultPlan(
            home=old.home, fault=old.fault, onset_day=at_day, days_to_full=old.days_to_full, fails_at=old.fails_at,
            clean_at=old.clean_at, repair_days=old.repair_days,
        )))  # fmt: skip

    def notice(self, home: int, part: str, fault: str, day: float, *, visible: bool) -> bool:
        """Whether `fault`, which the physics shows at `day`, is one that grows in `part` of home index `home`: its
        record then has the instant. What is not (a consequence, an abrupt one) is an episode of its own.
        """
        if FAULTS[fault].abrupt:
            return False
        for record in self.of(fault):
            plan = record.plan
            if (plan.home, plan.where) != (home, part) or day < plan.onset_day or record.end_day is not None:
                continue
            if record.detectable_day is None and visible:
                record.detectable_day = day
            return True
        return False

    def of(self, fault: str) -> list[FaultRecord]:
        """Records of `fault`, in the order they were opened."""
        return [record for record in self.records if record.plan.fault == fault]
