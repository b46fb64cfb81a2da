"""What a receive path hands over: batches of deliveries with the tokens that acknowledge them.

The consumer knows only this protocol, so that the path below it can be replaced. `PahoReceiver` is the one in use;
the bench has a second one that reads from memory, to price the rest of the work without a broker.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Delivery(NamedTuple):
    """One message as it arrived."""

    topic: bytes
    payload: bytes
    received_us: int
    """Arrival in microseconds since 1970, by this machine's clock."""
    token: int
    """Names the message to the broker; 0 where nothing is to be acknowledged (QoS 0)."""
    generation: int
    """The connection it came over. A token is worthless on any other: the broker may have given it anew."""
    retained: bool


class Receiver(Protocol):
    """A source of deliveries that keeps each one until it is acknowledged."""

    def take(self, most: int, wait_s: float) -> list[Delivery]:
        """At most `most` deliveries; an empty list if none came within `wait_s` seconds."""
        ...

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """Tell the source that these are stored for good; returns how many of them were still its to tell."""
        ...

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send messages at most once, best effort (the sequence acknowledgements are cumulative and repeated)."""
        ...

    def publish_retained(self, topic: str, payload: bytes) -> bool:
        """Send one retained message; False if there is no connection now."""
        ...

    def ailment(self) -> str | None:
        """Why this source can no longer be trusted to deliver, or None while it is well."""
        ...

    def close(self) -> None:
        """Leave in order; the session and what is unacknowledged stay with the broker."""
        ...
