"""What the API is told by whoever starts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dispatch.travel import BY_DISTANCE, TravelTimes

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
NOTICE = "Identity comes in a later version: until then this API has no log-in and belongs on 127.0.0.1 only."


def wall_clock() -> datetime:
    """The present moment in UTC; only the entry point takes it from here."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Addresses, sizes and the clock; every time in seconds, every size in bytes unless its name says otherwise."""

    database_url: str
    mqtt_url: str
    now: Callable[[], datetime] = wall_clock
    page_size: int = 50
    page_size_most: int = 500
    points: int = 500
    points_most: int = 5_000
    pool_size: int = 10
    pool_wait_s: float = 5.0
    body_most_bytes: int = 1_000_000
    photo_most_bytes: int = 6_000_000
    """A phone's page sends pictures of a few hundred kB; what other programs send may be larger (E)."""
    heartbeat_s: float = 15.0
    figures_every_s: float = 2.0
    hosts: frozenset[str] = LOCAL_HOSTS
    """Names in the Host header that are answered: a page elsewhere cannot point its own name at this machine."""
    link_secret: str = ""
    """Signs the personal links of owners; without it no such link is good."""
    public_url: str = ""
    """Where owners reach their pages, beside `hosts`; nothing else is answered under that name."""
    travel: TravelTimes = BY_DISTANCE
    """How long it takes from place to place when times are offered and days planned anew."""
    history_rows_at_once: int = 50_000
    """Rows of history that a claim moves before it answers; a job moves the rest."""
