"""What the detectors say of every appliance of a case, round by round, and what healthy units look like.

The production path (models.step), without the safety rules and the baselines, which nothing here is fitted to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.readings import EPOCH, from_us
from domain.services import Service
from domain.signals import Kind
from models.evaluation.arrivals import arrivals_of
from models.evaluation.case import Case, CaseAppliance, Piece
from models.evaluation.engine import Watched, judge_round
from models.evaluation.runner import Loaded, Report, load_piece
from models.evaluation.walk import Round, rounds
from models.healthy.deviations import deviations_of
from models.partition import Apply
from models.step import as_judged
from models.trained.speakers import Speakers
from models.training.beliefs import HealthyUnit, healthy_unit

MOST_HEALTHY = 20
"""Healthy units of one kind in one case that are looked at: more say the same (E)."""
_SAID = (Evidence(signal="", expected=None, observed=None, unit="", since=EPOCH),)
"""Instead of the evidence, which no label depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was said of one appliance, with the time of arrival by which it was said."""

    appliance: CaseAppliance
    said: tuple[tuple[int, Verdict], ...]
    services: tuple[Service, ...]
    first_us: int
    last_us: int


def record_case(case: Case, work: Sequence[Piece], speakers: Speakers, apply: Apply, report: Report) -> list[Recorded]:
    """Every appliance of the case, in order of id."""
    recorded: list[Recorded] = []
    for place, found in apply(partial(_record_piece, case, speakers=speakers), work):
        recorded += found
        report(work[place].rows)
    return sorted(recorded, key=lambda one: one.appliance.id)


def healthy_units(
    case: Case, work: Sequence[Piece], speakers: Speakers, apply: Apply, report: Report
) -> list[HealthyUnit]:
    """What the appliances of these pieces show, which were healthy all the time, in order of id."""
    units: list[tuple[str, HealthyUnit]] = []
    for place, found in apply(partial(_healthy_piece, case, speakers=speakers), work):
        units += found
        report(work[place].rows)
    return [unit for _, unit in sorted(units, key=lambda pair: pair[0])]


def _record_piece(case: Case, piece: Piece, *, speakers: Speakers) -> list[Recorded]:
    return [one for loaded in load_piece(case, piece) if (one := _record(loaded, speakers)) is not None]


def _record(loaded: Loaded, speakers: Speakers) -> Recorded | None:
    watched, heard = _watched(loaded), list(loaded.services)
    said: list[tuple[int, Verdict]] = []
    absent: set[str] = set()
    every = list(rounds(watched))
    for one in every:
        while heard and heard[0].at <= from_us(one.at_us):
            watched.services.append(heard.pop(0))
        for verdict in judge_round(watched, one.days, one.data_to_us, one.at_us, speakers):
            if verdict.urgency is Urgency.URGENT or (not verdict.present and verdict.fault in absent):
                continue
            (absent.discard if verdict.present else absent.add)(verdict.fault)
            said.append((one.at_us, replace(verdict, evidence=_SAID)))
    if not every:
        return None
    return Recorded(
        appliance=loaded.appliance,
        said=tuple(said),
        services=tuple(loaded.services),
        first_us=every[0].at_us,
        last_us=every[-1].at_us,
    )


def _healthy_piece(case: Case, piece: Piece, *, speakers: Speakers) -> list[tuple[str, HealthyUnit]]:
    found = []
    for loaded in load_piece(case, piece):
        watched = _watched(loaded)
        watched.services.extend(loaded.services)
        every = list(rounds(watched))
        if every:
            found.append((loaded.appliance.id, _at_the_end(loaded.appliance.kind, watched, every, speakers)))
    return found


def _at_the_end(kind: Kind, watched: Watched, every: Sequence[Round], speakers: Speakers) -> HealthyUnit:
    """All days worked in at once, as no round's verdict is wanted."""
    last = every[-1]
    days = sorted({day for one in every for day in one.days})
    judge_round(watched, days, last.data_to_us, last.at_us, speakers)
    history, references = as_judged(watched.remembered, from_us(last.data_to_us), speakers.priors(kind))
    return healthy_unit(kind, history, deviations_of(kind, history, references))


def _watched(loaded: Loaded) -> Watched:
    return Watched(
        kind=loaded.appliance.kind,
        readings=arrivals_of(loaded.readings),
        cycles=loaded.cycles,
        events=loaded.events,
        beside=loaded.beside,
    )
