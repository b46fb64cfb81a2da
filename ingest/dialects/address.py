"""Who speaks on a topic: the device and what is left of the topic after its name."""

from collections.abc import Callable
from typing import Final, NamedTuple

from domain.readings import Device, Item, Refusal, Refused

LONGEST_NAME: Final = 200
"""Characters in a device's name; more would not fit an index entry of the registry (E)."""


class Address(NamedTuple):
    """A topic taken apart: `rest` are the levels behind the device's name."""

    device: Device
    rest: tuple[str, ...] = ()


Locate = Callable[[tuple[str, ...]], Address | None]
"""From the levels of a topic to its device; None if the topic names none."""
Decode = Callable[[Address, bytes, int], list[Item]]
"""From address, payload and arrival (microseconds since 1970) to what the message says."""


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold `text`: no NUL and no lone surrogate."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def shown(text: str, longest: int = 80) -> str:
    """`text` cut and escaped so that it can stand in a note or a dead letter."""
    return text[:longest].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def child(device: Device, name: str) -> Device:
    """A channel of `device`, or a device behind it; with an empty `name`, `device` itself."""
    return Device(device.dialect, f"{device.name}/{shown(name, LONGEST_NAME)}") if name else device


def refuse(why: Refusal, detail: str, device: Device | None = None) -> list[Item]:
    """The whole message refused."""
    return [Refused(why=why, detail=detail, device=device)]
