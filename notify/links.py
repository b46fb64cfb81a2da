"""Personal links: signed, expiring, for one purpose and one thing; whoever holds one needs no log-in for that."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from domain.errors import NotFound


class Purpose(StrEnum):
    """What a link is good for, and the first part of its address."""

    VISIT = "visit"  # an order: choose a time, move it, say no
    FOLLOW_UP = "follow-up"  # an obligation: how it went


class LinkExpired(NotFound):
    """It was good once."""


def personal_link(base_url: str, secret: str, purpose: Purpose, about: UUID, expires: datetime) -> str:
    """The address of the page for one thing, good until `expires`."""
    token = _signer(secret, purpose).dumps([about.hex, int(expires.timestamp())])
    return f"{base_url.rstrip('/')}/{purpose}/{token if isinstance(token, str) else token.decode()}"


def read_token(token: str, secret: str, purpose: Purpose, now: datetime) -> UUID:
    """What a token of this purpose is about; NotFound if it was not made here for it, LinkExpired if too old."""
    try:
        about, expires = _signer(secret, purpose).loads(token)
        found, ends = UUID(hex=about), float(expires)
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise NotFound("this link is not complete") from error
    if now.timestamp() >= ends:
        raise LinkExpired("this link has expired")
    return found


def _signer(secret: str, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"wellkept {purpose}")
