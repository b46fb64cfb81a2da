"""Photos and signatures of visits, kept in the database with their hash; what they are is read from the bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.errors import BadInput, Conflict, NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("attachments")
MOST_PER_ORDER: Final = 30
"""Enough for a large home; a phone gone wild stops here (E)."""
MOST_BYTES: Final[Mapping[str, int]] = MappingProxyType({"photo": 6_000_000, "signature": 300_000})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A photo or signature without its content; `sha256` in hexadecimal digits."""

    id: UUID
    order_id: UUID
    task_id: UUID | None
    kind: str
    media_type: str
    sha256: str
    size_bytes: int
    added_by: str
    client_at: datetime | None
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """What a phone sends; `id` is its own."""

    id: UUID
    order_id: UUID
    task_id: UUID | None
    kind: str
    technician_id: str
    client_at: datetime | None
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The bytes of an attachment and what they are."""

    media_type: str
    sha256: str
    content: bytes


TAIL: Final = 4_096
"""Some cameras write a little more after the end of a picture (E)."""


def is_whole(media_type: str, content: bytes) -> bool:
    """Whether a picture has its end: one that was cut off on its way is not what was photographed.

    End marker of JPEG (ITU T.81, EOI), closing chunk of PNG (IEND with its checksum), length field of RIFF.
    """
    if media_type == "image/webp":
        return int.from_bytes(content[4:8], "little") + 8 <= len(content)
    end = b"\xff\xd9" if media_type == "image/jpeg" else b"IEND\xaeB`\x82"
    return end in content[-TAIL:]


def media_type_of(content: bytes) -> str | None:
    """JPEG, PNG or WebP by their first bytes; None for anything else. What a sender calls it does not count."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def add_attachment(connection: Connection, new: NewAttachment, now: datetime) -> Attachment:
    """Keep a picture; the same id with the same bytes again changes nothing.

    Raises BadInput for what is no picture or too large, NotFound without such an order, Conflict for somebody else's
    order, too many pictures, or an id that was used for other bytes.
    """
    media_type = media_type_of(new.content)
    if media_type is None:
        raise BadInput("a photo or signature is a JPEG, PNG or WebP picture; these bytes are none of them")
    if len(new.content) > MOST_BYTES[new.kind]:
        raise BadInput(f"a {new.kind} has at most {MOST_BYTES[new.kind]} bytes; make it smaller and send it again")
    if not is_whole(media_type, new.content):
        raise BadInput("the end of this picture is missing; it was cut off on its way, send it again")
    digest = sha256(new.content)
    present = row(connection, Attachment, _SQL["one"], {"id": new.id})
    if present is None:
        _check_order(connection, new)
        connection.execute(
            _SQL["add"],
            {
                "id": new.id,
                "order_id": new.order_id,
                "task_id": new.task_id,
                "kind": new.kind,
                "media_type": media_type,
                "sha256": digest.digest(),
                "content": new.content,
                "added_by": new.technician_id,
                "client_at": new.client_at,
                "now": now,
            },
        )
        present = row(connection, Attachment, _SQL["one"], {"id": new.id})
        assert present is not None  # just written, or by a twin of this request
    if (present.sha256, present.order_id) != (digest.hexdigest(), new.order_id):
        raise Conflict("this id was used for another picture, which stays as it was; take a new id")
    return present


def list_attachments(connection: Connection, order_id: UUID) -> list[Attachment]:
    """Everything attached to an order, oldest first."""
    return rows(connection, Attachment, _SQL["of_order"], {"order_id": order_id})


def read_picture(connection: Connection, attachment_id: UUID) -> Picture:
    """The picture itself; NotFound."""
    found = connection.execute(_SQL["content"], {"id": attachment_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no attachment {attachment_id}")
    return Picture(media_type=found[0], sha256=found[1], content=found[2])


def _check_order(connection: Connection, new: NewAttachment) -> None:
    found = connection.execute(_SQL["order"], {"order_id": new.order_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no order {new.order_id}; ask the planner which one is meant")
    number, technician_id, count = found
    own = {"order_id": new.order_id, "technician_id": new.technician_id}
    if technician_id != new.technician_id and connection.execute(_SQL["was_there"], own).fetchone() is None:
        raise Conflict(f"order {number} is not booked for {new.technician_id}; ask the planner to book it first")
    if count >= MOST_PER_ORDER:
        raise Conflict(f"order {number} has {count} pictures already, the most there can be")
    task = {"task_id": new.task_id, "order_id": new.order_id}
    if new.task_id is not None and connection.execute(_SQL["has_task"], task).fetchone() is None:
        raise BadInput(f"task {new.task_id} is not one of order {number}; load the job sheet again")
