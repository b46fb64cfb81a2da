"""A few findings as they were, right and wrong, and faults that nobody found: to be looked at, not counted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from models.evaluation.ledger import Finding
from models.evaluation.matching import Judged, Outcome
from models.evaluation.tally import Scene
from models.evaluation.truth import Truth

MOST: Final = 6
NEWEST: Final = 24


def examples(of: Scene) -> dict[str, list[dict[str, Any]]]:
    """The first true ones of different faults, the surest wrong and false ones, and faults that were missed."""
    right: list[dict[str, Any]] = []
    said: set[str] = set()
    for one in of.matched.judged:
        if one.outcome is Outcome.TRUE and one.finding.fault not in said and len(right) < MOST:
            said.add(one.finding.fault)
            right.append(_finding(of, one))
    bad = [one for one in of.matched.judged if one.outcome in (Outcome.FALSE, Outcome.WRONG_FAULT)]
    bad.sort(key=lambda one: (one.finding.detector.startswith("safety-rules"), -one.finding.probability))
    missed = [of.truth[place] for place in of.visible() if place not in of.matched.found]
    return {
        "right": right,
        "wrong": [_finding(of, one) for one in _of_different_appliances(bad)[:MOST]],
        "missed": [_truth(one) for one in _of_different_faults(missed)[:MOST]],
    }


def newest(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The newest findings, the newest first: all there is to look at without a truth."""
    return [_said(one) for one in reversed(findings[-NEWEST:])]


def _of_different_appliances(bad: list[Judged]) -> list[Judged]:
    first: dict[tuple[str, str], Judged] = {}
    for one in bad:
        first.setdefault((one.finding.appliance_id, one.finding.fault), one)
    return list(first.values())


def _of_different_faults(missed: list[Truth]) -> list[Truth]:
    first: dict[str, Truth] = {}
    for one in missed:
        first.setdefault(one.fault, one)
    return list(first.values())


def _finding(of: Scene, one: Judged) -> dict[str, Any]:
    truth = None if one.truth is None else _truth(of.truth[one.truth])
    return _said(one.finding) | {"outcome": str(one.outcome), "truth": truth}


def _said(finding: Finding) -> dict[str, Any]:
    return {
        "appliance_id": finding.appliance_id,
        "fault": finding.fault,
        "raised_at": _text(finding.raised_at),
        "cleared_at": _text(finding.cleared_at),
        "probability": round(finding.probability, 3),
        "urgency": str(finding.urgency),
        "detector": finding.detector,
        "fails": [_text(time) for time in finding.fails] if finding.fails else None,
        "evidence": [
            {"signal": e.signal, "expected": e.expected, "observed": e.observed, "unit": e.unit, "note": e.note}
            for e in finding.evidence
        ],
    }


def _truth(one: Truth) -> dict[str, Any]:
    times = {name: _text(getattr(one, name)) for name in ("onset", "detectable", "failure", "end")}
    return {"appliance_id": one.appliance_id, "fault": one.fault, **times}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
