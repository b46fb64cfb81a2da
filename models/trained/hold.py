"""Rules on trial: a model that keeps one rule quiet, while the one that lets it speak judges in its shadow."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from domain.errors import BadInput
from domain.signals import Kind
from models.detectors import detectors_of
from models.trained.model import TrainedModel
from models.trained.name import MOST

NEVER: Final = 0.999
"""A limit that no detector's score reaches."""


def hold(model: TrainedModel, rule: str) -> TrainedModel:
    """`model` with the detector `rule` quiet; BadInput if there is none of that name."""
    kinds = {one.name: kind for kind in Kind for one in detectors_of(kind)}
    if rule not in kinds:
        near = get_close_matches(rule, kinds)
        others = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(kinds))}"
        raise BadInput(f"no detector is called {rule!r}; {others}")
    end = f", {rule} on trial"
    origin = replace(model.provenance, name=f"{model.provenance.name[: MOST - len(end)]}{end}")
    return replace(model, provenance=origin, limits={**model.limits, (kinds[rule], rule): NEVER})
