"""Champion against challenger, by what became of the findings: precision, lead, false visits. Pure.

A challenger is not acted on, so its findings have no outcome of their own. One counts as true or false if the champion
spoke of the same fault of the same appliance at about that time and that was settled; else nobody knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.labels import was_there
from models.evaluation.figures import rate_per_1000, share, spread
from store.outcomes import SaidFinding

EARLIER = timedelta(days=60)
LATER = timedelta(days=14)
"""How far before, and after the end of, a settled finding another one speaks of the same event (E)."""
LEAST_OUTCOMES = 10
"""Fewer findings of a challenger that came to an outcome are hardly a trial (E)."""


class Said(Protocol):
    """A finding, whoever said it."""

    @property
    def appliance_key(self) -> int: ...
    @property
    def fault(self) -> str: ...
    @property
    def urgency(self) -> str: ...
    @property
    def raised_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one model did."""

    findings: int
    true: int
    false: int
    not_known: int
    precision: dict[str, Any]
    lead_days: dict[str, Any]
    """From raising to the end of what was true."""
    false_visits: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both over the same time, on the same appliances."""

    months: float
    champion: Side
    challenger: Side
    true_only_champion: int
    """True findings that the challenger would have missed."""
    false_spared: int
    """False findings that the challenger would not have made."""

    @property
    def settled(self) -> int:
        """Findings of the challenger that came to an outcome."""
        return self.challenger.true + self.challenger.false

    @property
    def hardly_tried(self) -> bool:
        """Whether too few of them did to tell how good it is."""
        return self.settled < LEAST_OUTCOMES


def compare(settled: Sequence[SaidFinding], challenger: Sequence[Said], months: float) -> Comparison:
    """`settled` is what people were told, with labels; `months` appliance-months in which both judged."""
    spoken = [one for one in challenger if one.urgency != "urgent"]
    told = [one for one in settled if one.urgency != "urgent"]
    both = [(one, event) for one in spoken if (event := _event(one, told)) is not None]
    met = {id(event) for _, event in both}
    alone = [one for one in told if id(one) not in met]
    return Comparison(
        months=round(months, 2),
        champion=_side([(one, one) for one in told], len(told), months),
        challenger=_side(both, len(spoken), months),
        true_only_champion=sum(was_there(one.label) is True for one in alone),
        false_spared=sum(was_there(one.label) is False for one in alone),
    )


def _event(said: Said, settled: Iterable[SaidFinding]) -> SaidFinding | None:
    near = [
        one for one in settled
        if (one.appliance_key, one.fault) == (said.appliance_key, said.fault)
        and one.raised_at - EARLIER <= said.raised_at <= _end(one) + LATER
    ]  # fmt: skip
    return min(near, key=lambda one: abs(one.raised_at - said.raised_at), default=None)


def _end(one: SaidFinding) -> datetime:
    return one.completed_at or one.cleared_at or one.judged_at


def _side(pairs: Sequence[tuple[Said, SaidFinding]], findings: int, months: float) -> Side:
    known = [(said, event, there) for said, event in pairs if (there := was_there(event.label)) is not None]
    by_appliance: dict[int, list[float]] = {}
    for said, _, there in known:
        entry = by_appliance.setdefault(said.appliance_key, [0.0, 0.0])
        entry[0] += there
        entry[1] += 1
    leads = [(_end(event) - said.raised_at) / timedelta(days=1) for said, event, there in known if there]
    true = sum(there for _, _, there in known)
    return Side(
        findings=findings,
        true=true,
        false=len(known) - true,
        not_known=findings - len(known),
        precision=share([hits for hits, _ in by_appliance.values()], [n for _, n in by_appliance.values()]),
        lead_days=spread(leads),
        false_visits=rate_per_1000(sum(not there and said.urgency == "visit" for said, _, there in known), months),
    )
