"""What every request carries beside its body: who acts, which version is meant, which key makes it safe to repeat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import Depends, Header, Request, Response
from pydantic_core import from_json, to_json

from api.problems import RequestRefused
from api.settings import ApiSettings
from domain.errors import Conflict, Crossed, NotFound
from store.api_idempotency import keep_answer, take_key
from store.api_pool import Pool, transaction
from store.database import Connection

ACTOR_MOST = 100
KEY_MOST = 255
TRIES = 5
"""Of a change that crossed another one (E): each time at least one of those that wait for each other gets through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as the endpoints need it."""

    pool: Pool
    settings: ApiSettings
    actor: str | None
    if_match: str | None
    key: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint answers: a value that becomes JSON, and where it can be found again."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


async def asked(
    request: Request,
    x_actor: Annotated[str | None, Header(description="Who acts, until there is a log-in.")] = None,
    if_match: Annotated[str | None, Header(description="The ETag that was read; refused with 412 if changed.")] = None,
    idempotency_key: Annotated[
        str | None, Header(description="Makes a POST safe to repeat: the same key and request get the same answer.")
    ] = None,
) -> Asked:
    """Gather what the endpoints need; RequestRefused if a header is not usable."""
    if idempotency_key is not None and not (0 < len(idempotency_key) <= KEY_MOST and idempotency_key.isprintable()):
        raise RequestRefused(
            400, f"a key is 1 to {KEY_MOST} printable characters, for instance a UUID", "header.idempotency-key"
        )
    actor = (x_actor or "").strip() or None
    if actor is not None and (len(actor) > ACTOR_MOST or not actor.isprintable()):
        raise RequestRefused(400, f"an actor is 1 to {ACTOR_MOST} printable characters", "header.x-actor")
    body = await request.body()
    target = request.url.path + ("?" + request.url.query if request.url.query else "")
    return Asked(
        pool=request.app.state.pool,
        settings=request.app.state.settings,
        actor=actor,
        if_match=if_match,
        key=idempotency_key,
        fingerprint=f"{request.method} {target} {sha256(body).hexdigest()}",
    )


Ask = Annotated[Asked, Depends(asked)]


def reading(ask: Asked, work: Callable[[Connection], Any]) -> Response:
    """Answer with what `work` reads."""
    with transaction(ask.pool) as connection:
        value = work(connection)
    return as_json(Answer(value=value, headers=etag_of(value)))


def changing(ask: Asked, work: Callable[[Connection], Answer]) -> Response:
    """Do `work` in one transaction with its idempotency key, or repeat what the first request with it was answered.

    A request that fails leaves nothing behind, its key included: trying it again tries again. One that crossed another
    is tried again at once, and Conflict only if that happens again and again.
    """
    for _ in range(TRIES):
        try:
            return _change_once(ask, work)
        except Crossed as error:
            crossed = error
    raise Conflict(str(crossed)) from crossed


def _change_once(ask: Asked, work: Callable[[Connection], Answer]) -> Response:
    with transaction(ask.pool) as connection:
        if ask.key is not None and (kept := _take(connection, ask.key, ask.fingerprint)) is not None:
            return kept
        answer = work(connection)
        answer = Answer(value=answer.value, status=answer.status, headers={**etag_of(answer.value), **answer.headers})
        if ask.key is not None:
            keep_answer(connection, ask.key, answer.status, from_json(to_json(answer.value)), dict(answer.headers))
    return as_json(answer)


def _take(connection: Connection, key: str, fingerprint: str) -> Response | None:
    try:
        kept = take_key(connection, key, fingerprint)
    except psycopg.errors.LockNotAvailable as error:
        raise Conflict("a request with this key is still being worked on; repeat it in a moment") from error
    if kept is None:
        return None
    if kept.request != fingerprint:
        raise RequestRefused(422, "this key was used for another request; take a new one", "header.idempotency-key")
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return as_json(Answer(value=kept.body, status=kept.status or 200, headers=headers))


def as_json(answer: Answer) -> Response:
    """The answer over the wire; times in RFC 3339 with Z."""
    content = to_json(answer.value, inf_nan_mode="null")
    return Response(content, answer.status, dict(answer.headers), media_type="application/json")


def etag(version: int) -> str:
    """The strong validator of a version."""
    return f'"{version}"'


def etag_of(value: Any) -> dict[str, str]:
    """The ETag header of something that people edit; nothing for all else."""
    version = value.get("version") if isinstance(value, dict) else getattr(value, "version", None)
    return {} if version is None else {"ETag": etag(version)}


def check_version(ask: Asked, version: int, *, required: bool = False) -> None:
    """RequestRefused: 412 if the caller has read another version than `version`, 428 if it must say and does not."""
    if ask.if_match is None:
        if required:
            raise RequestRefused(
                428, "send the ETag of what you read as If-Match, so that nobody's change is lost", "header.if-match"
            )
        return
    named = [part.strip() for part in ask.if_match.split(",")]
    if "*" not in named and etag(version) not in named:
        raise RequestRefused(
            412, f"it was changed meanwhile and is now {etag(version)}; read it again", "header.if-match"
        )


def entity_id(text: str, entity: str) -> UUID:
    """The id in an address; NotFound if nothing can have it."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"there is no {entity} {text[:80]}") from error


def entity_number(text: str, entity: str, most: int) -> int:
    """The number in an address; NotFound if nothing can have it."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= most):
        raise NotFound(f"there is no {entity} {text[:80]}")
    return int(text)
