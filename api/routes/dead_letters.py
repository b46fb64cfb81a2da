"""Dead letters: what could not be stored as a reading."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.fields import choice_query, chosen
from api.paging import Page, Paging, after_number, page, paging
from api.requests import Ask, entity_number, reading
from domain.readings import Refusal
from store.api_dead_letters import DeadLetter, list_dead_letters, read_dead_letter

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])
ReasonFilter = choice_query((str(r) for r in Refusal), "Reason")
NUMBER_MOST = 2**63 - 1
PREVIEW_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLetter:
    """A dead letter; `preview` shows its beginning as text, with what is no text replaced."""

    id: int
    topic: str
    reason: str
    detail: str
    appliance_id: str | None
    times: int
    first_at: datetime
    last_at: datetime
    size_bytes: int
    preview: str
    payload_base64: str | None = None
    """The whole payload, only where one letter is read."""


@router.get("", summary="List dead letters", response_model=Page[ShownLetter])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    reason: ReasonFilter = None,  # type: ignore[valid-type]
    appliance_id: Annotated[str | None, Query(description="Only of this appliance.")] = None,
    topic: Annotated[str | None, Query(description="Only of this MQTT topic.")] = None,
) -> Response:
    """Dead letters, newest first."""
    return reading(
        ask,
        lambda c: page(
            paged,
            [
                shown(letter)
                for letter in list_dead_letters(
                    c,
                    after_number(paged),
                    paged.limit + 1,
                    reasons=chosen(reason),
                    appliance=appliance_id,
                    topic=topic,
                )
            ],
            lambda letter: (letter.id,),
        ),
    )


@router.get("/{letter_id}", summary="Read a dead letter", response_model=ShownLetter)
def read(ask: Ask, letter_id: str) -> Response:
    """One dead letter with its whole payload."""
    number = entity_number(letter_id, "dead letter", NUMBER_MOST)
    return reading(ask, lambda c: shown(read_dead_letter(c, number)))


def shown(letter: DeadLetter) -> ShownLetter:
    """A dead letter fit for JSON."""
    text = letter.head.decode("utf-8", errors="replace")[:PREVIEW_CHARS]
    return ShownLetter(
        id=letter.id,
        topic=letter.topic,
        reason=letter.reason,
        detail=letter.detail,
        appliance_id=letter.appliance_id,
        times=letter.times,
        first_at=letter.first_at,
        last_at=letter.last_at,
        size_bytes=letter.size_bytes,
        preview="".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text),
        payload_base64=None if letter.payload is None else b64encode(letter.payload).decode("ascii"),
    )
