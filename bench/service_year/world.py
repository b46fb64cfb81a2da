"""What is true in the homes, day by day: faults from the simulator's plans, and what detection makes of them.

Telemetry of a thousand homes over a year takes hours to simulate and to judge, so detection is drawn from the report
that `wellkept evaluate` wrote about a sealed fleet, per fault: the share found, the delay after being detectable, and
false findings per month. Everything after the finding is the product itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from bench.service_year.measured import Measured
from device_sim.description import KIND_OF_PART, HomeDescription, describe_homes
from device_sim.fault_catalogue import FAULTS, contract_name
from device_sim.fault_plans import plan_faults
from device_sim.faults import FaultPlan
from device_sim.params import SimParams
from domain.faults import BREAKDOWN, Urgency, fault_of
from domain.faults import FAULTS as CATALOGUE
from domain.findings import Evidence, Verdict
from domain.signals import Kind

DAYS = 365
FALSE_DAYS = 12.0
"""Days a false finding lasts in the median (E)."""
BREAKS = {"compressor_failing": "food_at_risk", "defrost_failure": "food_at_risk", "inlet_valve_weak": "",
          "vent_clog": "overheat_trips"}  # fmt: skip
"""What telemetry shows at once when the fault has come to its end."""


@dataclass(slots=True, kw_only=True)
class Trouble:
    """One fault of one appliance, or a false finding (`real` False); days from the start of the year."""

    appliance_id: str
    kind: Kind
    fault: str
    real: bool
    onset: float
    fails: float
    found: float | None
    """Day on which detection says so; None if it never does."""
    ends: float | None = None
    """Day on which it was put right, or went away."""
    said: bool = False
    failed: bool = False
    foreseen: float | None = None
    """Day on which detection said so by itself, before the breakdown showed it."""

    def shows_as(self, fault: str) -> bool:
        """Whether a technician who comes for this fault meets this trouble: itself, or what it broke."""
        return self.fault == fault or (self.failed and fault in (BREAKDOWN, BREAKS.get(self.fault)))

    def there(self, day: float) -> bool:
        """Whether it is present."""
        return self.onset <= day and (self.ends is None or day < self.ends)


@dataclass(slots=True, kw_only=True)
class World:
    """All homes with their troubles; `keys` are the appliances' keys in the database."""

    homes: list[HomeDescription]
    start: datetime
    rng: np.random.Generator
    troubles: list[Trouble] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    first_free: dict[UUID, datetime] = field(default_factory=dict)
    """The earliest time that was offered when the owner of an order chose one."""
    asked: set[UUID] = field(default_factory=set)
    """Orders whose owner has made up his mind about calling the visit off."""

    def moment(self, day: float) -> datetime:
        """The instant of a day of the year."""
        return self.start + timedelta(days=day)

    def of(self, appliance_id: str, fault: str) -> Trouble | None:
        """The trouble that is present or was said last."""
        found = [t for t in self.troubles if t.appliance_id == appliance_id and t.said and t.shows_as(fault)]
        return found[-1] if found else None

    def verdicts(self, day: float) -> Iterator[tuple[str, Kind, Verdict]]:
        """What the detectors say this evening, of all that is present or has just gone."""
        for trouble in self.troubles:
            if trouble.found is None or trouble.found > day or (trouble.ends is not None and trouble.ends < day - 3):
                continue
            if not trouble.said and not trouble.there(day):
                continue
            trouble.said = True
            yield trouble.appliance_id, trouble.kind, self._verdict(trouble, trouble.fault, day, trouble.there(day))
            breakdown = BREAKS.get(trouble.fault)
            if trouble.failed and breakdown and fault_exists(trouble.kind, breakdown):
                yield trouble.appliance_id, trouble.kind, self._verdict(trouble, breakdown, day, trouble.there(day))

    def _verdict(self, trouble: Trouble, fault: str, day: float, present: bool) -> Verdict:
        at = self.moment(day)
        left = max(1.0, trouble.fails - day) * float(self.rng.lognormal(0.0, 0.3))
        trending = present and trouble.real and fault == trouble.fault and trouble.fails < DAYS
        return Verdict(
            fault=fault,
            present=present,
            at=at,
            probability=0.9,  # true or not: the report counts what was acted upon
            urgency=fault_of(trouble.kind, fault).urgency,
            evidence=(
                Evidence(signal="simulated", expected=1.0, observed=1.3, unit="", since=self.moment(trouble.onset)),
            ),
            fails_p10=at + timedelta(days=0.6 * left) if trending else None,
            fails_p50=at + timedelta(days=left) if trending else None,
            fails_p90=at + timedelta(days=1.6 * left) if trending else None,
            detector="simulated detection",
        )

    def fail(self, day: float) -> list[Trouble]:
        """The troubles that come to their end today; from tomorrow on telemetry shows every one of them."""
        failing = [t for t in self.troubles if t.real and not t.failed and t.fails <= day and t.there(day)]
        for trouble in failing:
            trouble.failed = True
            trouble.foreseen = trouble.found if trouble.found is not None and trouble.found <= day else None
            trouble.found = min(trouble.found or day + 1, day + 1)
        return failing


def fault_exists(kind: Kind, fault: str) -> bool:
    """Whether a kind can have a fault."""
    return (kind, fault) in CATALOGUE or (None, fault) in CATALOGUE


def make_world(homes: int, start: datetime, seed: int, quality: Measured) -> World:
    """Homes and faults as the simulator draws them at real rates, and detection as it was measured."""
    params = SimParams(
        start=start, homes=homes, seed=seed, horizon_days=float(DAYS), outfit="full", prevalence="real", climate="two"
    )
    rng = np.random.default_rng(seed)
    world = World(homes=describe_homes(params), start=start.astimezone(UTC), rng=rng)
    owned = {one.id: Kind(one.kind) for home in world.homes for one in home.appliances}
    real = (_real(plan, quality, rng) for plan in plan_faults(params))
    world.troubles += [trouble for trouble in real if trouble is not None and trouble.appliance_id in owned]
    world.troubles += [trouble for one in owned.items() for trouble in _false(*one, quality, rng)]
    return world


def _real(plan: FaultPlan, quality: Measured, rng: np.random.Generator) -> Trouble | None:
    part = plan.part or FAULTS[plan.fault].part
    kind, fault = Kind(KIND_OF_PART[part]), contract_name(plan.fault)
    if not fault_exists(kind, fault) or fault == "silent":
        return None
    known = FAULTS[plan.fault]
    sudden = plan.sudden or known.abrupt
    length = 0.0 if sudden else plan.days_to_full
    detectable = plan.onset_day + known.detectable * length
    fails = plan.onset_day + (
        0.5 if sudden else max(0.02, known.fails if plan.fails_at is None else plan.fails_at) * length
    )
    urgency = fault_of(kind, fault).urgency
    told, urgent = quality.of(kind, fault, urgency), urgency is Urgency.URGENT
    seen = urgent or rng.random() < told.found
    delay = 0.0 if urgent else float(rng.normal(told.delay_days, told.delay_spread_days))
    return Trouble(
        appliance_id=f"home-{plan.home:04d}-{part}",
        kind=kind,
        fault=fault,
        real=True,
        onset=plan.onset_day,
        fails=fails,
        found=max(plan.onset_day, detectable + delay) if seen else None,
    )


def _false(appliance_id: str, kind: Kind, quality: Measured, rng: np.random.Generator) -> Iterator[Trouble]:
    months = DAYS / 30.4375
    for urgency in (Urgency.VISIT, Urgency.SELF):
        faults = [code for (of, code), fault in CATALOGUE.items() if of is kind and fault.urgency is urgency]
        for _ in range(int(rng.poisson(quality.false_per_1000[urgency] * months / 1000)) if faults else 0):
            at = float(rng.uniform(14, DAYS - 30))
            fault = str(rng.choice(faults))
            gone = at + float(rng.exponential(FALSE_DAYS / np.log(2)))
            yield Trouble(
                appliance_id=appliance_id,
                kind=kind,
                fault=fault,
                real=False,
                onset=at,
                fails=np.inf,
                found=at,
                ends=gone,
            )
