"""What others of the kind nearby did meanwhile: many that move together are weather, one that moves alone is a fault.

Each step leaves a standing: how far the appliance shows each fault. When something is said of one appliance, the
standings that others had left by earlier runs testify: most of them moved as well, and nothing is said for now; they
did not, and that is part of the evidence. Peers change no index, no reference and no amplitude. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Final, NamedTuple

from domain.faults import Urgency
from domain.findings import Verdict
from domain.signals import Kind
from models.detectors.accumulate import middle_of
from models.detectors.amplitude import known_amplitudes, limits_of
from models.detectors.contract import References
from models.detectors.known_faults import SIGNATURES
from models.detectors.signature import CautionParams
from models.healthy.deviations import deviations_of
from models.history import FeatureHistory

Standing = Mapping[str, float]
"""By fault, the amplitude of the last days in units of the least that is spoken of: of a unit whose days scatter,
more."""
MOST_ASKED: Final = 200
"""The first by id: more would say the same, and a city has thousands (E)."""
LEAST_TO_HOLD: Final = 5
LEAST_TO_TELL: Final = 3
MOVED: Final = 0.5
"""In units of the least that is spoken of (E)."""
MOST: Final = 0.5
"""The share of peers that moved from which on it is not this appliance (E)."""
SPELL: Final = timedelta(days=14)
"""What moves everybody at once does so within a fortnight (E); over months all filters clog."""
FRESH: Final = timedelta(days=7)
"""A peer's present standing is no older,"""
BEFORE: Final = timedelta(days=28)
"""and the one it is compared with no older than this before the spell."""


class Question(NamedTuple):
    """How far did others move in a fault between the days `since` and `until`, as far as they had said?"""

    fault: str
    since: date
    until: date


class Left(NamedTuple):
    """A standing of a peer: of which day of its data, and when it was left (microseconds of arrival)."""

    day: date
    left_us: int
    standing: Standing


def standing_of(kind: Kind, history: FeatureHistory, references: References) -> dict[str, float]:
    """What the appliance shows of each fault of its kind; without those that cannot be told."""
    deviations, shown = deviations_of(kind, history, references), dict[str, float]()
    for signature in SIGNATURES:
        amplitudes = known_amplitudes(signature, history, deviations) if signature.kind == kind else None
        if amplitudes is None or (history.today - amplitudes.days[-1]).days > signature.old_days:
            continue
        least = limits_of(signature, amplitudes, CautionParams()).level
        value = round(middle_of(amplitudes.values[-signature.steady_days :]) / least, 3)
        shown[signature.fault] = max(value, shown.get(signature.fault, value))
    return shown


def question_of(verdict: Verdict, standing: Standing) -> Question | None:
    """What others are asked about a verdict; None where they cannot know, and of hazards, which wait for nobody."""
    if not verdict.present or verdict.urgency is Urgency.URGENT or verdict.fault not in standing:
        return None
    until = verdict.at.astimezone(UTC).date()
    began = min((one.since.astimezone(UTC).date() for one in verdict.evidence), default=until)
    return Question(verdict.fault, max(began, until - SPELL), until)


def heed(verdict: Verdict, moves: Sequence[float]) -> Verdict | None:
    """The verdict with what its peers testify; None while most of them moved as well."""
    moved = sum(move >= MOVED for move in moves)
    if len(moves) >= LEAST_TO_HOLD and moved >= MOST * len(moves):
        return None
    if len(moves) < LEAST_TO_TELL:
        return verdict
    told = f"{len(moves)} alike nearby did not move" if not moved else f"of {len(moves)} alike nearby {moved} moved"
    return replace(verdict, ruled_out=(*verdict.ruled_out, f"Peers: {told}"))


def moves_of(peers: Iterable[Sequence[Left]], question: Question, before_us: int) -> list[float]:
    """By how much each peer moved, of those that had said so before `before_us`; each peer's standings in order of day.

    The same question to the database: store/queries/peers.sql.
    """
    moves = []
    for peer in peers:
        now = _last(peer, question, question.until - FRESH, question.until, before_us)
        then = _last(peer, question, question.since - BEFORE, question.since, before_us)
        if now is not None and then is not None:
            moves.append(now - then)
    return moves


def _last(peer: Sequence[Left], question: Question, after: date, until: date, before_us: int) -> float | None:
    """The last standing of the days after `after`, up to and with `until`."""
    for left in reversed(peer[: bisect_right(peer, until, key=lambda one: one.day)]):
        if left.day <= after:
            return None
        if left.left_us < before_us and question.fault in left.standing:
            return left.standing[question.fault]
    return None
