"""Messages to people and appliances, written in the transaction that causes them and delivered afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from store.api_rows import rows
from store.database import Connection
from store.sql import queries

_SQL = queries("outbox")
MQTT: Final = "mqtt"
OWNER: Final = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that waits; `payload` None clears a retained one."""

    id: int
    address: str
    payload: dict[str, Any] | None
    retain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a household was told, or is about to be: not `sent_at` yet, or `refused` with the reason."""

    id: int
    kind: str
    text: str
    created_at: datetime
    sent_at: datetime | None
    refused: str | None


def notice_topic(appliance_id: str) -> str:
    """Where an appliance hears what its screen may show (contracts, section 1)."""
    return f"wk/v1/{appliance_id}/notice"


def send_notice(connection: Connection, appliance_id: str, payload: dict[str, Any] | None) -> None:
    """Put a retained notice to an appliance into the outbox, unless it was said last; None clears the screen."""
    body = None if payload is None else Jsonb(payload)
    connection.execute(_SQL["show"], {"address": notice_topic(appliance_id), "payload": body})


def tell_owner(connection: Connection, household_id: str, payload: dict[str, Any]) -> None:
    """Put a message to a household into the outbox: `kind`, `text` and what it is about."""
    connection.execute(
        _SQL["add"], {"channel": OWNER, "address": household_id, "payload": Jsonb(payload), "retain": False}
    )


def told(connection: Connection, household_id: str, most: int) -> list[Told]:
    """The newest messages to a household, as long as they are kept."""
    return rows(connection, Told, _SQL["told"], {"household_id": household_id, "most": most})


def waiting(connection: Connection, channel: str, most: int) -> list[Message]:
    """Up to `most` undelivered messages of a channel, oldest first."""
    found = connection.execute(_SQL["waiting"], {"channel": channel, "most": most}).fetchall()
    return [_message(row) for row in found]


def _message(row: tuple[Any, ...]) -> Message:
    message_id, address, payload, retain = row
    return Message(id=message_id, address=address, payload=payload, retain=retain)


def mark_sent(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """These were delivered."""
    connection.execute(_SQL["mark_sent"], {"ids": list(ids), "now": now})


def overtaken(connection: Connection, ids: Sequence[int]) -> list[Message]:
    """The newest retained messages, sent by others meanwhile, to the addresses of the messages just delivered."""
    found = connection.execute(_SQL["overtaken"], {"ids": list(ids)}).fetchall()
    return [_message(row) for row in found]


def mark_refused(connection: Connection, message_id: int, why: str) -> None:
    """This can never be delivered; it no longer waits."""
    connection.execute(_SQL["mark_refused"], {"id": message_id, "why": why})


def purge_outbox(connection: Connection, before: datetime) -> int:
    """Forget messages delivered (or refused) before; how many."""
    return connection.execute(_SQL["purge"], {"before": before}).rowcount
