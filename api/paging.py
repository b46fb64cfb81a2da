"""Pages: an opaque cursor that says after what the next page begins, bound to the list and filters it came from."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from fastapi import Query, Request
from pydantic import BaseModel

from api.problems import RequestRefused
from api.settings import ApiSettings

Item = TypeVar("Item")
Key = tuple[str | int | bool, ...]


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` is the cursor of the following page, or null on the last."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which page is asked for: after `key` (None: the first), `limit` items; `scope` is the list with its filters."""

    scope: str
    key: Key | None
    limit: int


def paging(
    request: Request,
    limit: Annotated[int | None, Query(ge=1, description="Items on a page, at most 500.")] = None,
    cursor: Annotated[str | None, Query(max_length=2_000, description="`next` of the page before.")] = None,
) -> Paging:
    """The page that a request asks for; RequestRefused (400) if its cursor was not made by this list."""
    settings: ApiSettings = request.app.state.settings
    wanted = settings.page_size if limit is None else limit
    if wanted > settings.page_size_most:
        raise RequestRefused(422, f"a page holds at most {settings.page_size_most} items", "query.limit")
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in ("cursor", "limit"))
    scope = sha256(repr((request.url.path, filters)).encode(errors="replace")).hexdigest()[:12]
    return Paging(scope=scope, key=None if cursor is None else _decode(cursor, scope), limit=wanted)


def page(paging: Paging, found: Sequence[Item], key_of: Callable[[Item], Key]) -> dict[str, Any]:
    """A page out of up to `limit + 1` found items; the one too many tells that there is a next page."""
    items = list(found[: paging.limit])
    more = len(found) > paging.limit
    return {"items": items, "next": _encode(key_of(items[-1]), paging.scope) if more else None}


def time_key(at: datetime) -> str:
    """A time as part of a key, to the microsecond."""
    return at.astimezone(UTC).isoformat()


def after_text(paging: Paging) -> str | None:
    """The key of a list sorted by a text."""
    return None if paging.key is None else _typed(paging.key, str)[0]


def after_two_texts(paging: Paging) -> tuple[str, str] | None:
    """The key of a list sorted by two texts."""
    return None if paging.key is None else _typed(paging.key, str, str)


def after_number(paging: Paging) -> int | None:
    """The key of a list sorted by a whole number."""
    return None if paging.key is None else _typed(paging.key, int)[0]


def after_time_and_id(paging: Paging) -> tuple[datetime, UUID] | None:
    """The key of a list sorted by time and id."""
    if paging.key is None:
        return None
    at, entity_id = _typed(paging.key, str, str)
    try:
        return _time(at), UUID(entity_id)
    except ValueError as error:
        raise _bad_cursor() from error


def after_time(paging: Paging) -> datetime | None:
    """The key of a list sorted by time."""
    return None if paging.key is None else _time(_typed(paging.key, str)[0])


def after_event(paging: Paging) -> tuple[datetime, str, bool] | None:
    """The key of a list of events."""
    if paging.key is None:
        return None
    at, code, active = _typed(paging.key, str, str, bool)
    return _time(at), code, active


def _typed(key: Key, *types: type) -> Any:
    if tuple(type(part) for part in key) != types:
        raise _bad_cursor()
    return key


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad_cursor() from error
    if at.tzinfo is None:
        raise _bad_cursor()
    return at


def _encode(key: Key, scope: str) -> str:
    return urlsafe_b64encode(msgspec.json.encode([scope, *key])).rstrip(b"=").decode("ascii")


def _decode(cursor: str, scope: str) -> Key:
    try:
        parts = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[str | int | bool])
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise _bad_cursor() from error
    if not parts or parts[0] != scope:
        raise _bad_cursor()
    return tuple(parts[1:])


def _bad_cursor() -> RequestRefused:
    return RequestRefused(
        400, "this cursor does not belong to this list and its filters; begin again without one", "query.cursor"
    )
