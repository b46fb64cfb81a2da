"""Bring a database to the present schema: numbered migrations, then the tables that the catalogue of signals asks for.

Forward only; running it again changes nothing; data is kept. A signal added to the catalogue becomes a new nullable
column at the next start, without a migration of its own (docs/decisions/0003).
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from domain.errors import Conflict
from domain.states import MACHINES
from store.database import Connection
from store.editions import detect_edition
from store.rollup_settings import RollupSettings
from store.rollups import apply_edition
from store.signal_tables import ensure_signal_tables
from store.sql import queries

_SQL = queries("migrate")
_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered file of `store/migrations`."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, so that a changed migration is noticed."""
        return sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All migrations of this version, in order."""
    found = (
        Migration(number=int(match[1]), name=match[2], text=entry.read_text(encoding="utf-8"))
        for entry in (files("store") / "migrations").iterdir()
        if (match := _FILE.match(entry.name))
    )
    return sorted(found, key=lambda migration: migration.number)


def is_current(connection: Connection) -> bool:
    """Whether every migration of this version has run here."""
    if connection.execute(_SQL["has_ledger"]).fetchone() == (None,):
        return False
    applied = {number for number, _ in connection.execute(_SQL["applied"]).fetchall()}
    return all(migration.number in applied for migration in migrations())


def migrate(connection: Connection, settings: RollupSettings | None = None) -> list[str]:
    """Apply what is missing in one transaction and return what was done, a line each; empty if nothing was due."""
    done: list[str] = []
    with connection.transaction():
        connection.execute(_SQL["lock"])
        connection.execute(_SQL["ledger"])
        applied: dict[int, str] = dict(connection.execute(_SQL["applied"]).fetchall())
        for migration in migrations():
            if (digest := applied.get(migration.number)) is not None:
                if digest != migration.digest:
                    raise Conflict(
                        f"migration {migration.number:04d}_{migration.name} was changed after it ran here; "
                        "write a new one instead"
                    )
                continue
            connection.execute(migration.text.encode())
            connection.execute(
                _SQL["record"],
                {"number": migration.number, "name": migration.name, "digest": migration.digest},
            )
            done.append(f"migration {migration.number:04d} {migration.name.replace('_', ' ')}")
        _write_state_machines(connection)
        edition = detect_edition(connection)
        done += ensure_signal_tables(connection, edition)
        done += apply_edition(connection, edition, settings or RollupSettings())
    return done


def _write_state_machines(connection: Connection) -> None:
    connection.execute(_SQL["clear_moves"])
    connection.execute(_SQL["clear_starts"])
    with connection.cursor() as cursor:
        cursor.executemany(_SQL["add_start"], [{"entity": m.entity, "state": m.start} for m in MACHINES])
        cursor.executemany(
            _SQL["add_move"],
            [
                {"entity": machine.entity, "from_state": state, "to_state": to}
                for machine in MACHINES
                for state, following in machine.moves.items()
                for to in following
            ],
        )
