"""What is normal after work on the appliance: what goes on as before, at another level, or anew.

Only what the work can have touched is looked at again; everything else is compared with the old reference, so that a
clog that grows beside an unrelated repair is not learned as normal (docs/decisions/0020-work-and-what-is-normal.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.stats import theilslopes

from domain.services import NEW_NORMAL, RESTORES, Service
from domain.signals import Kind
from models.detectors import DETECTORS, pattern
from models.detectors.accumulate import CLEANED
from models.detectors.known_faults import SIGNATURES
from models.features.air_conditioner import HEATING
from models.features.day import Whole
from models.features.filter_reports import FILTER_ALARM, FILTER_USED
from models.features.refrigerator import GROSS
from models.features.thermostat import CYCLE_PACE
from models.healthy.at_rest import REST_K, gap_at_rest, rested_late
from models.healthy.deviations import deviation_for
from models.healthy.fleet_prior import Priors, priors_for
from models.healthy.learners import RATIO
from models.healthy.level import COUNTED, PUSHED_UP, Deviation
from models.healthy.reference import Reference
from models.history import DaySeries, FeatureHistory

FIRMWARE: Final = "firmware"
OF_PROGRAMME: Final = frozenset({"cooling_min", "dry_rise_k_per_kw", "minutes_per_kg"})
"""What software decides as much as the machine: how dry is dry, how cool is cool."""

TWINS: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {Kind.AIR_CONDITIONER: HEATING, Kind.REFRIGERATOR: MappingProxyType({GROSS: CYCLE_PACE})}
)
"""What tells the same in another mode, or behind a plug: the same faults move it."""

SHORT_OF_AIR: Final = frozenset({(Kind.DRYER, "overheat_trips")})
"""What a limiter trips for is too little air, and whoever replaces it has the way of the air open: what is missing
afterwards is how the machine is now, and no lint."""

ANY_WAY: Final = 1.0
"""An effect this vague moves its index, nobody can say which way (E): ice on an evaporator does so to a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepParams:
    """When a level counts as another one. All (E)."""

    after_days: int = 5
    """Observed days after the work that tell the level."""
    before_days: int = 7
    least_before: int = 3
    trend_days: int = 21
    """Observed days before it that tell how fast a fault was growing anyway."""
    look_back: timedelta = timedelta(days=28)
    clear: float = 2.5
    """Standard deviations of a clear step."""
    dependence: float = 2.0
    """Neighbouring days are alike: variances count this many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What services of one day, or of days too near to be told apart, did to one index."""

    day: date
    renewed: bool
    """A fault that moves this index was put right by name: the part is another one, its level may be any."""
    puts_right: bool
    """People worked on it, who may have put a fault right; firmware does not."""
    air: bool
    """It put right what took the air, so that whatever is left is the new level."""
    sensor: bool
    """What was measured before may have been wrong, so that there is nothing to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """What is known of an appliance's normal, given the work on it."""

    kind: Kind
    works: Sequence[Service]
    """The services that may have changed it, or brought it back, in order of time."""
    compared: frozenset[str]
    """The indices that are compared with a reference."""
    known: Mapping[str, Reference]
    """The references that hold, those of `waiting` as they were before the work."""
    waiting: Mapping[str, Sequence[Work]]
    """By index, work that is not over: it is not known yet at which level it goes on."""

    def cut(self, series: Mapping[str, DaySeries]) -> Mapping[str, DaySeries]:
        """The series without the days that no longer count."""
        if not self.works:
            return series
        return {index: one if (first := self._first(index)) is None else one.since(first)
                for index, one in series.items()}  # fmt: skip

    def judged(self) -> dict[str, Reference]:
        """The references to judge by, and the days: none from before people's last work on the appliance, because what
        they put right had moved other indices too; none at all while it is not known at which level it goes on."""
        last = max((_day_of(one) for one in self.works if one.action != FIRMWARE), default=date.min)
        found = dict(self.known)
        if self.works:
            found = {index: one.watching(last + timedelta(days=1)) for index, one in found.items()}
        for index in COUNTED.keys() & found.keys():
            works = [_work_on(self.kind, one, index) for one in self.works]
            if any(work.puts_right for work in works if work is not None):
                found[index] = found[index].after_repair()
        for index in self.waiting:
            found[index] = found[index].watching(date.min, last=date.min)
        return found

    def _first(self, index: str) -> date | None:
        unlearned = index in self.compared and index not in self.known
        days = [
            work.day for one in self.works
            if (work := _work_on(self.kind, one, index)) and (work.renewed or unlearned or self._alone(index, work))
        ]  # fmt: skip
        return max(days) + timedelta(days=1) if days else None

    def _alone(self, index: str, work: Work) -> bool:
        """True for what detectors look at without a reference: no step of a level can be seen there."""
        counted = work.puts_right and index not in self.compared and index in _without_reference(self.kind)
        return counted or _tells_of_itself(index)


def normal_of(
    kind: Kind, references: Mapping[str, Reference], services: Iterable[Service], priors: Priors | None
) -> Normal:
    """What the work told of so far leaves of `references`; one learned in another context is as if never learned."""
    contexts = {index: len(prior.slopes) for index, prior in priors_for(kind, priors).items()}
    references = {index: one for index, one in references.items() if one.knows(contexts.get(index))}
    works = sorted((one for one in services if one.action in NEW_NORMAL | RESTORES), key=lambda one: one.at)
    compared = frozenset({*priors_for(kind, priors), *(RATIO if kind is Kind.AIR_CONDITIONER else ())})
    known: dict[str, Reference] = dict(references) if not works else {}
    waiting: dict[str, Sequence[Work]] = {}
    for index, reference in references.items() if works else ():
        new = [
            work for one in works
            if (work := _work_on(kind, one, index)) is not None and work.day >= reference.learned_from
        ]  # fmt: skip
        if any(work.renewed or work.day <= reference.learned_to for work in new):
            continue  # a new part, or learned partly before and partly after the work: learned anew
        known[index] = reference
        if new:
            waiting[index] = new
    return Normal(kind=kind, works=works, compared=compared, known=known, waiting=waiting)


def renew(normal: Normal, history: FeatureHistory, params: StepParams | None = None) -> Normal:
    """`normal` with the references carried over all work that enough days have followed, and with what rest tells."""
    params = params or StepParams()
    known = {index: rested_late(one, history) or one for index, one in normal.known.items()}
    waiting = dict(normal.waiting)
    for index, works in normal.waiting.items():
        left = works
        while left and (done := _over(normal.kind, known[index], left, history, params)) is not None:
            known[index], left = done
        if left:
            waiting[index] = left
        else:
            del waiting[index]
    return replace(normal, known=known, waiting=waiting)


def _over(
    kind: Kind, reference: Reference, works: Sequence[Work], history: FeatureHistory, params: StepParams
) -> tuple[Reference, Sequence[Work]] | None:
    """The reference carried over the first of `works`, and over those too near to it; the others are left."""
    deviation = deviation_for(kind, reference.index, history, reference)
    if deviation is None:
        return None
    for count, last in enumerate(works, 1):
        end = works[count].day.toordinal() if count < len(works) else date.max.toordinal()
        places = np.flatnonzero((deviation.ordinals > last.day.toordinal()) & (deviation.ordinals < end))
        if len(places) < params.after_days:
            continue
        after, together, first = places[: params.after_days], works[:count], last.day + timedelta(days=1)
        known_on = deviation.days[int(after[-1])]
        left = 0.0
        if reference.index in PUSHED_UP:
            left = _left_after(together, deviation, after, params)
            deviation, after = _lowest_of(deviation, params.after_days), after[-1:]  # low pressure is no level
        step, unsure = _step(together, reference, deviation, after.tolist(), params)
        step = step or left
        carried = reference.carried_on(first, known_on, step, unsure)
        return (_rested_anew(carried, history) if step else carried), works[count:]
    return None


def _lowest_of(deviation: Deviation, count: int) -> Deviation:
    """Each day as the lowest of the last `count`, or of as many as there are."""
    padded = np.concatenate((np.full(count - 1, np.inf), deviation.values))
    return replace(deviation, values=np.lib.stride_tricks.sliding_window_view(padded, count).min(axis=1))


def _left_after(works: Sequence[Work], deviation: Deviation, after: Whole, params: StepParams) -> float:
    """What people's work left of a fault that it put right, in the scale of the index; 0 if nothing, or not put right.

    The lowest of the days after it is there on every day of the part as it is now, however little it is.
    """
    before = deviation.values[deviation.ordinals < works[0].day.toordinal()][-params.least_before :]
    left = float(deviation.values[after].min())
    right = any(work.puts_right for work in works) and len(before) == params.least_before
    return left if right and 0.0 < left <= CLEANED * float(np.median(before)) else 0.0


def _rested_anew(carried: Reference, history: FeatureHistory) -> Reference:
    """The reference with what its thermometers show at rest since the step: what they moved by is in the step already,
    and taking it off once more would make a fault of new software that reads them another way."""
    kept = {name: value for name, value in carried.model.items() if name != REST_K}
    now = (
        gap_at_rest(carried.index, history, carried.learned_from, carried.learned_to) if REST_K in carried.model else {}
    )
    return replace(carried, model=kept | now)


def _step(
    works: Sequence[Work], reference: Reference, deviation: Deviation, after: Sequence[int], params: StepParams
) -> tuple[float, float]:
    """By how much the level changed with the work, 0 unless clearly, and how well that is known."""
    # 1.25: a median of normal values scatters that much more than their mean.
    of_one = 1.25 * float(np.median(deviation.noise[after])) * float(np.sqrt(params.dependence))
    level_unsure = of_one / float(np.sqrt(len(after)))
    now = float(np.median(deviation.values[after]))
    if any(work.air for work in works):
        return now, level_unsure
    start = works[0].day
    before = [place for place, day in enumerate(deviation.days) if start - params.look_back <= day < start]
    programmed = reference.index in OF_PROGRAMME and not any(work.puts_right for work in works)
    compared = deviation.values[before]
    if programmed and reference.watched_from >= start - params.look_back:
        compared = np.concatenate((np.zeros(int(reference.model.get("days", 0))), compared))  # what it was learned from
    if len(compared) < params.least_before or any(work.sensor for work in works):
        return 0.0, 0.0  # nothing near to compare with: weeks later a change of level is weather as well as work
    then = float(np.median(compared[-params.before_days :]))
    latest = float(np.median(compared[-params.least_before :]))
    step_unsure = of_one * float(np.sqrt(1 / len(after) + 1 / len(compared[-params.before_days :])))
    change = now - then
    change -= _grown(deviation, before[-params.trend_days :], after, change)
    # New software changes a programme a little as often as much, and what it changed is no fault.
    if abs(change) <= (1.0 if programmed else params.clear) * step_unsure:
        return 0.0, 0.0
    if max(abs(then), abs(latest)) <= params.clear * level_unsure:
        return change, step_unsure
    # Something was wrong before the work: most of it gone is a fault put right, and what is left of it is the new
    # level; everything else is the fault itself, which goes on.
    right = any(work.puts_right for work in works) and abs(now) <= CLEANED * max(abs(then), abs(latest))
    return (now, level_unsure) if right and abs(now) > params.clear * level_unsure else (0.0, 0.0)


def _grown(deviation: Deviation, before: Sequence[int], after: Sequence[int], change: float) -> float:
    """What a trend that was there before the work adds to `change`: a fault that grows is no new level."""
    if len(before) < 8:
        return 0.0
    slope = float(theilslopes(deviation.values[before], deviation.ordinals[before])[0])
    recent = deviation.ordinals[before[-7:]]
    grown = slope * float(np.median(deviation.ordinals[after]) - np.median(recent))
    return float(np.clip(grown, 0.0, change) if change > 0 else np.clip(grown, change, 0.0))


def _work_on(kind: Kind, service: Service, index: str) -> Work | None:
    """What the service may have done to the level of the index; None if nothing."""
    if service.action in RESTORES or (service.action == FIRMWARE and index in PUSHED_UP):
        return None  # what flows through a valve is no matter of software
    moved = frozenset[str]().union(*(moved_by(kind, fault) for fault in service.faults))
    if moved and index not in moved:
        return None
    return Work(
        day=_day_of(service),
        renewed=bool(moved),
        puts_right=service.action != FIRMWARE,
        air=any((kind, fault) in SHORT_OF_AIR for fault in service.faults),
        sensor=service.action == "sensor_replaced",
    )


def _day_of(service: Service) -> date:
    return service.at.astimezone(UTC).date()


@cache
def _without_reference(kind: Kind) -> frozenset[str]:
    return frozenset(index for one in DETECTORS if kind in one.kinds and not one.references for index in one.indices)


@cache
def moved_by(kind: Kind, fault: str) -> frozenset[str]:
    """The indices that the fault moves, so that a part that puts it right may leave them at another level."""
    patterns = {
        effect.index for one in SIGNATURES if (one.kind, one.fault) == (kind, fault) for effect in one.effects
        if effect.size or effect.tolerance >= ANY_WAY
    }  # fmt: skip
    others = {
        index for one in DETECTORS if kind in one.kinds and one.fault == fault and one not in pattern.DETECTORS
        for index in one.indices
    }  # fmt: skip
    twins = {TWINS[kind][index] for index in patterns | others if index in TWINS.get(kind, {})}
    return frozenset(index for index in patterns | others | twins if not _tells_of_itself(index))


def _tells_of_itself(index: str) -> bool:
    """True for what an appliance says of its sensors and filters: after any work it is believed anew."""
    return "." in index or index in (FILTER_USED, FILTER_ALARM)
