"""What only the Community edition has: continuous aggregates, columnstore compression and policies.

`ensure_community` compares what stands with what the catalogue of signals and the settings ask for and changes only
the difference, so running it again does nothing. The wishes are data (`_wanted`), the statements are in
queries/community.sql.
"""

from collections.abc import Iterator
from typing import NamedTuple

from psycopg.sql import SQL, Composed, Identifier

from store.database import Connection
from store.rollup_settings import RollupSettings
from store.signal_tables import KINDS, hourly_columns, hourly_table, reading_table
from store.sql import queries

_SQL = queries("community")

RETENTION, COMPRESSION, REFRESH = "policy_retention", "policy_compression", "policy_refresh_continuous_aggregate"


class Policy(NamedTuple):
    """A job of the database: `procedure` on `relation` after (or reaching back) `days`."""

    relation: str
    procedure: str
    days: int | None


def ensure_community(connection: Connection, settings: RollupSettings) -> list[str]:
    """Create or change aggregates, compression and policies; a line for each thing done, none if nothing was due."""
    standing = {name: (sort, columns) for name, sort, columns in connection.execute(_SQL["relations"])}
    done: list[str] = []
    for kind in KINDS:
        done += _ensure_aggregate(connection, kind, standing)
        done += _ensure_columnstore(connection, reading_table(kind))
    return done + _ensure_policies(connection, set(_wanted(settings)))


def create_aggregate(kind: str) -> Composed:
    """The continuous aggregate of `kind`: the same columns, in the same order, as the table of the Apache edition."""
    aggregates = SQL(", ").join(
        SQL("{} AS {}").format(aggregate, Identifier(name)) for name, _, aggregate in hourly_columns(kind)
    )
    return SQL(_SQL["create_hourly"]).format(
        hourly=Identifier(hourly_table(kind)), readings=Identifier(reading_table(kind)), aggregates=aggregates
    )


def _ensure_aggregate(connection: Connection, kind: str, standing: dict[str, tuple[str, list[str]]]) -> list[str]:
    """Create it, or make it anew when the catalogue has grown: columns cannot be added to a continuous aggregate."""
    name = hourly_table(kind)
    done: list[str] = []
    if name in standing:
        sort, columns = standing[name]
        if sort == "cagg" and {column for column, _, _ in hourly_columns(kind)} <= set(columns):
            return []
        done.append(_clear_name(connection, kind, sort, set(standing)))
    connection.execute(create_aggregate(kind))
    return [*done, f"continuous aggregate {name}"]


def _clear_name(connection: Connection, kind: str, sort: str, taken: set[str]) -> str:
    """Drop what can be computed again from the readings; keep under another name what cannot."""
    name = hourly_table(kind)
    parts = {"hourly": Identifier(name), "readings": Identifier(reading_table(kind))}
    row = connection.execute(SQL(_SQL["loses_history"]).format(**parts)).fetchone()
    if sort == "cagg" and row == (False,):
        connection.execute(SQL(_SQL["drop_hourly"]).format(**parts))
        return f"dropped {name}, to be made anew from the readings"
    kept = next(f"{name}_before_{i}" for i in range(1, 10_000) if f"{name}_before_{i}" not in taken)
    rename = _SQL["rename_hourly" if sort == "cagg" else "rename_table"]
    connection.execute(SQL(rename).format(**parts, kept=Identifier(kept)))
    return f"kept {name} as {kept}: its oldest readings are gone"


def _ensure_columnstore(connection: Connection, table: str) -> list[str]:
    if connection.execute(_SQL["is_compressed"], {"table": table}).fetchone() == (True,):
        return []
    connection.execute(SQL(_SQL["enable_columnstore"]).format(readings=Identifier(table)))
    return [f"columnstore {table}"]


def _wanted(settings: RollupSettings) -> Iterator[Policy]:
    for kind in KINDS:
        yield Policy(hourly_table(kind), REFRESH, settings.raw_days)
        yield Policy(reading_table(kind), COMPRESSION, settings.compress_after_days)
        if settings.raw_days is not None:
            yield Policy(reading_table(kind), RETENTION, settings.raw_days)
        if settings.hourly_days is not None:
            yield Policy(hourly_table(kind), RETENTION, settings.hourly_days)


def _ensure_policies(connection: Connection, wanted: set[Policy]) -> list[str]:
    """Delete our policies that nobody wants any more, then add the missing ones."""
    ours = {(policy.relation) for policy in wanted}
    standing = {
        Policy(relation, procedure, days): job
        for relation, procedure, job, days in connection.execute(_SQL["policies"])
        if relation in ours or relation.startswith("hourly_")
    }
    done: list[str] = []
    for policy in sorted(standing.keys() - wanted, key=str):
        connection.execute(_SQL["delete_job"], {"job": standing[policy]})
        done.append(f"deleted {policy.procedure} of {policy.relation}")
    for policy in sorted(wanted - standing.keys(), key=str):
        connection.execute(_SQL[f"add_{policy.procedure}"], {"table": policy.relation, "days": policy.days})
        done.append(f"{policy.procedure} of {policy.relation}")
    return done
