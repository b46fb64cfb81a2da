"""A whole case through the production path: in pieces, on several processes, in bounded memory.

A piece is some appliances of one kind. No result depends on how the case is cut or on the number of processes.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from domain.care import CareParams
from domain.decision_params import DecisionParams
from domain.services import Service
from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, Kind, Signal
from models.evaluation.arrivals import (
    NO_ARRIVALS,
    NO_READINGS,
    NOTHING_REFUSED,
    Arrivals,
    Micros,
    arrivals_of,
    arrivals_of_events,
    by_appliance,
    read_checked,
    read_refused,
)
from models.evaluation.budget import let_out
from models.evaluation.case import Case, CaseAppliance, Piece, by_name, pieces, read_events
from models.evaluation.homes import home_findings
from models.evaluation.ledger import Finding, as_line
from models.evaluation.peers import findings_of
from models.evaluation.walk import BASELINES, Seen, Walked, WatchSafety, walk
from models.evaluation.whole_file import write_whole
from models.features.mains import BESIDE
from models.partition import Apply, here
from models.trained.speakers import DETECTORS_ALONE, Speakers

Report = Callable[[int], None]
"""Told of rows that are done, as a number to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """What the running system would have said about a fleet, and how much it was shown."""

    findings: tuple[Finding, ...]
    baselines: dict[str, tuple[Finding, ...]]
    seen: dict[str, Seen]
    rows: int
    """Rows in the files, before any check."""


def run_case(
    case: Case,
    watch_safety: WatchSafety,
    *,
    speakers: Speakers = DETECTORS_ALONE,
    weigh: DecisionParams | None = None,
    care: CareParams | None = None,
    apply: Apply = here,
    report: Report = lambda _: None,
) -> CaseRun:
    """Walk through every appliance of the case, wherever `apply` runs the parts.

    With `weigh` a finding is what the decision would act upon, within the budgets of the whole fleet and what `care`
    lets homes be bothered with; without, every verdict.
    """
    work = sorted(pieces(case), key=lambda piece: -piece.rows)
    walked: list[Walked] = []
    run = partial(run_piece, case, watch_safety=watch_safety, speakers=speakers)
    for place, found in apply(run, work):
        walked += found
        report(work[place].rows)
    every = sorted(walked, key=lambda one: one.seen.appliance_id)
    heard = {one.seen.appliance_id: one.heard for one in every if one.heard is not None}
    findings = [*findings_of(case, [one.testimony for one in every], weigh), *home_findings(case, heard)]
    if weigh is not None:
        findings = let_out(findings, {one.id: one.household_id for one in case.appliances.values()}, weigh, care)
    return CaseRun(
        findings=_in_order(findings),
        baselines={name: _in_order(f for one in every for f in one.baselines[name]) for name in BASELINES},
        seen={one.seen.appliance_id: one.seen for one in every},
        rows=sum(piece.rows for piece in work),
    )


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.raised_at, one.appliance_id, one.fault)))


def run_piece(
    case: Case,
    piece: Piece,
    watch_safety: WatchSafety,
    speakers: Speakers = DETECTORS_ALONE,
) -> list[Walked]:
    """Walk through the appliances of one piece."""
    return [
        walk(
            loaded.appliance,
            loaded.readings,
            loaded.cycles,
            loaded.events,
            loaded.services,
            watch_safety,
            speakers,
            loaded.beside,
            loaded.refused_us,
        )
        for loaded in load_piece(case, piece)
    ]


class Loaded(NamedTuple):
    """All that ever arrived from one appliance, and what was told of it."""

    appliance: CaseAppliance
    readings: pl.DataFrame
    cycles: Arrivals
    events: Arrivals
    services: Sequence[Service]
    beside: Arrivals = NO_ARRIVALS
    """Cycles of the home's machines of another kind."""
    refused_us: Micros = NOTHING_REFUSED
    """Arrivals of readings whose time was refused."""


def load_piece(case: Case, piece: Piece) -> Iterator[Loaded]:
    """The appliances of one piece, with their rows."""
    readings = _frames(case.tables, piece, READING_SIGNALS)
    cycles = _frames(case.cycles, piece, CYCLE_SIGNALS)
    events = by_name(read_events(case.folder, []))
    beside = _beside(case, piece)
    refused = read_refused(case.tables[piece.kind], piece.appliances) if piece.kind in case.tables else {}
    for name in piece.appliances:
        yield Loaded(
            case.appliances[name],
            readings.get(name, NO_READINGS),
            arrivals_of(cycles[name]) if name in cycles else NO_ARRIVALS,
            arrivals_of_events(events.get(name, ())),
            case.services.get(name, ()),
            beside.get(name, NO_ARRIVALS),
            refused.get(name, NOTHING_REFUSED),
        )


def _beside(case: Case, piece: Piece) -> dict[str, Arrivals]:
    """By appliance of the piece, the cycles of its home's machines that stand beside its kind."""
    if piece.kind not in BESIDE:
        return {}
    machines: dict[str, list[str]] = {}
    for one in case.appliances.values():
        if one.kind is BESIDE[piece.kind]:
            machines.setdefault(one.household_id, []).append(one.id)
    others = {name: machines.get(case.appliances[name].household_id, []) for name in piece.appliances}
    names = tuple(sorted({other for some in others.values() for other in some}))
    cycles = _frames(case.cycles, Piece(BESIDE[piece.kind], names, 0), CYCLE_SIGNALS)
    found = {name: [cycles[other] for other in some if other in cycles] for name, some in others.items()}
    return {name: arrivals_of(pl.concat(some).sort("time")) for name, some in found.items() if some}


def _frames(
    files: Mapping[Kind, Path], piece: Piece, signals: Mapping[str, tuple[Signal, ...]]
) -> dict[str, pl.DataFrame]:
    if piece.kind not in files:
        return {}
    catalogue = {signal.name: signal for signal in signals.get(piece.kind, ())}
    return dict(by_appliance(read_checked(files[piece.kind], piece.appliances, catalogue)))


FINDINGS_FILE: Final = "findings.jsonl"


def write_findings(findings: Sequence[Finding], folder: Path) -> Path:
    """Write findings.jsonl (contracts, section 3) into `folder`."""
    lines = [json.dumps(as_line(finding), ensure_ascii=False, allow_nan=False) + "\n" for finding in findings]
    return write_whole(folder / FINDINGS_FILE, "".join(lines))
