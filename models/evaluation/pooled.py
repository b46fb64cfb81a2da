"""Several cases as one fleet, so that figures of few events each get one interval together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from models.evaluation.base_rates import Drawn, Weights, joined, tells_chances
from models.evaluation.case import Case
from models.evaluation.ledger import Finding
from models.evaluation.runner import CaseRun
from models.evaluation.tally import watched_of
from models.evaluation.truth import Truth

ALL_CASES: Final = "all cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """A case that was walked through, and all that its figures are made of."""

    case: Case
    run: CaseRun
    truth: Sequence[Truth] | None
    """About appliances of the case; None: it has no truth.csv."""
    weights: Weights
    shown: Mapping[int, datetime]
    """By place in `truth`: when a reading first showed the condition (shown.first_shown)."""


def pooled(several: Sequence[Evaluated]) -> Evaluated | None:
    """All cases that have a truth as one; None if fewer than two have. Appliances are named CASE/appliance.

    Real base rates are those of the cases as one (base_rates.joined), and unknown if those of a case with faults are.
    """
    told = [one for one in several if one.truth is not None]
    if len(told) < 2:
        return None
    shown: dict[int, datetime] = {}
    truth: list[Truth] = []
    for one in told:
        shown |= {len(truth) + place: at for place, at in one.shown.items()}
        truth += [replace(row, appliance_id=_name(one, row.appliance_id)) for row in one.truth or ()]
    return Evaluated(case=_case(told), run=_run(told), truth=truth, weights=_weights(told), shown=shown)


def _name(one: Evaluated, appliance_id: str) -> str:
    return f"{one.case.folder.name}/{appliance_id}"


def _case(told: Sequence[Evaluated]) -> Case:
    return Case(
        folder=Path(ALL_CASES),
        appliances={
            _name(one, name): replace(appliance, id=_name(one, name))
            for one in told
            for name, appliance in one.case.appliances.items()
        },
        tables={},
        cycles={},
        services={_name(one, name): rows for one in told for name, rows in one.case.services.items()},
    )


def _run(told: Sequence[Evaluated]) -> CaseRun:
    return CaseRun(
        findings=_findings(told, [one.run.findings for one in told]),
        baselines={name: _findings(told, [one.run.baselines[name] for one in told]) for name in told[0].run.baselines},
        seen={
            _name(one, name): replace(seen, appliance_id=_name(one, name))
            for one in told
            for name, seen in one.run.seen.items()
        },
        rows=sum(one.run.rows for one in told),
    )


def _findings(told: Sequence[Evaluated], found: Sequence[Sequence[Finding]]) -> tuple[Finding, ...]:
    named = (
        replace(finding, appliance_id=_name(one, finding.appliance_id))
        for one, findings in zip(told, found, strict=True)
        for finding in findings
    )
    return tuple(sorted(named, key=lambda one: (one.raised_at, one.appliance_id, one.fault)))


def _weights(told: Sequence[Evaluated]) -> Weights:
    drawn = [
        Drawn(weights=one.weights, truth=one.truth, watched=watched_of(one.case.appliances, one.run.seen))
        for one in told
    ]
    return joined(drawn) if all(tells_chances(one) for one in drawn) else {}
