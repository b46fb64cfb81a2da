"""What a model makes of verdicts: probabilities and intervals that hold, or silence below a limit. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from domain.faults import Urgency, fault_of
from domain.findings import Verdict
from domain.signals import Kind
from models.prognosis import spread_anew
from models.trained.model import TrainedModel, group_of


def speak(model: TrainedModel, kind: Kind, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts with calibrated probabilities and intervals; one whose score is below its limit is left out.

    Hazards pass as they are: nothing learned may hold back or weaken a safety rule. What the model does not
    know, such as a detector that is newer than the model, passes as it is too.
    """
    spoken = []
    for verdict in verdicts:
        if not verdict.present or verdict.urgency is Urgency.URGENT:
            spoken.append(verdict)
            continue
        group = (kind, group_of(verdict.detector))
        if verdict.probability < model.limits.get(group, 0.0):
            continue
        platt = model.calibration.get(group)
        probability = verdict.probability if platt is None else platt.probability(verdict.probability)
        spoken.append(_with_interval(model, kind, replace(verdict, probability=probability, score=verdict.probability)))
    return spoken


def _with_interval(model: TrainedModel, kind: Kind, verdict: Verdict) -> Verdict:
    if verdict.fails_p50 is None or verdict.fails_p90 is None:
        return verdict
    urgency = fault_of(kind, verdict.fault).urgency
    edges = model.spread.get(urgency)
    if edges is None:
        return verdict
    p10, p50, p90 = spread_anew(urgency, verdict.fails_p50, verdict.fails_p90, edges)
    return replace(verdict, fails_p10=p10, fails_p50=p50, fails_p90=p90)
