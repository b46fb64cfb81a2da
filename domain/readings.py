"""What a device said, after decoding and before storing.

Times are whole microseconds since 1970-01-01T00:00:00Z (`at_us`): exact, cheap to compare and without a time zone to
get wrong. Values are already in canonical names and units; they are checked against the catalogue by `check_values`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Final, NamedTuple

from domain.signals import Signal, Type

Value = float | bool | str
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_US: Final = 946_684_800_000_000
"""2000-01-01: anything stamped before comes from a clock that was never set."""
AHEAD_US: Final = 5 * 60 * 1_000_000
"""A reading stamped further ahead of its arrival than this is quarantined (contracts, section 1)."""


def to_us(moment: datetime) -> int:
    """Whole microseconds since 1970 of an aware `moment`; ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone is ambiguous; give it one")
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_us(at_us: int) -> datetime:
    """The aware UTC time of `at_us` microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at_us)


class Device(NamedTuple):
    """How a device names itself in its own dialect; the registry maps it to an appliance."""

    dialect: str
    name: str


class Refusal(StrEnum):
    """Why something is in the dead letters."""

    NOT_TEXT = "not_text"  # invalid UTF-8 where text is due
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    WRONG_SHAPE = "wrong_shape"  # well-formed, but not what the topic promises
    BAD_TIME = "bad_time"
    CLOCK_UNSET = "clock_unset"  # stamped before 2000
    FUTURE = "future"  # stamped more than five minutes ahead
    BAD_VALUE = "bad_value"  # NaN, infinity, a string for a number; the rest of the reading is stored
    NO_SIGNAL = "no_signal"  # nothing in it is a measurement
    BAD_NAME = "bad_name"  # the topic does not name a possible appliance
    FOREIGN = "foreign"  # topic and payload name different devices
    UNKNOWN_TOPIC = "unknown_topic"  # no dialect reads it
    CONFLICT = "conflict"  # same appliance and time are stored with other values
    DATABASE = "database"  # the database refuses the row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of one device: `values` by canonical name (or the device's own, when no canonical one fits)."""

    device: Device
    at_us: int
    values: Mapping[str, Value | None]
    seq: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    """What was left out, by signal: a sentinel, a value no sensor can mean; the words say what stood there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The summary of one finished cycle, stamped at its end."""

    device: Device
    at_us: int
    values: Mapping[str, Value | None]
    seq: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An edge of a condition the device itself reports, for instance error E21 becoming active."""

    device: Device
    at_us: int
    code: str
    active: bool
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """The device came or went."""

    device: Device
    at_us: int
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A device described itself: maker, model, firmware and the like, and which topics belong to it."""

    device: Device
    at_us: int
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Part of a message that is no reading; `fragment` is that part, or None for the whole payload."""

    why: Refusal
    detail: str
    fragment: bytes | None = None
    device: Device | None = None
    seq: int | None = None
    """The sequence number that could be saved from it, so that the appliance is not asked for it for ever."""


Item = Reading | Cycle | Event | Presence | Discovery | Refused


def check_time(at_us: int, received_us: int) -> Refusal | None:
    """Why a reading stamped `at_us` that arrived at `received_us` cannot be believed; None if it can."""
    if at_us < EARLIEST_US:
        return Refusal.CLOCK_UNSET
    if at_us > received_us + AHEAD_US:
        return Refusal.FUTURE
    return None


class Checked(NamedTuple):
    """Values after the catalogue: `typed` fit their columns, `extra` are unknown names, `notes` say what is missing."""

    typed: dict[str, Value]
    extra: dict[str, Value]
    notes: dict[str, str]
    malformed: bool
    """True if a value was no value at all (NaN, infinity, a string for a number)."""


def check_values(values: Mapping[str, Value | None], catalogue: Mapping[str, Signal]) -> Checked:
    """Sort `values` by the catalogue; nothing raises, nothing is dropped without a note."""
    typed: dict[str, Value] = {}
    extra: dict[str, Value] = {}
    notes: dict[str, str] = {}
    malformed = False
    signal_of = catalogue.get
    for name, value in values.items():
        signal = signal_of(name)
        if signal is not None and type(value) is float and signal.low <= value <= signal.high:
            typed[name] = value  # nearly always, and so the short way
            continue
        if value is None:
            continue
        if signal is None:
            if type(value) is float and not isfinite(value):
                notes[name], malformed = f"not a number: {value}", True
            else:
                extra[name] = value
            continue
        why = _fault_of(signal, value)
        if why is None:
            typed[name] = bool(value) if signal.type is Type.FLAG else value
        else:
            notes[name] = f"{why}: {str(value)[:80]}"
            malformed = malformed or why == "not a number"
    return Checked(typed, extra, notes, malformed)


def _fault_of(signal: Signal, value: Value) -> str | None:
    if signal.type is Type.GAUGE or signal.type is Type.COUNTER:
        if type(value) is not float and type(value) is not int:
            return "not a number"
        if signal.low <= value <= signal.high:  # false for NaN
            return None
        if type(value) is float and not isfinite(value):
            return "not a number"
        return f"outside {signal.low:g} to {signal.high:g} {signal.unit}".rstrip()
    if signal.type is Type.FLAG:
        return None if type(value) is not str and value in (0, 1) else "not true or false"
    return None if type(value) is str and value in signal.choices else "not one of " + ", ".join(sorted(signal.choices))
