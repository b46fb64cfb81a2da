"""Personal links: signed, expiring, for one purpose and one thing; whoever holds one needs no log-in for that."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from domain.errors import NotFound


class Purpose(StrEnum):
    """What a link is good for, and the first part of its address."""

    VISIT = "visit"  # an order: choose a time, move it, say no
    FOLLOW_UP = "follow-up"  # an obligation: how it went
    HOME = "home"  # a household: see what is planned and offered, say that something does not work
    CALENDAR = "calendar"  # the visits of a household (`home:ID`) or of a technician (`technician:ID`)


LINK_LIFE: Final = timedelta(days=30)
"""After this a personal link is good for nothing (E)."""


CALENDAR_LIFE: Final = timedelta(days=36_500)
"""For good: a subscribed calendar must not fall silent without a word. It ends by being taken back (E)."""


class LinkExpired(NotFound):
    """It was good once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a link says: about what it is (an id), and when it was made."""

    about: str
    made_at: datetime

    @property
    def about_id(self) -> UUID:
        """What it is about, where that has a UUID; NotFound elsewhere."""
        try:
            return UUID(self.about)
        except ValueError as error:
            raise NotFound("this link is not complete") from error


def personal_link(
    base_url: str, secret: str, purpose: Purpose, about: UUID | str, *, made_at: datetime, life: timedelta
) -> str:
    """The address of the page for one thing, good for `life` unless it is taken back."""
    said = [str(about), round(made_at.timestamp() * 1000), int((made_at + life).timestamp())]
    token = _signer(secret, purpose).dumps(said)
    return f"{base_url.rstrip('/')}/{purpose}/{token if isinstance(token, str) else token.decode()}"


def calendar_link(base_url: str, secret: str, whose: str, holder_id: str, *, made_at: datetime) -> str:
    """The address of the calendar of a `home` or of a `technician`; the same `made_at` gives the same address."""
    link = personal_link(
        base_url, secret, Purpose.CALENDAR, f"{whose}:{holder_id}", made_at=made_at, life=CALENDAR_LIFE
    )
    return f"{link}.ics"


def read_token(token: str, secret: str, purpose: Purpose, now: datetime) -> Token:
    """What a token of this purpose says; NotFound if it was not made here for it, LinkExpired if too old."""
    try:
        about, made_ms, expires = _signer(secret, purpose).loads(token)
        found = Token(about=str(about), made_at=datetime.fromtimestamp(float(made_ms) / 1000, UTC))
        ends = float(expires)
    except (BadData, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise NotFound("this link is not complete") from error
    if now.timestamp() >= ends:
        raise LinkExpired("this link has expired")
    return found


def was_taken_back(token: Token, valid_from: datetime | None) -> bool:
    """Whether links made when this one was have been ended since; links count milliseconds."""
    return valid_from is not None and token.made_at < valid_from - timedelta(milliseconds=1)


def _signer(secret: str, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"wellkept {purpose}")
