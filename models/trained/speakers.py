"""Who judges: the champion aloud, challengers and the watch for the unknown quietly. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import References
from models.healthy.deviations import deviations_of
from models.healthy.fleet_prior import Priors, priors_of
from models.history import FeatureHistory, day_start
from models.judge import judge_appliance
from models.trained.file import Sealed
from models.trained.model import Forest, TrainedModel
from models.trained.speak import speak
from models.trained.unknown import RECENT_DAYS, as_row, score, strangeness

UNKNOWN: Final = "unknown"
WATCH: Final = "unknown_watch/1"
CLEARED_BELOW: Final = 0.9
"""Of the limit (E), so that a unit at the edge does not come and go."""


class Quiet(NamedTuple):
    """A verdict that nobody is told of, and whose it is."""

    model_sha256: str
    verdict: Verdict


class Heard(NamedTuple):
    """What is said of one appliance."""

    verdicts: list[Verdict]
    quiet: list[Quiet]
    speaker: str | None
    """Hash of the model that spoke; None if the detectors spoke for themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    """The models at work. Without any, the detectors speak for themselves."""

    champion: Sealed | None = None
    shadows: Sequence[Sealed] = ()
    instead: Mapping[Kind, Sealed | None] = field(default_factory=dict)
    """Kinds whose data drifted away from what the champion was trained on, and who speaks there."""

    def speaker(self, kind: Kind) -> Sealed | None:
        """Who speaks of appliances of `kind`."""
        return self.instead.get(kind, self.champion)

    def priors(self, kind: Kind) -> Priors:
        """What is believed of healthy appliances of `kind` when a reference is learned."""
        speaker = self.speaker(kind)
        return priors_of(kind) if speaker is None else believed(speaker.model, kind)


DETECTORS_ALONE: Final = Speakers()


def believed(model: TrainedModel, kind: Kind) -> Priors:
    """The shipped beliefs with what the model learned of healthy units."""
    priors, beliefs = priors_of(kind), model.beliefs.get(kind, {})
    learned = {
        index: replace(priors[index], noise_floor=belief.noise_floor, drift=belief.drift)
        for index, belief in beliefs.items()
        if index in priors
    }
    return {**priors, **learned} if learned else priors


def hear(
    speakers: Speakers, kind: Kind, history: FeatureHistory, references: References, now_data_time: datetime
) -> Heard:
    """What the models say of one appliance; `history` carries the beliefs of the one that speaks."""
    spoken = judge_appliance(kind, history, references, now_data_time)
    speaker = speakers.speaker(kind)
    if speaker is None:
        return Heard(spoken, [], None)
    verdicts = speak(speaker.model, kind, spoken)
    quiet = []
    if (forest := speaker.model.watch.get(kind)) is not None:
        named = any(verdict.present for verdict in spoken)
        strange = judge_strangeness(forest, kind, history, references, now_data_time, named=named)
        quiet += [Quiet(speaker.sha256, strange)] if strange is not None else []
    for shadow in speakers.shadows:
        seen = replace(history, priors=believed(shadow.model, kind), memo={})
        said = speak(shadow.model, kind, judge_appliance(kind, seen, references, now_data_time))
        quiet += [Quiet(shadow.sha256, verdict) for verdict in said]
    return Heard(verdicts, quiet, speaker.sha256)


def judge_strangeness(
    forest: Forest,
    kind: Kind,
    history: FeatureHistory,
    references: References,
    now_data_time: datetime,
    *,
    named: bool,
) -> Verdict | None:
    """The verdict `unknown`, for review only: present if the unit is unlike anything healthy and nothing is `named`."""
    deviations = deviations_of(kind, history, references)
    strange = strangeness(deviations, history.today)
    if not strange:
        return None
    height = score(forest, as_row(forest.indices, strange))
    present = height >= forest.limit and not named
    if not present and height >= CLEARED_BELOW * forest.limit and not named:
        return None
    told = sorted(strange, key=lambda index: -strange[index])[:3] if present else []
    since = day_start(history.today) - timedelta(days=RECENT_DAYS)
    return Verdict(
        fault=UNKNOWN,
        present=present,
        at=now_data_time,
        probability=min(height, 1.0) if present else 0.0,
        urgency=Urgency.SELF,
        evidence=tuple(
            Evidence(
                signal=index,
                expected=float(deviations[index].expected[-1]),
                observed=float(deviations[index].observed[-1]),
                unit="",
                since=since,
                note=f"{strange[index]:.1f} standard deviations from what this unit does when healthy.",
            )
            for index in told
        ),
        detector=WATCH,
        score=height,
    )
