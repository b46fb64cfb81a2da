"""What of a case nobody can use, counted by file, reason and column, as the checks refuse it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from domain.errors import BadInput
from domain.readings import AHEAD_US, EARLIEST_US
from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, Kind, Signal
from models.evaluation.arrivals import KEYS, checked_value
from models.evaluation.case import Case, read_events, read_services
from models.evaluation.case_files import LeftOut, scan, streamed

MOST_COLUMNS: Final = 4
ReadLines = Callable[[Path, list[LeftOut]], Sequence[tuple[str, object]]]
_TOLD: Final[Mapping[str, ReadLines]] = {"services.csv": read_services, "events.csv": read_events}
"""Files whose lines say what happened."""
_NAMED: Final = {
    "no_appliance": "without an appliance_id",
    "no_time": "without a time that can be read",
    "clock_unset": "stamped before 2000",
    "future": "stamped more than 5 minutes ahead of their arrival",
    "no_signal": "without a value that can be used",
    "no_action": "without an action",
    "no_code": "without a code",
    "no_active": "whose active is neither true nor false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """One file: its rows, those of appliances that the case lists for its kind, and what of these is left out."""

    file: str
    rows: int
    listed: int
    refused: Mapping[str, int]
    """Rows by reason, each under the first that holds; no reason with 0."""
    values: Mapping[str, tuple[int, int]]
    """By column: values that are none or that no sensor can mean, of those that stand in rows that are kept."""
    first: str = ""
    """The first row that is refused, where lines can be told, and why."""

    @property
    def used(self) -> int:
        """Rows that are judged."""
        return self.listed - sum(self.refused.values())

    def as_json(self) -> dict[str, Any]:
        """For report.json."""
        return {"file": self.file, "rows": self.rows, "used": self.used, "refused": dict(self.refused),
                "values_left_out": {name: count for name, (count, _) in self.values.items()}}  # fmt: skip

    def __str__(self) -> str:
        said = []
        if self.refused:
            why = ", ".join(f"{count:,} {_NAMED[reason]}" for reason, count in self.refused.items())
            first = f"; the first: {self.first}" if self.first else ""
            said.append(f"{sum(self.refused.values()):,} of {self.rows:,} rows refused ({why}{first})")
        if self.values:
            most = sorted(self.values.items(), key=lambda one: (-one[1][0], one[0]))
            named = [f"{name} {count:,} of {of:,}" for name, (count, of) in most[:MOST_COLUMNS]]
            more = f" and {len(most) - MOST_COLUMNS} more columns" if len(most) > MOST_COLUMNS else ""
            said.append(f"values left out, because they are none or no sensor can mean them: {', '.join(named)}{more}")
        return f"{self.file}: {'; '.join(said)}"


def refusals_of(case: Case) -> list[Refusals]:
    """What is left out of each file; BadInput if nothing is left of one that says what happened, or of all others."""
    found = [
        _refusals(case, kind, file, signals.get(kind, ()))
        for files, signals in ((case.tables, READING_SIGNALS), (case.cycles, CYCLE_SIGNALS))
        for kind, file in files.items()
    ]
    if not any(one.used for one in found):
        why = [str(one) for one in found if one.refused] or ["no file holds a row of an appliance of appliances.csv"]
        raise BadInput(f"{case.folder}: nothing can be judged: {' | '.join(why)}: mend the files and run it again")
    return [*found, *(_of_lines(case, name, read) for name, read in _TOLD.items() if (case.folder / name).is_file())]


def lines_of(case: Case, refusals: Sequence[Refusals]) -> Iterator[str]:
    """What was left out in one line per file, and kinds of which nothing is there to be judged."""
    yield from (str(one) for one in refusals if one.refused or one.values)
    yield from _without_rows(case, refusals)
    if not case.tables:
        yield "telemetry/: no file of a known kind; only cycles are judged"
    lacking = Counter(one.kind for one in case.appliances.values() if one.kind not in {*case.tables, *case.cycles})
    if lacking:
        named = ", ".join(f"{count:,} of {kind}" for kind, count in sorted(lacking.items()))
        yield f"not judged, because no file of telemetry/ or cycles/ is named after their kind: {named}"


def _without_rows(case: Case, refusals: Sequence[Refusals]) -> Iterator[str]:
    kinds = {f"{file.parent.name}/{file.name}": kind for files in (case.tables, case.cycles)
             for kind, file in files.items()}  # fmt: skip
    empty = [one.file for one in refusals if one.file in kinds and not one.rows]
    if empty:
        told = {kinds[one.file] for one in refusals if one.file in kinds and one.rows}
        lacking = {kinds[file] for file in empty} - told
        counts = Counter(one.kind for one in case.appliances.values() if one.kind in lacking)
        named = ", ".join(f"{count:,} of {kind}" for kind, count in sorted(counts.items()))
        yield f"no rows in {', '.join(empty)}{f'; not judged: {named}' * bool(named)}"


def _refusals(case: Case, kind: Kind, file: Path, signals: Sequence[Signal]) -> Refusals:
    table = scan(file)
    schema = table.collect_schema()
    known = {signal.name: signal for signal in signals}
    names = [name for name in schema if name not in KEYS]
    fits = {name: checked_value(name, schema[name], known.get(name)).is_not_null() for name in names}
    ours = [one.id for one in case.appliances.values() if one.kind is kind]
    why = pl.coalesce(pl.when(holds).then(pl.lit(reason)) for reason, holds in _reasons(fits).items())
    counted = (
        table.filter(pl.col("appliance_id").is_in(ours) | pl.col("appliance_id").is_null())
        .group_by(why.alias("why"))
        .agg(
            pl.len(),
            *(pl.col(name).is_not_null().sum().alias(f"of {name}") for name in names),
            *((pl.col(name).is_not_null() & ~fits[name]).sum().alias(f"no {name}") for name in names),
        )
    )
    by_reason = {row["why"]: row for row in streamed(file, counted).iter_rows(named=True)}
    kept = by_reason.get(None, {})
    return Refusals(
        file=f"{file.parent.name}/{file.name}",
        rows=int(streamed(file, table.select(pl.len())).item()),
        listed=sum(int(row["len"]) for row in by_reason.values()),
        refused={reason: int(by_reason[reason]["len"]) for reason in _NAMED if reason in by_reason},
        values={name: (int(kept[f"no {name}"]), int(kept[f"of {name}"])) for name in names if kept.get(f"no {name}")},
    )


def _of_lines(case: Case, name: str, read: ReadLines) -> Refusals:
    left_out: list[LeftOut] = []
    kept = [appliance_id for appliance_id, _ in read(case.folder, left_out)]
    refused = Counter(f"no_{one.column.removesuffix('_id')}" for one in left_out)
    return Refusals(
        file=name,
        rows=len(kept) + len(left_out),
        listed=sum(appliance_id in case.appliances for appliance_id in kept) + len(left_out),
        refused={reason: refused[reason] for reason in _NAMED if refused[reason]},
        values={},
        first=left_out[0].why if left_out else "",
    )


def _reasons(fits: Mapping[str, pl.Expr]) -> dict[str, pl.Expr]:
    """`domain.readings.check_time` and what ingest calls no signal, by column."""
    time = pl.col("time")
    return {
        "no_appliance": pl.col("appliance_id").is_null(),
        "no_time": time.is_null(),
        "clock_unset": (time < EARLIEST_US).fill_null(value=False),
        "future": (time > pl.col("received_at") + AHEAD_US).fill_null(value=False),
        "no_signal": ~pl.any_horizontal(*fits.values()) if fits else pl.lit(value=True),
    }
