"""Rows in PostgreSQL's binary COPY format, packed straight from checked values.

Source: PostgreSQL documentation, COPY, section "Binary Format"; times are microseconds since 2000-01-01.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import Final

import msgspec

from domain.readings import Value
from domain.signals import Signal, Type

_PG_EPOCH_US: Final = 946_684_800_000_000
_NULL: Final = b"\xff\xff\xff\xff"
_PREFIX: Final = Struct(">hiqiiiq")  # field count; time; appliance_key; received_at, each after its length
_REAL: Final = Struct(">if")
_DOUBLE: Final = Struct(">id")
_BIGINT: Final = Struct(">iq")
_FLAG: Final = {True: b"\x00\x00\x00\x01\x01", False: b"\x00\x00\x00\x01\x00"}
_LENGTH: Final = Struct(">i")
_json = msgspec.json.Encoder()


def _text(value: Value) -> bytes:
    data = str(value).encode()
    return _LENGTH.pack(len(data)) + data


def _jsonb(values: Mapping[str, Value]) -> bytes:
    # PostgreSQL's jsonb cannot hold a NUL character; the dead letter keeps the original.
    data = b"\x01" + _json.encode(values).replace(b"\\u0000", b"\\ufffd")
    return _LENGTH.pack(len(data)) + data


_PACK: Final[dict[Type, Callable[[Value], bytes]]] = {
    Type.GAUGE: partial(_REAL.pack, 4),
    Type.COUNTER: partial(_DOUBLE.pack, 8),
    Type.FLAG: lambda value: _FLAG[bool(value)],
    Type.CHOICE: _text,
}

ROW_COLUMNS: Final = ("time", "appliance_key", "received_at", "seq")


@dataclass(frozen=True, slots=True)
class RowPacker:
    """Packs rows of one table whose signals are `signals`, in this order."""

    signals: Sequence[Signal]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a packed row fills, in order."""
        return (*ROW_COLUMNS, *(signal.name for signal in self.signals), "extra", "notes")

    def compile(self) -> Callable[..., bytes]:
        """The packing function: `(at_us, appliance_key, received_us, seq, typed, extra, notes) -> bytes`."""
        first = 2  # parts before the signals: prefix and sequence number
        place = {signal.name: (at, _PACK[signal.type]) for at, signal in enumerate(self.signals, first)}
        count, nulls = len(self.columns), [_NULL] * (first + len(self.signals) + 2)

        def pack(
            at_us: int,
            appliance_key: int,
            received_us: int,
            seq: int | None,
            typed: Mapping[str, Value],
            extra: Mapping[str, Value],
            notes: Mapping[str, str],
        ) -> bytes:
            parts = nulls.copy()
            parts[0] = _PREFIX.pack(count, 8, at_us - _PG_EPOCH_US, 4, appliance_key, 8, received_us - _PG_EPOCH_US)
            if seq is not None:
                parts[1] = _BIGINT.pack(8, seq)
            for name, value in typed.items():
                at, pack_value = place[name]
                parts[at] = pack_value(value)
            if extra:
                parts[-2] = _jsonb(extra)
            if notes:
                parts[-1] = _jsonb(notes)
            return b"".join(parts)

        return pack


_EVENT: Final = Struct(">hiqiiiq")


def pack_event(at_us: int, appliance_key: int, received_us: int, seq: int | None, code: str, active: bool) -> bytes:
    """One row of the table of events: time, appliance_key, received_at, seq, code, active."""
    return b"".join(
        (
            _EVENT.pack(6, 8, at_us - _PG_EPOCH_US, 4, appliance_key, 8, received_us - _PG_EPOCH_US),
            _NULL if seq is None else _BIGINT.pack(8, seq),
            _text(code),
            _FLAG[active],
        )
    )
