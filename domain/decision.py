"""What to do about a finding: the cheapest action by expected cost. Pure; money in one unit, times in days.

Every option is priced the same way: what it costs for certain, what it costs if nothing is wrong after all, and what
the failure costs if it comes before the option helps. Hazards are never priced: somebody comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from domain.decision_params import DecisionParams
from domain.faults import Fault, Urgency

DAY: Final = timedelta(days=1)


class Option(StrEnum):
    """What can be done, from the least to the most that it asks of people."""

    NOTHING = "nothing"  # watch on
    SELF_CARE = "self_care"  # the owner does it
    REMOTE_STEP = "remote_step"  # the owner is led through a step that may save the visit
    VISIT_BUNDLED = "visit_bundled"  # somebody comes together with another job of the home
    VISIT_NOW = "visit_now"


VISITS: Final = frozenset({Option.VISIT_NOW, Option.VISIT_BUNDLED})
ASKS: Final = frozenset({Option.SELF_CARE, Option.REMOTE_STEP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When it fails: days from now to P10, P50 and P90. Negative: it should have failed already."""

    p10: float
    p50: float
    p90: float

    def within(self, days: float) -> float:
        """Probability of failing within so many days of what has not failed by now."""
        by_now = self._by(0.0)
        return (self._by(days) - by_now) / (1.0 - by_now) if by_now < 1.0 else 0.0

    def _by(self, days: float) -> float:
        """Probability of having failed by then: straight lines through the three points."""
        knots = ((2 * self.p10 - self.p50, 0.0), (self.p10, 0.1), (self.p50, 0.5), (self.p90, 0.9),
                 (2 * self.p90 - self.p50, 1.0))  # fmt: skip
        if days <= knots[0][0]:
            return 0.0
        for (x0, y0), (x1, y1) in pairwise(knots):
            if days <= x1:
                return y1 if x1 <= x0 else y0 + (y1 - y0) * (days - x0) / (x1 - x0)
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a decision rests on; `at` is data time."""

    fault: Fault
    urgency: Urgency
    probability: float
    at: datetime
    ending: Ending | None = None
    """None: no credible trend; then the time scale of the fault counts, as it does of what has outlived its trend."""
    asked: bool = False
    """The owner was asked already and it did not help, or the owner would not."""
    refused: bool = False
    """The owner said no to self-care: nothing more is asked, and nobody is sent."""
    shared_visit_days: float | None = None
    """Days to a visit of the home that this job could join; None: there is none."""
    before: Option | None = None
    waits_until: datetime | None = None
    """The end of a wait for another job that was decided before."""
    went_days: float | None = None
    """Days since it was found, acted upon and gone with nothing done about it; None: that never happened."""

    def came_back(self, params: DecisionParams) -> bool:
        """Whether it went by itself not long ago, which a technician's fault does not do."""
        return not self.fault.heals and self.went_days is not None and self.went_days < params.relapse_days

    def fails_within(self, days: float) -> float:
        """Probability of failing within so many days if the fault is there."""
        if self.ending is not None and self.ending.p90 > 0:
            return self.ending.within(days)
        return float(1.0 - 0.5 ** (max(0.0, days) / self.fault.typical_days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """An option with its expected cost and what that is made of."""

    option: Option
    cost: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done and why; `weighed` from the cheapest to the dearest, empty where nothing was weighed."""

    option: Option
    reason: str
    weighed: tuple[Weighed, ...] = ()
    saving: float = 0.0
    """Expected cost of the best option without a visit less that of the decision: what a visit budget goes by."""
    waits_until: datetime | None = None


def decide(seen: Situation, params: DecisionParams) -> Decision:
    """The cheapest option by expected cost; hazards and promises first, and no journey for what is hardly likely."""
    if seen.urgency is Urgency.URGENT:
        return Decision(
            option=Option.VISIT_NOW, reason="A hazard is not weighed: somebody comes.", saving=params.hazard
        )
    if seen.fault.urgency is Urgency.URGENT:
        return Decision(option=Option.SELF_CARE, reason="An early sign of a hazard is told at once, whatever it costs.")
    if seen.refused:
        return Decision(option=Option.NOTHING, reason="The owner said no; it is left to people.")
    weighed = tuple(sorted(_options(seen, params), key=lambda one: one.cost))
    chosen = _with_hysteresis(weighed, seen.before, params)
    return Decision(
        option=chosen.option,
        reason=_reason(chosen, weighed, seen, params),
        weighed=weighed,
        saving=min((one.cost for one in weighed if one.option not in VISITS), default=params.failure) - chosen.cost,
        waits_until=_waits_until(chosen.option, seen, params),
    )


def _with_hysteresis(weighed: tuple[Weighed, ...], before: Option | None, params: DecisionParams) -> Weighed:
    """The cheapest, unless what was decided before is hardly dearer. Leaving 'nothing' needs no margin."""
    held = next((one for one in weighed if one.option is before), None)
    if held is None or before is Option.NOTHING or weighed[0].cost < (1.0 - params.switch_margin) * held.cost:
        return weighed[0]
    return held


_UNSURE: Final = "That is too little to send somebody for."
_CAME_BACK: Final = "It went by itself before, which such a fault does not do: nobody is sent for it again unasked."


def _options(seen: Situation, params: DecisionParams) -> Iterator[Weighed]:
    if not seen.asked:
        yield _nothing(seen, params)
        yield from _asking(seen, params)
    yield from _visiting(seen, params)


def _nothing(seen: Situation, params: DecisionParams) -> Weighed:
    days = params.horizon_days
    why = f"left alone it fails within {days:.0f} days with {_percent(seen.probability * seen.fails_within(days))}"
    return Weighed(option=Option.NOTHING, cost=_failing(seen, days, params), why=why)


def _asking(seen: Situation, params: DecisionParams) -> Iterator[Weighed]:
    """The owner's own care, or a step the owner is led through; if it does not help, a visit follows."""
    p, days = seen.probability, float(seen.fault.answer_days)
    in_time = p * (1.0 - seen.fails_within(days))
    late = _failing(seen, days, params)
    after = f"else a visit follows after {days:.0f} days"
    if seen.fault.urgency is Urgency.SELF:
        works = params.self_care_works
        cost = params.nudge + (1.0 - p) * params.false_nudge + late + in_time * (1.0 - works) * params.visit
        yield Weighed(option=Option.SELF_CARE, cost=cost, why=f"it helps {_percent(works)} of the time, {after}")
    elif seen.fault.remote_step:
        works = params.remote_step_works
        wrong = (1.0 - p) * (1.0 - params.remote_clears) * (params.visit + params.false_visit)
        cost = params.remote_step + wrong + late + in_time * (1.0 - works) * params.visit
        yield Weighed(option=Option.REMOTE_STEP, cost=cost, why=f"it helps {_percent(works)} of the time, {after}")


def _visiting(seen: Situation, params: DecisionParams) -> Iterator[Weighed]:
    lead, wrong = params.visit_lead_days, (1.0 - seen.probability) * params.false_visit
    likely = seen.probability >= params.send_from and not seen.came_back(params)
    coming, sure = 1.0 - params.coming_spares, seen.asked or likely
    if sure or seen.before is Option.VISIT_NOW:
        cost = params.visit + wrong + coming * _on_the_way(seen, lead, params)
        yield Weighed(option=Option.VISIT_NOW, cost=cost, why=_too_late(seen, lead))
    if seen.shared_visit_days is not None:
        days = max(lead, seen.shared_visit_days)
        cost = params.bundled_visit + wrong + coming * _on_the_way(seen, days, params)
        why = f"somebody comes to the home anyway; {_too_late(seen, days)}"
        yield Weighed(option=Option.VISIT_BUNDLED, cost=cost, why=why)
    elif (sure or seen.before is Option.VISIT_BUNDLED) and (seen.waits_until is None or seen.at < seen.waits_until):
        days, share = params.wait_days + lead, params.share_chance
        visit = share * params.bundled_visit + (1.0 - share) * params.visit
        ends = (1.0 - seen.probability) * params.wait_clears * (visit + params.false_visit)
        cost = visit + wrong - ends + _on_the_way(seen, days, params)
        why = f"another job of the home shares the journey with {_percent(share)}; {_too_late(seen, days)}"
        yield Weighed(option=Option.VISIT_BUNDLED, cost=cost, why=why)


def _failing(seen: Situation, days: float, params: DecisionParams) -> float:
    """Expected loss by failing within so many days."""
    return seen.probability * seen.fails_within(days) * _loss(seen, params)


def _on_the_way(seen: Situation, days: float, params: DecisionParams) -> float:
    """Expected loss by failing before the visit: what a failure costs contains one already. It contains days of waiting
    too, of which a visit with a date spares some and one that waits for company spares none."""
    return seen.probability * seen.fails_within(days) * max(0.0, _loss(seen, params) - params.visit)


def _loss(seen: Situation, params: DecisionParams) -> float:
    return params.failure if seen.fault.urgency is Urgency.VISIT else params.neglect


def _too_late(seen: Situation, days: float) -> str:
    return f"{_percent(seen.probability * seen.fails_within(days))} that it fails within the {days:.0f} days until then"


def _waits_until(option: Option, seen: Situation, params: DecisionParams) -> datetime | None:
    """A wait for another job ends once: deciding again does not begin it anew."""
    if option is not Option.VISIT_BUNDLED or seen.shared_visit_days is not None:
        return seen.waits_until
    return seen.waits_until or seen.at + params.wait_days * DAY


def _reason(chosen: Weighed, weighed: tuple[Weighed, ...], seen: Situation, params: DecisionParams) -> str:
    text = f"{words_for(chosen.option)} at an expected cost of {chosen.cost:.0f}: {chosen.why}"
    others = [f"{words_for(one.option).lower()} {one.cost:.0f}" for one in weighed if one is not chosen]
    against = f"; against {', '.join(others)}" if others else ""
    kept = " Kept, as the difference is small." if chosen is not weighed[0] else ""
    doubted = seen.fault.urgency is Urgency.VISIT and not any(one.option in VISITS for one in weighed)
    unsure = f" {_CAME_BACK if seen.came_back(params) else _UNSURE}"
    rest = kept + (unsure if doubted and chosen.option is Option.NOTHING else "")
    return f"{text}{against}. The fault is {_percent(seen.probability)} likely.{rest}"


def words_for(option: Option) -> str:
    """The option in words."""
    return _WORDS[option]


def _percent(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.0f} %"


_WORDS: Final = {
    Option.NOTHING: "Nothing yet",
    Option.SELF_CARE: "Self-care",
    Option.REMOTE_STEP: "A remote step first",
    Option.VISIT_BUNDLED: "A visit together with another job",
    Option.VISIT_NOW: "A visit now",
}
