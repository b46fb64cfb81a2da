"""A whole case through the production path: in pieces, on several processes, in bounded memory.

A piece is some appliances of one kind. No result depends on how the case is cut or on the number of processes.
"""

import json
import multiprocessing
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, Kind, Signal
from models.evaluation.arrivals import (
    NO_ARRIVALS,
    NO_READINGS,
    arrivals_of,
    arrivals_of_events,
    by_appliance,
    read_checked,
)
from models.evaluation.case import Case, Piece, pieces, read_events
from models.evaluation.ledger import Finding, as_line
from models.evaluation.walk import BASELINES, Seen, Walked, WatchSafety, walk

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


def run_case(case: Case, watch_safety: WatchSafety, *, jobs: int = 1, report: Report = lambda _: None) -> CaseRun:
    """Walk through every appliance of the case."""
    work = sorted(pieces(case), key=lambda piece: -piece.rows)
    walked = _run_here(case, work, watch_safety, report) if jobs == 1 else _run_apart(
        case, work, watch_safety, jobs, report
    )  # fmt: skip
    every = sorted(walked, key=lambda one: one.seen.appliance_id)
    return CaseRun(
        findings=_in_order(finding for one in every for finding in one.findings),
        baselines={name: _in_order(f for one in every for f in one.baselines[name]) for name in BASELINES},
        seen={one.seen.appliance_id: one.seen for one in every},
        rows=sum(piece.rows for piece in work),
    )


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.raised_at, one.appliance_id, one.fault)))


def run_piece(case: Case, piece: Piece, watch_safety: WatchSafety) -> list[Walked]:
    """Walk through the appliances of one piece."""
    readings = _frames(case.tables, piece, READING_SIGNALS)
    cycles = _frames(case.cycles, piece, CYCLE_SIGNALS)
    events = read_events(case)
    return [
        walk(
            case.appliances[name],
            readings.get(name, NO_READINGS),
            arrivals_of(cycles[name]) if name in cycles else NO_ARRIVALS,
            arrivals_of_events(events.get(name, ())),
            case.services.get(name, ()),
            watch_safety,
        )
        for name in piece.appliances
    ]


def _frames(
    files: Mapping[Kind, Path], piece: Piece, signals: Mapping[str, tuple[Signal, ...]]
) -> dict[str, pl.DataFrame]:
    if piece.kind not in files:
        return {}
    catalogue = {signal.name: signal for signal in signals.get(piece.kind, ())}
    return dict(by_appliance(read_checked(files[piece.kind], piece.appliances, catalogue)))


def _run_here(case: Case, work: Sequence[Piece], watch_safety: WatchSafety, report: Report) -> list[Walked]:
    walked: list[Walked] = []
    for piece in work:
        walked += run_piece(case, piece, watch_safety)
        report(piece.rows)
    return walked


def _run_apart(case: Case, work: Sequence[Piece], watch_safety: WatchSafety, jobs: int, report: Report) -> list[Walked]:
    """In processes started afresh: Polars does not survive a fork."""
    walked: list[Walked] = []
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        rows_of = {pool.submit(run_piece, case, piece, watch_safety): piece.rows for piece in work}
        waiting = set(rows_of)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                walked += future.result()
                report(rows_of[future])
    return walked


FINDINGS_FILE: Final = "findings.jsonl"


def write_findings(findings: Sequence[Finding], folder: Path) -> Path:
    """Write findings.jsonl (contracts, section 3) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FINDINGS_FILE
    with file.open("w", encoding="utf-8") as lines:
        for finding in findings:
            lines.write(json.dumps(as_line(finding), ensure_ascii=False, allow_nan=False) + "\n")
    return file
