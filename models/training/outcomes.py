"""From what became of findings to examples that probabilities are fitted on."""

from collections.abc import Iterable

from domain.faults import Urgency
from domain.labels import was_there
from domain.signals import Kind
from models.trained.model import Example, group_of
from store.outcomes import SaidFinding


def examples_of(said: Iterable[SaidFinding]) -> list[Example]:
    """Findings of trained models whose label tells whether the fault was there; they are at real base rates already.

    Left out are hazards, which no model touches, and findings without a score, which no model made.
    """
    return [
        Example(
            kind=Kind(one.kind),
            group=group_of(one.detector),
            urgency=Urgency(one.urgency),
            score=round(one.score, 4),
            there=there,
        )
        for one in said
        if one.score is not None and one.urgency != Urgency.URGENT and (there := was_there(one.label)) is not None
    ]
