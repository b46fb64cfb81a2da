"""What a model makes of the detectors' verdicts: a probability that holds, or silence below the limit. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from domain.faults import Urgency
from domain.findings import Verdict
from domain.signals import Kind
from models.trained.model import TrainedModel, group_of


def speak(model: TrainedModel, kind: Kind, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts with calibrated probabilities; one whose score is below its limit is left out.

    Hazards pass as they are: nothing learned may hold back or weaken a safety rule. What the model never met, such as
    a detector that is newer than the model, passes as it is too.
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
        spoken.append(replace(verdict, probability=probability, score=verdict.probability))
    return spoken
