"""From recorded fleets to a model: healthy units first, then what the detectors say of everyone, then the figures.

1. Healthy homes: noise and drift of each index, usual ranges, the watch for the unknown.
2. Everyone, night by night as in production: probabilities, then limits for the budget of false findings.
3. The same fit without one home in four, four times: figures on homes that were not fitted on.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import BadInput
from domain.faults import Urgency
from domain.signals import Kind
from models.evaluation.calibration import Counts, calibration
from models.evaluation.case import ROWS_PER_PIECE, Case, Piece, open_case, pieces
from models.evaluation.figures import rate_per_1000
from models.evaluation.truth import TRUTH_FILE, is_simulated, read_truth, read_weights
from models.partition import Apply
from models.trained.file import Sealed
from models.trained.model import Example, Provenance, TrainedModel
from models.trained.speakers import DETECTORS_ALONE, Speakers
from models.trained.unknown import as_row
from models.training.beliefs import HealthyUnit, fit_beliefs, fit_ranges
from models.training.code import code_version
from models.training.fleet import FOLDS, Fleet, Labelled, ends_of, fold_of, labelled
from models.training.intervals import coverage, fit_spread, held
from models.training.limits import WEIGH, fit_limits
from models.training.probability import fit_probabilities
from models.training.real_rates import at_real_rates
from models.training.record import MOST_HEALTHY, healthy_units, record_case
from models.training.unknown import fit_forest

SEED = 20250601
LEVELS = (0.0, 0.7, 0.8, 0.9)
"""Scores at which a finding may come to be acted upon."""
Tell = Callable[[str, int], Callable[[int], None]]
"""Begins a step with its name and its number of rows; what it returns is told of rows that are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One case to train on, with what is known about it."""

    case: Case
    simulated: bool
    work: tuple[Piece, ...]

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.work)


def open_sources(folders: Sequence[Path]) -> list[Source]:
    """The cases in the folders, cut into parts."""
    found = []
    for folder in folders:
        case = open_case(folder)
        work = tuple(sorted(pieces(case), key=lambda piece: -piece.rows))
        simulated = is_simulated(folder) or (folder / TRUTH_FILE).is_file()  # nobody else knows the truth
        found.append(Source(case=case, simulated=simulated, work=work))
    return found


def train(
    sources: Sequence[Source], name: str, apply: Apply, tell: Tell, outcomes: Sequence[Example] = ()
) -> TrainedModel:
    """A model fitted on all of `sources`, with figures on homes it was not fitted on."""
    simulated = any(source.simulated for source in sources)
    units = [unit for source in sources for unit in _healthy(source, apply, tell)]
    plain = TrainedModel(
        provenance=_nothing(name),
        beliefs=fit_beliefs(units, simulated=simulated),
        ranges=fit_ranges(units),
        watch=_fit_watch(units),
    )
    fleets = at_real_rates([_fleet(source, plain, apply, tell) for source in sources])
    if not any(fleet.recorded for fleet in fleets):
        raise BadInput("these cases hold no readings that can be judged")
    fitted = fit_speech(fleets, plain, outcomes)
    figures = held_out_figures(fleets, plain, outcomes)
    return replace(fitted, provenance=_provenance(name, sources, fleets, outcomes, figures, simulated=simulated))


def _healthy(source: Source, apply: Apply, tell: Tell) -> list[HealthyUnit]:
    """Appliances that nothing was ever wrong with, as far as anybody told."""
    ill = {one.appliance_id for one in read_truth(source.case.folder) or ()}
    ill |= {appliance_id for appliance_id, told in source.case.services.items() if told}
    work = _healthy_work(source, ill)
    done = tell(f"{source.case.folder.name}: healthy units", sum(piece.rows for piece in work))
    return healthy_units(source.case, work, DETECTORS_ALONE, apply, done)


def _fleet(source: Source, plain: TrainedModel, apply: Apply, tell: Tell) -> Fleet:
    folder = source.case.folder
    speakers = Speakers(champion=Sealed("", replace(plain, watch={})))
    recorded = record_case(source.case, source.work, speakers, apply, tell(f"{folder.name}: all", source.rows))
    return Fleet(name=folder.name, recorded=recorded, truth=read_truth(folder), weights=read_weights(folder))


def fit_speech(fleets: Sequence[Fleet], plain: TrainedModel, outcomes: Sequence[Example] = ()) -> TrainedModel:
    """`plain` with all that is fitted on the fleets; outcomes of service add to the probabilities."""
    examples = (*_examples(fleets, plain), *outcomes)
    probable = replace(plain, calibration=fit_probabilities(examples), examples=examples)
    told = [fleet for fleet in fleets if fleet.truth is not None]
    limited = replace(probable, limits=fit_limits(told, probable) if told else {})
    return replace(limited, spread=fit_spread([one for fleet in told for one in labelled(fleet, limited, WEIGH)]))


def _examples(fleets: Sequence[Fleet], plain: TrainedModel) -> list[Example]:
    """Findings as they would be raised at several levels of evidence.

    When a finding is acted upon depends on its probability, which is to be fitted here; and one whose evidence has
    grown to a level is more often true than one that began there.
    """
    groups = {group for fleet in fleets for group in fleet.groups()}
    found = []
    for level in LEVELS:
        model = replace(plain, limits=dict.fromkeys(groups, level))
        found += [one.example(1.0 / len(LEVELS)) for fleet in fleets for one in labelled(fleet, model)]
    return found


def refit(model: TrainedModel, name: str, outcomes: Sequence[Example], data_to: str) -> TrainedModel:
    """`model` with its probabilities fitted anew, outcomes of service added to what they were fitted on.

    It still belongs to the code that trained `model`: most of its examples, its watch and its ranges are of those
    detectors, and who uses it with others has to be told so.
    """
    examples = (*model.examples, *outcomes)
    before = model.provenance
    fitted = fit_probabilities(examples)
    said = [(fitted[(one.kind, one.group)].probability(one.score), one.there, Counts(one.weight, one.weight))
            for one in outcomes]  # fmt: skip
    figures = {"outcomes": dict(Counter("there" if one.there else "not there" for one in outcomes)),
               "fitted_on_outcomes": calibration(*zip(*said, strict=True))}  # fmt: skip
    provenance = replace(
        before, name=name, labels=tuple(sorted({*before.labels, "outcomes"})), data_to=max(before.data_to, data_to),
        figures=figures,
    )  # fmt: skip
    return replace(model, provenance=provenance, calibration=fitted, examples=examples)


def held_out_figures(fleets: Sequence[Fleet], plain: TrainedModel, outcomes: Sequence[Example] = ()) -> dict[str, Any]:
    """Figures over all homes, each judged by a model that was fitted without it; SIMULATED if the fleets are."""
    found: list[Labelled] = []
    endings: list[tuple[Urgency, bool]] = []
    for fold in range(FOLDS):
        inside = [fleet.part(lambda one, f=fold: fold_of(one.appliance.household_id) == f) for fleet in fleets]  # type: ignore[misc]
        outside = [fleet.part(lambda one, f=fold: fold_of(one.appliance.household_id) != f) for fleet in fleets]  # type: ignore[misc]
        model = fit_speech(outside, plain, outcomes)
        # Without the model's own edges: what was said is read back from those of the code.
        unseen = [one for fleet in inside for one in labelled(fleet, replace(model, spread={}), WEIGH)]
        endings += held(unseen, model.spread)
        found += unseen
    months = sum(fleet.months for fleet in fleets)
    said = [one.finding.probability for one in found]
    there = [one.there for one in found]
    return {
        "held_out": f"{FOLDS} folds of homes",
        "findings": len(found),
        "calibration": _short(calibration(said, there)),
        "calibration_at_real_base_rates": _short(calibration(said, there, [one.counts for one in found])),
        "failures_within_interval": coverage(endings),
        **{f"{urgency}_findings": _class(found, urgency, months) for urgency in (Urgency.VISIT, Urgency.SELF)},
    }


def _short(one: Mapping[str, Any]) -> dict[str, Any]:
    perfect = {f"perfect_{name}": value for name, value in (one["perfect"] or {}).items()}
    own = {name: one[name] for name in ("n", "brier", "ece")} | perfect
    return {name: None if value is None else round(value, 4) for name, value in own.items()}


def _class(found: Iterable[Labelled], urgency: Urgency, months: float) -> dict[str, Any]:
    own = [one for one in found if one.finding.urgency is urgency]
    false = [one for one in own if not one.there]
    true_weight, false_weight = (sum(one.weight for one in own if one.there is side) for side in (True, False))
    total = true_weight + false_weight
    return {
        "true": len(own) - len(false),
        "not_true": rate_per_1000(len(false), months),
        "precision_at_real_base_rates": round(true_weight / total, 4) if total else None,
        "not_true_per_1000_at_real_base_rates": round(1000 * false_weight / months, 4) if months else None,
    }


def _fit_watch(units: Sequence[HealthyUnit]) -> dict[Kind, Any]:
    found = {}
    for kind in sorted({unit.kind for unit in units}):
        rows = [strange for unit in units if unit.kind == kind for strange in unit.strange]
        counts = Counter(index for row in rows for index in row)
        indices = sorted(index for index, count in counts.items() if count >= len(rows) / 10)
        matrix = np.array([as_row(indices, row) for row in rows]).reshape(len(rows), len(indices))
        forest = fit_forest(indices, matrix, SEED)
        if forest is not None:
            found[kind] = forest
    return found


def _healthy_work(source: Source, ill: set[str]) -> list[Piece]:
    """Parts of the healthy appliances, at most `MOST_HEALTHY` of a kind, of all homes alike."""
    work: list[Piece] = []
    taken: Counter[Kind] = Counter()
    for piece in source.work:
        per_appliance = piece.rows / max(1, len(piece.appliances))
        room = MOST_HEALTHY - taken[piece.kind]
        names = tuple(name for name in piece.appliances if name not in ill)[:room]
        taken[piece.kind] += len(names)
        if names:
            work.append(Piece(piece.kind, names, min(ROWS_PER_PIECE, round(per_appliance * len(names)))))
    return work


def _nothing(name: str) -> Provenance:
    return Provenance(
        name=name, simulated=True, labels=(), cases=(), appliances=0, appliance_months=0.0, data_from="", data_to="",
        appliance_models=(), code_version="",
    )  # fmt: skip


def _provenance(
    name: str, sources: Sequence[Source], fleets: Sequence[Fleet], outcomes: Sequence[Example],
    figures: Mapping[str, Any], *, simulated: bool,
) -> Provenance:  # fmt: skip
    labels = {"services.csv" if fleet.truth is None else "truth.csv" for fleet in fleets}
    first, last = ends_of(fleets)
    return Provenance(
        name=name,
        simulated=simulated,
        labels=tuple(sorted(labels | ({"outcomes"} if outcomes else set()))),
        cases=tuple(source.case.folder.name for source in sources),
        appliances=sum(len(fleet.recorded) for fleet in fleets),
        appliance_months=round(sum(fleet.months for fleet in fleets), 1),
        data_from=first,
        data_to=last,
        appliance_models=tuple(sorted({one.model for s in sources for one in s.case.appliances.values() if one.model})),
        code_version=code_version(),
        figures=figures,
    )
