"""The history of a device that was unclaimed, moved to the appliance that it turned out to be.

Readings of a device that nobody has claimed lie in `reading_unclaimed` with only the common signals typed and all
others in `extra`. Once its kind is known, they are moved into the tables of that kind, where the names that the kind
knows get their columns. An ingest worker that has not heard of the claim goes on writing to the old place for a
moment: the same function, called again by a job, moves what it left. Statements with `{}` are completed with table and
column names of the catalogue of signals only, as in store/signal_tables.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier, Placeholder
from psycopg.types.json import Jsonb

from domain.readings import check_values
from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, UNCLAIMED, UNCLAIMED_SIGNALS, Signal
from store.database import Connection
from store.editions import detect_edition
from store.scoring_due import note_moved
from store.signal_tables import cycle_table, hourly_columns, hourly_table, reading_table
from store.sql import queries

_SQL = queries("api_claims")

BATCH = 5_000
"""Rows moved at a time (E): a few megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """From which table to which, and which columns both ends have."""

    source: str
    target: str
    source_signals: tuple[Signal, ...]
    target_signals: tuple[Signal, ...]
    keys: list[int]


class _Moved(NamedTuple):
    rows: int
    first: datetime | None
    last: datetime | None


def move_history(connection: Connection, appliance_key: int, *, at_most: int | None = None) -> int:
    """Move what lies unclaimed of a claimed appliance, and of placeholders merged into it, to where it belongs.

    Inside the caller's transaction; returns the rows moved, at most about `at_most` (None: all). Where the appliance
    has a row of that time already, that one stays. Calling it again moves what came since; on an appliance that is not
    claimed it does nothing.
    """
    found = connection.execute(_SQL["target"], {"key": appliance_key}).fetchone()
    if found is None:
        return 0
    kind = str(found[0])
    merged = [key for (key,) in connection.execute(_SQL["merged_into"], {"key": appliance_key})]
    moved = 0
    for route in _routes(kind, appliance_key, merged):
        limit = None if at_most is None else at_most - moved
        part = _move(connection, route, appliance_key, limit)
        if part.first is not None and part.last is not None:
            note_moved(connection, appliance_key, part.first, part.last, part.last)
            if route.target == reading_table(kind):
                _roll_up(connection, kind, appliance_key, route.keys, part)
        moved += part.rows
    if merged:
        events = connection.execute(_SQL["move_events"], {"keys": merged, "key": appliance_key}).fetchone()
        moved += 0 if events is None else int(events[0])
    return moved


def leftovers(connection: Connection) -> list[int]:
    """Keys of the claimed appliances of which `move_history` has something to move."""
    return _leftovers(connection, None)


def leftovers_of(connection: Connection, appliance_key: int) -> bool:
    """Whether `move_history` has something to move for this appliance."""
    return bool(_leftovers(connection, appliance_key))


def _leftovers(connection: Connection, appliance_key: int | None) -> list[int]:
    params = {"kinds_with_cycles": [str(kind) for kind in CYCLE_SIGNALS], "key": appliance_key}
    return [key for (key,) in connection.execute(_SQL["leftovers"], params)]


def merge_placeholder(connection: Connection, from_key: int, to_key: int, at: datetime) -> None:
    """Let everything that spoke for placeholder `from_key` speak for appliance `to_key`; both locked by the caller.

    The placeholder itself stays, hidden, until `finish_merges`; its history is moved by `move_history`.
    """
    keys = {"from_key": from_key, "to_key": to_key}
    connection.execute(_SQL["redirect_merges"], keys)
    connection.execute(_SQL["add_merge"], {**keys, "at": at})
    connection.execute(_SQL["redirect_devices"], keys)
    connection.execute(_SQL["redirect_dead_letters"], keys)
    connection.execute(_SQL["merge_mark"], keys)
    _merge_latest(connection, from_key, to_key)


def finish_merges(connection: Connection, before: datetime) -> int:
    """Delete placeholders that were merged before `before` and of which nothing is left; how many.

    `before` should lie an hour or more back (E): much longer than an ingest worker keeps a stale cache.
    """
    keys = [key for (key,) in connection.execute(_SQL["finished_merges"], {"before": before})]
    for key in keys:
        for statement in ("mark", "gaps", "safety", "latest", "features", "references", "judged", "appliance"):
            connection.execute(_SQL[f"drop_{statement}"], {"key": key})
    return len(keys)


def _routes(kind: str, appliance_key: int, merged: list[int]) -> list[_Route]:
    readings = _Route(
        source=reading_table(UNCLAIMED),
        target=reading_table(kind),
        source_signals=UNCLAIMED_SIGNALS,
        target_signals=READING_SIGNALS[kind],
        keys=[appliance_key, *merged],
    )
    target = cycle_table(kind)
    cycles = _Route(
        source=cycle_table(UNCLAIMED),
        target=target,
        source_signals=(),
        target_signals=CYCLE_SIGNALS.get(kind, ()),
        # A kind without cycles of its own shares the table: its own rows are where they belong.
        keys=merged if target == cycle_table(UNCLAIMED) else [appliance_key, *merged],
    )
    return [readings, cycles]


def _move(connection: Connection, route: _Route, appliance_key: int, limit: int | None) -> _Moved:
    take = _complete("take_batch", route, [signal.name for signal in route.source_signals])
    put = _complete("put", route, [signal.name for signal in route.target_signals])
    catalogue = {signal.name: signal for signal in route.target_signals}
    total, first, last = 0, None, None
    while route.keys and (limit is None or total < limit):
        size = BATCH if limit is None else min(BATCH, limit - total)
        with connection.cursor(row_factory=dict_row) as cursor:
            batch = cursor.execute(take, {"keys": route.keys, "limit": size}).fetchall()
            if not batch:
                break
            cursor.executemany(put, [_retyped(row, route, catalogue, appliance_key) for row in batch])
        times = [row["time"] for row in batch]
        first = min(times) if first is None else min(first, *times)
        last = max(times) if last is None else max(last, *times)
        total += len(batch)
    return _Moved(total, first, last)


def _retyped(
    row: Mapping[str, Any], route: _Route, catalogue: Mapping[str, Signal], appliance_key: int
) -> dict[str, Any]:
    said = dict(row["extra"] or {})
    said.update({s.name: row[s.name] for s in route.source_signals if row[s.name] is not None})
    checked = check_values(said, catalogue)
    notes = {**(row["notes"] or {}), **checked.notes}
    return {
        "time": row["time"],
        "appliance_key": appliance_key,
        "received_at": row["received_at"],
        "seq": row["seq"],
        "extra": Jsonb(checked.extra) if checked.extra else None,
        "notes": Jsonb(notes) if notes else None,
        **{name: checked.typed.get(name) for name in catalogue},
    }


def _complete(name: str, route: _Route, columns: Sequence[str]) -> Composed:
    text = _SQL[name]
    if not columns:  # a comma before nothing
        text = text.replace(", {columns}", "").replace(", {values}", "").replace(", {assignments}", "")
    return SQL(text).format(
        source=Identifier(route.source),
        target=Identifier(route.target),
        columns=SQL(", ").join(map(Identifier, columns)),
        values=SQL(", ").join(map(Placeholder, columns)),
        assignments=SQL(", ").join(SQL("{0} = COALESCE(t.{0}, excluded.{0})").format(Identifier(c)) for c in columns),
    )


def _roll_up(connection: Connection, kind: str, appliance_key: int, keys: list[int], moved: _Moved) -> None:
    if detect_edition(connection).community:
        return  # a continuous aggregate notices changes of old hours by itself
    columns = list(hourly_columns(kind))
    statement = SQL(_SQL["roll_up"]).format(
        hourly=Identifier(hourly_table(kind)),
        readings=Identifier(reading_table(kind)),
        columns=SQL(", ").join(Identifier(name) for name, _, _ in columns),
        aggregates=SQL(", ").join(aggregate for _, _, aggregate in columns),
        assignments=SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name, _, _ in columns),
    )
    connection.execute(statement, {"key": appliance_key, "first": moved.first, "last": moved.last})
    connection.execute(_SQL["drop_hours"], {"keys": keys})


def _merge_latest(connection: Connection, from_key: int, to_key: int) -> None:
    theirs = connection.execute(_SQL["latest"], {"key": from_key}).fetchone()
    if theirs is None:
        return
    ours = connection.execute(_SQL["latest"], {"key": to_key}).fetchone()
    older, newer = (theirs, theirs) if ours is None else sorted((theirs, ours), key=lambda row: row[0])
    connection.execute(
        _SQL["write_latest"],
        {
            "key": to_key,
            "first_at": theirs[3],
            "at": newer[0],
            "received_at": max(older[1], newer[1]),
            "signals": Jsonb(_newest_of_each(older[2], newer[2])),
        },
    )


def _newest_of_each(older: Mapping[str, Any], newer: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(older)
    for name, said in newer.items():
        if name not in merged or datetime.fromisoformat(said["at"]) >= datetime.fromisoformat(merged[name]["at"]):
            merged[name] = said
    return merged
