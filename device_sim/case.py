"""Writes a recorded fleet as a case folder: Parquet per kind, CSV beside it, in bounded memory, on several cores."""

import csv
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Final

import polars as pl

from device_sim.case_folder import make_ready
from device_sim.description import KIND_OF_PART, PARTS, HomeSpec, appliance_id, describe_homes, draw_home
from device_sim.fault_catalogue import FAULTS, contract_name
from device_sim.fault_plans import fleet_weights, plan_faults
from device_sim.faults import FaultPlan, Service
from device_sim.fleet import TruthRow, group_homes
from device_sim.params import SimParams
from device_sim.recording import BlockWork, Recorded, record_block
from device_sim.streams import Purpose, stream
from device_sim.tables import Event
from domain.errors import Unavailable
from domain.faults import fault_of
from domain.signals import Kind

TRANSPORT_S: Final = 0.4  # (E) from the device to the record, of an event
APPLIANCE_FIELDS: Final = (
    "id", "household_id", "kind", "maker", "model", "serial", "batch", "firmware", "installed_on",
)  # fmt: skip
FACTS: Final = (
    "rated_power_w", "rated_current_a", "breaker_rating_a", "rcd_ma", "room", "water_hardness_dh", "volume_l",
    "warranty_months",
)  # fmt: skip
Report = Callable[[float, int], None]
Joining = Callable[[str, int, int], None]
_progress: "Queue[tuple[int, int]] | None" = None


def write_case(
    params: SimParams, folder: Path, *, days: int, report: Report, jobs: int = 1, joining: Joining | None = None
) -> int:
    """Simulate `days` days into `folder` and return the number of readings; `report(share done, rows)` as it goes.

    `joining(table, place, of how many)` before the parts of a table become one file, which takes minutes in a large
    case. The result does not depend on `jobs`, the number of processes. FileExistsError if the folder holds a case
    already or files of others, Unavailable if one of the processes is killed.
    """
    make_ready(folder)
    plans = plan_faults(params)
    specs = [draw_home(params, index) for index in range(params.homes)]
    works = [
        BlockWork(number=number, params=params, specs=group, plans=_plans_of(plans, group), folder=folder, days=days)
        for number, group in enumerate(group_homes(specs))
    ]
    recorded = _record_here(works, report) if jobs == 1 else _record_apart(works, report, jobs)
    _join(folder, recorded, joining)
    _write_events([event for block in recorded for event in block.events], folder / "events.csv")
    _write_services(params, recorded, folder / "services.csv")
    _write_truth([row for block in recorded for row in block.truth], folder / "truth.csv")
    _write_fleet(params, days, folder / "fleet.json")
    _write_appliances(params, folder / "appliances.csv")  # last: a folder without it is no case, but half of one
    return sum(block.rows for block in recorded)


def _plans_of(plans: tuple[FaultPlan, ...], group: list[HomeSpec]) -> tuple[FaultPlan, ...]:
    homes = {spec.index for spec in group}
    return tuple(plan for plan in plans if plan.home in homes)


def _record_here(works: list[BlockWork], report: Report) -> list[Recorded]:
    total = sum(len(work.specs) * work.days for work in works)
    done = rows = 0

    def add(home_days: int, new_rows: int) -> None:
        nonlocal done, rows
        done, rows = done + home_days, rows + new_rows
        report(min(done / total, 1.0), rows)

    return [record_block(work, add) for work in works]


def _record_apart(works: list[BlockWork], report: Report, jobs: int) -> list[Recorded]:
    """Blocks in processes of their own, started afresh: Polars does not survive a fork."""
    context = multiprocessing.get_context("spawn")
    progress: Queue[tuple[int, int]] = context.Queue()
    total = sum(len(work.specs) * work.days for work in works)
    done = rows = 0
    with (
        _one_line_if_killed(jobs),
        ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(progress,)) as pool,
    ):
        futures = [pool.submit(_record_in_child, work) for work in works]
        waiting: set[Future[Recorded]] = set(futures)
        while waiting:
            finished, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for home_days, new_rows in _drain(progress):
                done, rows = done + home_days, rows + new_rows
            for future in finished:
                future.result()
            report(min(done / total, 1.0), rows)
        recorded = [future.result() for future in futures]
    report(1.0, sum(block.rows for block in recorded))
    return recorded


@contextmanager
def _one_line_if_killed(jobs: int) -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise Unavailable(f"one of {jobs} processes was ended from outside, as happens when memory runs out: the case "
                          "is not complete; write it again, with fewer --jobs if so") from error  # fmt: skip


def _begin(progress: "Queue[tuple[int, int]]") -> None:
    global _progress
    _progress = progress
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C: the first process says what there is to say
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _record_in_child(work: BlockWork) -> Recorded:
    assert _progress is not None
    queue = _progress
    return record_block(work, lambda home_days, rows: queue.put((home_days, rows)))


def _drain(progress: "Queue[tuple[int, int]]") -> Iterator[tuple[int, int]]:
    while True:
        try:
            yield progress.get_nowait()
        except Empty:
            return


def _join(folder: Path, recorded: list[Recorded], joining: Joining | None) -> None:
    """Parts of all blocks, in the order of the blocks, become one file per kind."""
    keys = sorted({key for block in recorded for key in block.parts})
    for place, (where, kind) in enumerate(keys, start=1):
        if joining is not None:
            joining(f"{where}/{kind}", place, len(keys))
        parts = [part for block in recorded for part in block.parts.get((where, kind), [])]
        pl.scan_parquet(parts).sink_parquet(folder / where / f"{kind}.parquet", compression="zstd", compression_level=3)
        for part in parts:
            part.unlink()


def _write_appliances(params: SimParams, path: Path) -> None:
    header = ("appliance_id", *APPLIANCE_FIELDS[1:], "latitude", "longitude", "timezone", "circuit_id", *FACTS)
    rows: list[list[object]] = [
        [
            *(getattr(item, name) for name in APPLIANCE_FIELDS),
            *(home.latitude, home.longitude, home.timezone, item.circuit_id),
            *(getattr(item, name) for name in FACTS),
        ]
        for home in describe_homes(params)
        for item in home.appliances
    ]
    _write_rows(path, header, rows)


def _write_events(events: list[Event], path: Path) -> None:
    rows: list[list[object]] = [
        [_stamp(event.ts), _stamp(event.ts + TRANSPORT_S), event.appliance_id, event.code, str(event.active).lower()]
        for event in events
    ]
    _write_rows(path, ("time", "received_at", "appliance_id", "code", "active"), rows)


def _write_services(params: SimParams, recorded: list[Recorded], path: Path) -> None:
    rows: list[list[object]] = []
    for block in recorded:
        origin = datetime.fromtimestamp(block.midnight_s, UTC)
        rows.extend(
            [appliance_id(service.home, service.part), (origin + timedelta(days=service.day)).isoformat(),
             service.action, contract_name(service.fault) if service.fault else "", _part(params, service)]
            for service in block.services
        )  # fmt: skip
        for step in block.firmware:
            at = (origin + timedelta(days=step.day)).isoformat()
            rows.append([appliance_id(step.home, step.part), at, "firmware", "", ""])
    _write_rows(path, ("appliance_id", "time", "action", "fault", "part"), sorted(rows, key=lambda row: str(row[1])))


def _part(params: SimParams, service: Service) -> str:
    """The spare part a technician wrote down."""
    if service.fault is None:
        return ""
    parts = fault_of(Kind(KIND_OF_PART[service.part]), contract_name(service.fault)).parts
    rng = stream(params.seed, Purpose.REPAIR, service.home, PARTS.index(service.part), int(service.day))
    return str(rng.choice(parts)) if parts else ""


def _write_truth(truth: list[TruthRow], path: Path) -> None:
    rows: list[list[object]] = [
        [
            row.appliance_id,
            row.fault,
            *map(_iso, (row.onset, row.detectable, row.failure, row.end)),
            str(row.abrupt).lower(),
        ]
        for row in truth
    ]
    _write_rows(path, ("appliance_id", "fault", "onset", "detectable", "failure", "end", "abrupt"), rows)


def _write_fleet(params: SimParams, days: int, path: Path) -> None:
    """How the fleet was made, and drawn against real chances per kind and fault, to re-weight an enriched one."""
    owned = [part for index in range(params.homes) for part in draw_home(params, index).parts]
    weights = [
        {"kind": KIND_OF_PART[part], "part": part, "appliances": owned.count(part), "fault": contract_name(item.fault),
         "drawn": item.drawn, "real": item.real, "weight": round(item.real / item.drawn, 6) if item.drawn else None}
        for part in PARTS
        for item in (fleet_weights(params, part) if params.prevalence else [])
    ]  # fmt: skip
    rates = {key: kind.per_year for key, kind in FAULTS.items()}
    about = {**asdict(params), "start": params.start.isoformat(), "days": days, "weights": weights,
             "real_rates_per_year": rates}  # fmt: skip
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _write_rows(path: Path, header: tuple[str, ...], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _stamp(ts: float) -> str:
    return datetime.fromtimestamp(ts, UTC).isoformat()


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
