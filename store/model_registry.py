"""The registry of trained models: what is registered, which one speaks, and which judge in its shadow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import BadInput, IllegalMove, NotFound
from domain.states import MODEL
from store.api_rows import rows
from store.database import Connection
from store.moves import move, speak_as
from store.sql import queries

_SQL = queries("models")
NEXT = {"candidate": "shadow", "shadow": "champion", "retired": "candidate"}
"""What promoting does: one step at a time, so that no model speaks that has not judged in the shadow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredModel:
    """A model as the registry knows it, without its content."""

    id: UUID
    sha256: str
    name: str
    state: str
    simulated: bool
    provenance: Mapping[str, Any]
    code_version: str
    replaces: str | None
    registered_at: datetime
    promoted_at: datetime | None
    version: int


class Registering(Enum):
    """What registering a model did."""

    NEW = "new"
    KNOWN = "known"
    MENDED = "mended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A model that judges now; `content` is None if the caller has it already."""

    sha256: str
    state: str
    replaces: str | None
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How much of a kind's recent data lies outside of what the speaking model was trained on."""

    kind: str
    model_sha256: str
    outside: float
    appliances: int
    fallen_back: bool
    since: datetime
    checked_at: datetime


def register(
    connection: Connection,
    *,
    sha256: str,
    content: bytes,
    name: str,
    simulated: bool,
    provenance: Mapping[str, Any],
    code_version: str,
    actor: str,
) -> Registering:
    """Add a model as a candidate, or see that its stored file is whole."""
    speak_as(connection, actor, f"registered {name}")
    row = connection.execute(
        _SQL["register"],
        {
            "sha256": sha256,
            "name": name,
            "content": content,
            "simulated": simulated,
            "provenance": Jsonb(dict(provenance)),
            "code_version": code_version,
        },
    ).fetchone()
    if row is None:
        return Registering.KNOWN
    return Registering.NEW if row[0] else Registering.MENDED


def list_models(
    connection: Connection,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 200,
    states: Sequence[str] | None = None,
) -> list[RegisteredModel]:
    """Registered models, newest first."""
    after_at, after_id = after or (None, None)
    params = {"after_at": after_at, "after_id": after_id, "limit": limit, "states": states}
    return rows(connection, RegisteredModel, _SQL["page"], params)


def find_model(connection: Connection, start: str) -> RegisteredModel:
    """The model whose id or hash begins with `start`; NotFound or BadInput if there is none or more than one."""
    if len(start) < 4 or not start.isascii() or not start.replace("-", "").isalnum():
        raise BadInput("name a model by its id or hash, at least four characters of it")
    found = rows(connection, RegisteredModel, _SQL["named"], {"start": start.lower()})
    if not found:
        raise NotFound(f"there is no model {start}; `wellkept admin models list` shows all")
    if len(found) > 1:
        raise BadInput(f"more than one model begins with {start}; give more characters")
    return found[0]


def promote(connection: Connection, model: RegisteredModel, *, actor: str, reason: str, at: datetime) -> str:
    """One step up: candidate, shadow, champion; the champion before it retires. Inside the caller's transaction.

    Returns the new state; IllegalMove for a champion.
    """
    to = NEXT.get(model.state, "champion")
    if to == "champion" and model.state == "shadow":
        before = connection.execute(_SQL["champion"]).fetchone()
        if before is not None:
            move(connection, MODEL, before[0], "retired", actor=actor, reason=f"{model.name} speaks now", at=at)
        connection.execute(_SQL["note_replaced"], {"id": model.id, "replaces": before[1] if before else None})
    move(connection, MODEL, model.id, to, actor=actor, reason=reason, at=at)
    return to


def retire(connection: Connection, model: RegisteredModel, *, actor: str, reason: str, at: datetime) -> None:
    """Out of use; after the champion retires, the model shipped with the program speaks."""
    move(connection, MODEL, model.id, "retired", actor=actor, reason=reason, at=at)


def roll_back(connection: Connection, model: RegisteredModel, *, actor: str, reason: str, at: datetime) -> str | None:
    """The champion retires and the one that it replaced speaks again: its name, or None for the shipped one.

    IllegalMove unless `model` is the champion. Inside the caller's transaction.
    """
    if model.state != "champion":
        raise IllegalMove(f"{model.name} is {model.state}; only the champion can be rolled back")
    move(connection, MODEL, model.id, "retired", actor=actor, reason=reason, at=at)
    registered = list_models(connection) if model.replaces else []
    before = next((one for one in registered if one.sha256 == model.replaces), None)
    if before is None:
        return None
    via = frozenset({"candidate", "shadow"})
    move(connection, MODEL, before.id, "champion", actor=actor, reason=f"instead of {model.name}", at=at, via=via)
    return before.name


def models_at_work(connection: Connection, known: Collection[str] = ()) -> list[AtWork]:
    """The champion and the models in its shadow."""
    return [
        AtWork(sha256=sha256, state=state, replaces=replaces, content=None if content is None else bytes(content))
        for sha256, state, replaces, content in connection.execute(_SQL["at_work"], {"known": list(known)}).fetchall()
    ]


def model_content(connection: Connection, sha256: str) -> bytes | None:
    """The file of a registered model; None if it is not registered."""
    row = connection.execute(_SQL["content"], {"sha256": sha256}).fetchone()
    return None if row is None else bytes(row[0])


def kinds_fallen_back(connection: Connection, sha256: str) -> frozenset[str]:
    """Kinds for which the model may not speak, because their data has drifted."""
    return frozenset(kind for (kind,) in connection.execute(_SQL["fallen_back"], {"sha256": sha256}).fetchall())


def read_drift(connection: Connection) -> list[Drift]:
    """The last check of every kind."""
    return rows(connection, Drift, _SQL["drift"], {})


def outside_ranges(
    connection: Connection, ranges: Mapping[str, Mapping[str, tuple[float, float]]], days: int
) -> dict[str, tuple[float, int]]:
    """By kind: mean share of recent daily indices outside `ranges`, and the number of appliances."""
    flat = [(kind, index, low, high) for kind, found in ranges.items() for index, (low, high) in found.items()]
    kinds, indices, lows, highs = (list(column) for column in zip(*flat, strict=True)) if flat else ([], [], [], [])
    found = connection.execute(
        _SQL["outside"], {"kinds": kinds, "indices": indices, "lows": lows, "highs": highs, "days": days}
    )
    return {kind: (float(share), int(count)) for kind, share, count in found.fetchall()}


def note_drift(connection: Connection, drift: Mapping[str, Any]) -> None:
    """Write the result of one check: kind, model_sha256, outside, appliances, fallen_back, at."""
    connection.execute(_SQL["note_drift"], drift)
