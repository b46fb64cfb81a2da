"""What a case says that nobody understands: each in one line, so that nothing is left out in silence."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from domain.faults import FAULTS, fault_of
from domain.readings import EARLIEST_US, from_us
from domain.services import ACTIONS
from domain.signals import Kind
from models.evaluation.case import Case, CaseAppliance, EventRow, read_events
from models.evaluation.case_files import collected, scan, streamed, unknown_arrivals, unread_files
from models.evaluation.truth import TRUTH_FILE, Truth

MOST_NAMED = 3
_RATINGS: Final = ("breaker_rating_a", "rcd_ma", "rated_current_a", "rated_power_w", "nominal_v")
FAR_US: Final = 366 * 86_400_000_000
"""Nobody records, pauses for a year and goes on with a few rows (E)."""


def doubts_of(case: Case) -> Iterator[str]:
    """Files that nobody reads or that are empty, services that nobody acts upon, rows that belong to no appliance of
    the file's kind, and arrivals that nobody told."""
    for place in _folders(case.folder):
        yield f"{place.parent.name}/{place.name}: not read, because it is a folder; what is read is a file of each kind"
    for file in unread_files(case.folder):
        yield (f"{file.parent.name}/{file.name}: not read; what is read is a Parquet or CSV file named after a kind, "
               "Parquet where there are both")  # fmt: skip
    for name in ("services.csv", "events.csv"):
        if (case.folder / name).is_file() and not (case.folder / name).stat().st_size:
            yield f"{name}: empty, without even a header; taken as if nothing had happened"
    yield from _strange_facts(case)
    services = [(name, one) for name, told in case.services.items() for one in told]
    actions = Counter(one.action for _, one in services if one.action not in ACTIONS)
    if actions:
        yield (f"services.csv: not heard, because no such action is known: {_listed(actions)}; "
               f"actions are {', '.join(sorted(ACTIONS))}")  # fmt: skip
    events = read_events(case.folder, [])
    yield from _strange_names(case, "services.csv", (name for name, _ in services))
    yield from _strange_names(case, "events.csv", (name for name, _ in events))
    faults = Counter(
        f"{one.fault} of {name}" for name, one in services
        if one.fault and name in case.appliances and not _is_known(case, name, one.fault)
    )  # fmt: skip
    if faults:
        yield f"services.csv: no such fault is known of that kind: {_listed(faults)}"
    for files in (case.tables, case.cycles):
        for kind, file in files.items():
            yield from _strange_rows(case, str(kind), file)
            yield from _far_rows(file)
    yield from _unknown_arrivals(case, [event for _, event in events])


def _folders(case: Path) -> Iterator[Path]:
    """What stands in place of files of telemetry/ and cycles/."""
    for part in ("telemetry", "cycles"):
        yield from (place for place in sorted((case / part).glob("[!.]*")) if place.is_dir())


def _strange_facts(case: Case) -> Iterator[str]:
    """Ratings that are told but cannot be used: without them no overload or leakage is ever told."""
    wanted = [(fact, CaseAppliance.rating, "number above 0") for fact in _RATINGS]
    wanted += [(fact, CaseAppliance.number, "number") for fact in ("latitude", "longitude")]
    for fact, read, what in wanted:
        strange = Counter(
            f"{one.facts[fact]!r} of {one.id}" for one in case.appliances.values()
            if fact in one.facts and read(one, fact) is None
        )  # fmt: skip
        if strange:
            yield f"appliances.csv: {fact} taken as unknown, because it is no {what}: {_listed(strange)}"


def doubts_of_truth(case: Case, truth: Sequence[Truth] | None) -> Iterator[str]:
    """Faults that can never be found, because nobody knows them or their appliance: they count as missed, or not at
    all. None: the case has no truth."""
    if truth is None:
        return
    strange: dict[Kind, Counter[str]] = {}
    for one in truth:
        if one.appliance_id in case.appliances and not _is_known(case, one.appliance_id, one.fault):
            strange.setdefault(case.appliances[one.appliance_id].kind, Counter())[_in_line(one)] += 1
    for kind, faults in strange.items():
        known = ", ".join(sorted(code for its, code in FAULTS if its in (kind, None)))
        yield (f"{TRUTH_FILE}, column fault: counted as missed visits, because {kind} has no such fault: "
               f"{_listed(faults)}; it has {known}")  # fmt: skip
    yield from _strange_names(case, TRUTH_FILE, (one.appliance_id for one in truth))
    never = Counter(_in_line(one) for one in truth if one.starts is None)
    if never:
        yield f"{TRUTH_FILE}: not counted, because none of onset, detectable and failure is given: {_listed(never)}"
    if not truth:
        yield f"{TRUTH_FILE} names no fault: every finding counts as wrong; without the file findings are only counted"


def _in_line(one: Truth) -> str:
    return f"{one.fault} of {one.appliance_id} in line {one.line}"


def _strange_names(case: Case, file: str, names: Iterable[str]) -> Iterator[str]:
    strange = Counter(name for name in names if name not in case.appliances)
    if strange:
        yield f"{file}: left out, because appliances.csv does not list them: {_listed(strange)}"


def _strange_rows(case: Case, kind: str, file: Path) -> Iterator[str]:
    names = collected(file, scan(file).select(pl.col("appliance_id").unique())).to_series().drop_nulls().to_list()
    others = Counter(
        f"{name} ({case.appliances[name].kind})" if name in case.appliances else f"{name} (not listed)"
        for name in names
        if name not in case.appliances or case.appliances[name].kind != kind
    )
    if others:
        yield (f"{file.parent.name}/{file.name}: left out, because appliances.csv calls them no {kind}: "
               f"{_listed(others)}")  # fmt: skip


def _far_rows(file: Path) -> Iterator[str]:
    """Arrivals more than a year away from nearly all others: without a receiver's clock nobody can refuse them."""
    arrived = pl.col("received_at")
    table = scan(file).filter(arrived >= EARLIEST_US)
    early, late = streamed(file, table.select(arrived.quantile(0.01), late=arrived.quantile(0.99))).row(0)
    if early is None:
        return
    far = table.filter((arrived < early - FAR_US) | (arrived > late + FAR_US))
    count, first, last = streamed(file, far.select(pl.len(), arrived.min(), last=arrived.max())).row(0)
    if count:
        yield (f"{file.parent.name}/{file.name}: {count:,} rows arrived more than a year away from nearly all others "
               f"({from_us(first):%Y-%m-%d} to {from_us(last):%Y-%m-%d}); if a clock was wrong, take them out: months "
               "and silences are counted up to them")  # fmt: skip


def _unknown_arrivals(case: Case, events: Sequence[EventRow]) -> Iterator[str]:
    files = [*case.tables.values(), *case.cycles.values()]
    counts = {f"{file.parent.name}/{file.name}": unknown_arrivals(file) for file in files}
    counts["events.csv"] = sum(not event.arrival_told for event in events), len(events)
    unknown = [
        f"{name} ({'all' if missing == rows else f'{missing:,} of {rows:,}'} rows)"
        for name, (missing, rows) in counts.items() if missing
    ]  # fmt: skip
    if unknown:
        yield (f"received_at is missing or cannot be read in {', '.join(unknown)}: the order of arrival is unknown, so "
               "the time of the data is taken for it, and nothing counts as late")  # fmt: skip


def _is_known(case: Case, name: str, fault: str) -> bool:
    try:
        fault_of(case.appliances[name].kind, fault)
    except KeyError:
        return False
    return True


def _listed(counted: Counter[str]) -> str:
    """The most frequent ones with their number, and how many others there are."""
    named = [f"{name} ({count} times)" if count > 1 else name for name, count in counted.most_common(MOST_NAMED)]
    more = len(counted) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
