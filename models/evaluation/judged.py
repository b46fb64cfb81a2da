"""All figures of one case, as plain JSON: what report.json holds."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from domain.faults import Urgency, fault_of
from domain.readings import from_us
from domain.services import Service
from domain.signals import Kind
from models.evaluation.base_rates import Weights, counts_of, with_runs
from models.evaluation.calibration import calibration
from models.evaluation.case import Case
from models.evaluation.costs import Course, costs
from models.evaluation.examples import examples, newest
from models.evaluation.figures import SEED, rate_per_1000, recall_at_budget, recall_curve, share
from models.evaluation.intervals import Ended, coverage
from models.evaluation.journeys import acted_upon, asked_of_people, false_findings, reweighted
from models.evaluation.ledger import Finding
from models.evaluation.matching import Outcome, urgency_of
from models.evaluation.pooled import Evaluated
from models.evaluation.runner import CaseRun
from models.evaluation.splits import splits
from models.evaluation.tally import DAY, Scene, in_time, lead_days, months, scene, seconds_to_alarm, tally
from models.evaluation.truth import Truth

BUDGET: Final = {Urgency.VISIT: 0.5, Urgency.SELF: 3.0}
"""False findings per 1000 appliance-months that are allowed."""


def judge_case(one: Evaluated, known_models: Collection[str] | None = None) -> dict[str, Any]:
    """The report of one case; without a truth only what was said, and how often."""
    case, run, truth = one.case, one.run, one.truth
    watched = months(run.seen.values())
    report: dict[str, Any] = {
        "case": case.folder.name,
        "rows": run.rows,
        "appliances": len(run.seen),
        "appliance_months": round(watched, 2),
        "said": _said(run.findings, watched),
    }
    if truth is None:
        return report | {"truth": False, "newest": newest(run.findings)}
    of = scene(case.appliances, run.seen, truth, run.findings)
    weights = with_runs(one.weights, of.truth, of.watched())
    return report | {
        "truth": True,
        **_headline(of, watched),
        "faults": _faults(of),
        "calibration": _calibration(of),
        "calibration_real": _calibration(of, weights) if weights else None,
        "calibration_classes": {str(one): _calibration(of, weights, one) for one in (Urgency.VISIT, Urgency.SELF)},
        "interval_coverage": _coverage(of),
        "right_fault_named": _right_fault(of),
        "right_part": _right_part(of, case.services),
        "seconds_to_alarm": seconds_to_alarm(of, one.shown),
        "costs": _costs(of),
        "splits": _splits(of, known_models),
        "real_base_rates": reweighted(of, weights, watched),
        "baselines": _baselines(case, run, truth, watched),
        "lead_days_of_visits": sorted(lead_days(of, [p for p in of.visible() if _class(of, p) is Urgency.VISIT])),
        "examples": examples(of),
    }


def _said(findings: Sequence[Finding], watched: float) -> dict[str, Any]:
    return {
        str(urgency): rate_per_1000(sum(one.urgency is urgency for one in findings), watched) for urgency in Urgency
    }


def _class(of: Scene, place: int) -> Urgency:
    return urgency_of(of.kind(of.truth[place].appliance_id), of.truth[place].fault)


def _headline(of: Scene, watched: float) -> dict[str, Any]:
    """Figures by class of fault, false rates, and recall at the budget."""
    classes, curves, at_budget = {}, {}, {}
    for urgency in Urgency:
        classes[str(urgency)] = tally(of, has_fault=lambda kind, code, u=urgency: urgency_of(kind, code) is u)  # type: ignore[misc]
    for urgency, budget in BUDGET.items():
        places = [place for place in of.visible() if _class(of, place) is urgency]
        scores = [of.matched.found[p].probability if p in of.matched.found else None for p in places]
        false = [
            one.finding.probability for one in of.matched.judged
            if one.outcome is Outcome.FALSE and one.finding.urgency is urgency and acted_upon(one.finding)
        ]  # fmt: skip
        curves[str(urgency)] = recall_curve(scores, false, watched)
        at_budget[str(urgency)] = {"budget": budget, "recall": recall_at_budget(curves[str(urgency)], budget)}
    return {
        "classes": classes,
        **false_findings(of, watched),
        "asked_of_people": asked_of_people(of, watched),
        "recall_at_budget": at_budget,
        "curves": curves,
    }


def _faults(of: Scene) -> list[dict[str, Any]]:
    keys = {(of.kind(one.appliance_id), one.fault) for one in of.truth}
    keys |= {(of.kind(one.finding.appliance_id), one.finding.fault) for one in of.matched.judged}
    rows = []
    for kind, fault in sorted(keys):
        figures = tally(of, has_fault=lambda k, c, own=(kind, fault): (k, c) == own)  # type: ignore[misc]
        hidden = sum((of.kind(t.appliance_id), t.fault) == (kind, fault) for t in of.truth) - figures["events"]
        rows.append(
            {"kind": str(kind), "fault": fault, "class": str(urgency_of(kind, fault)), "not_visible": hidden, **figures}
        )
    return rows


def _calibration(of: Scene, weights: Weights | None = None, urgency: Urgency | None = None) -> dict[str, Any]:
    """Over slow findings: a safety rule says 1 by convention and is judged by its false alarms instead."""
    slow = [
        one for one in of.matched.judged
        if one.outcome is not Outcome.REPEAT and not one.finding.detector.startswith("safety-rules")
        and urgency in (None, one.finding.urgency)
    ]  # fmt: skip
    counts = counts_of(weights or {}, of.truth)
    return calibration(
        [one.finding.probability for one in slow],
        [one.outcome is Outcome.TRUE for one in slow],
        [counts(of.kind(one.finding.appliance_id), one) for one in slow],
    )


def _coverage(of: Scene) -> dict[str, Any]:
    """Of those that failed: did it come within P10 to P90, and how wide was that."""
    ended: dict[str, list[Ended]] = {}
    for place, finding in of.matched.found.items():
        failure = of.truth[place].failure
        if finding.fails is not None and failure is not None:
            days = [(at - finding.raised_at) / DAY for at in (*finding.fails, failure)]
            ended.setdefault(str(_class(of, place)), []).append(Ended(*days))
    return coverage(ended, sum(finding.fails is not None for finding in of.matched.found.values()))


def _right_fault(of: Scene) -> dict[str, Any]:
    """Of visits on which something was wrong: how often it was what the finding said."""
    visits = [
        one for one in of.matched.judged
        if one.finding.urgency is not Urgency.SELF and one.outcome in (Outcome.TRUE, Outcome.WRONG_FAULT)
    ]  # fmt: skip
    return share([one.outcome is Outcome.TRUE for one in visits], [1.0] * len(visits))


def _right_part(of: Scene, services: Mapping[str, Sequence[Service]]) -> dict[str, Any]:
    """Of true visits after which a part was reported: how often it was among the parts that the finding named."""
    hits = []
    for one in of.matched.judged:
        if one.outcome is not Outcome.TRUE or one.finding.urgency is Urgency.SELF:
            continue
        raised_at = one.finding.raised_at
        used = next(
            (s.part for s in services.get(one.finding.appliance_id, ())
             if s.part and s.fault == one.finding.fault and s.at >= raised_at), None,
        )  # fmt: skip
        if used is not None:
            hits.append(used in one.finding.parts)
    return share(hits, [1.0] * len(hits))


def _costs(of: Scene) -> dict[str, Any]:
    courses = []
    for place in of.visible():
        one = of.truth[place]
        window = (one.failure - one.detectable) / DAY if one.failure and one.detectable else None
        courses.append(Course(urgency=_class(of, place), window_days=window, in_time=in_time(of, place)))
    urgencies = Counter(one.finding.urgency for one in of.matched.judged)
    return costs(
        courses,
        visits=urgencies[Urgency.VISIT] + urgencies[Urgency.URGENT],
        nudges=urgencies[Urgency.SELF],
        appliance_days=sum(one.days for one in of.seen.values()),
    )


def _splits(of: Scene, known_models: Collection[str] | None) -> list[dict[str, Any]]:
    rows = []
    for part in splits(of.appliances, of.seen, known_models):
        figures = tally(of, has_fault=lambda kind, code: True, has_moment=part.holds)
        watched = months(of.seen.values(), part.days)
        false = Counter(
            one.finding.urgency for one in of.matched.judged
            if one.outcome is Outcome.FALSE and part.holds(one.finding.appliance_id, one.finding.raised_at)
            and acted_upon(one.finding)
        )  # fmt: skip
        rows.append(
            {
                "name": part.name,
                "about": part.about,
                "appliances": sum(part.days(one) > 0 for one in of.seen.values()),
                **{name: figures[name] for name in ("events", "recall", "precision", "delay_days")},
                "false_visits": rate_per_1000(false[Urgency.VISIT], watched),
                "false_nudges": rate_per_1000(false[Urgency.SELF], watched),
            }
        )
    return rows


def _baselines(case: Case, run: CaseRun, truth: Sequence[Truth], watched: float) -> list[dict[str, Any]]:
    """The same headline for the trivial ways, beside the models' own."""
    others = {"models": run.findings, **run.baselines, "random": _random(case, run)}
    rows = []
    for name, findings in others.items():
        of = scene(case.appliances, run.seen, truth, findings)
        false = false_findings(of, watched)
        classes = {
            str(urgency): tally(of, has_fault=lambda kind, code, u=urgency: urgency_of(kind, code) is u)  # type: ignore[misc]
            for urgency in (Urgency.VISIT, Urgency.SELF)
        }
        rows.append(
            {
                "name": name,
                "findings": len(findings),
                "recall": {key: figures["recall"]["value"] for key, figures in classes.items()},
                "precision": {key: figures["precision"]["value"] for key, figures in classes.items()},
                **{name: false[name] for name in ("false_visits", "false_nudges")},
            }
        )
    return rows


def _random(case: Case, run: CaseRun) -> list[Finding]:
    """As many findings of each kind and fault as the models raised by night, on random appliances at random times."""
    rng = np.random.default_rng(SEED)
    of_kind: dict[Kind, list[str]] = {}
    for name in run.seen:
        of_kind.setdefault(case.appliances[name].kind, []).append(name)
    drawn = []
    for finding in run.findings:
        kind = case.appliances[finding.appliance_id].kind
        name = str(rng.choice(of_kind[kind]))
        seen = run.seen[name]
        at_us = int(rng.integers(seen.first_us, max(seen.last_us, seen.first_us + 1)))
        urgency = fault_of(kind, finding.fault).urgency
        raised_at = from_us(at_us)
        drawn.append(replace(finding, appliance_id=name, raised_at=raised_at, cleared_at=None, urgency=urgency,
                             sent_at=raised_at))  # fmt: skip
    return drawn
