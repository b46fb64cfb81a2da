"""Rows in PostgreSQL's binary format, against the format's own description; the database reads them in integration."""

from struct import unpack_from

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.signals import SIGNALS
from ingest.rows import RowPacker, pack_event

PG_EPOCH_US = 946_684_800_000_000
SIGNALS_OF_ROW = (SIGNALS["power_w"], SIGNALS["energy_kwh"], SIGNALS["defrost"], SIGNALS["mode"])
PACKER = RowPacker(SIGNALS_OF_ROW)


def fields_of(row: bytes) -> list[bytes | None]:
    """Take a packed row apart: a 16-bit count, then each field after its 32-bit length, -1 for null."""
    (count,) = unpack_from(">h", row)
    at, fields = 2, list[bytes | None]()
    for _ in range(count):
        (length,) = unpack_from(">i", row, at)
        at += 4
        fields.append(None if length < 0 else row[at : at + length])
        at += max(0, length)
    assert at == len(row), "bytes are left over"
    return fields


def test_a_row_has_a_field_for_each_column() -> None:
    pack = PACKER.compile()
    row = pack(PG_EPOCH_US + 7, 3, PG_EPOCH_US + 9, 17, {"power_w": 812.5, "defrost": True, "mode": "cool"}, {}, {})
    assert PACKER.columns[:4] == ("time", "appliance_key", "received_at", "seq")
    assert dict(zip(PACKER.columns, fields_of(row), strict=True)) == {
        "time": (7).to_bytes(8),
        "appliance_key": (3).to_bytes(4),
        "received_at": (9).to_bytes(8),
        "seq": (17).to_bytes(8),
        "power_w": b"\x44\x4b\x20\x00",  # 812.5 = 1.5869140625 * 2**9
        "energy_kwh": None,
        "defrost": b"\x01",
        "mode": b"cool",
        "extra": None,
        "notes": None,
    }


def test_one_row_leaves_nothing_behind_for_the_next() -> None:
    pack = PACKER.compile()
    pack(0, 1, 0, 5, {"power_w": 1.0, "mode": "heat"}, {"x": 1.0}, {"y": "z"})
    assert fields_of(pack(0, 1, 0, None, {}, {}, {}))[3:] == [None] * 7


json_values = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.text(max_size=20))


@given(
    at_us=st.integers(0, 4_000_000_000_000_000),
    seq=st.none() | st.integers(0, 2**63 - 1),
    power=st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
    extra=st.dictionaries(st.text("abcñ", min_size=1), json_values, max_size=4),
)
def test_every_field_is_read_back(
    at_us: int, seq: int | None, power: float | None, extra: dict[str, float | bool | str]
) -> None:
    typed = {} if power is None else {"power_w": power}
    fields = fields_of(PACKER.compile()(at_us, 1, at_us, seq, typed, extra, {}))
    assert int.from_bytes(fields[0] or b"", signed=True) == at_us - PG_EPOCH_US
    assert (None if fields[3] is None else int.from_bytes(fields[3])) == seq
    assert (None if fields[4] is None else unpack_from(">f", fields[4])[0]) == power
    if not extra:
        assert fields[-2] is None
        return
    assert fields[-2] is not None
    assert fields[-2][:1] == b"\x01"  # version of jsonb's wire format
    clean = {name: value.replace("\0", "\ufffd") if isinstance(value, str) else value for name, value in extra.items()}
    if not any(isinstance(value, str) and "\\u0000" in value for value in extra.values()):
        assert msgspec.json.decode(fields[-2][1:]) == clean


@pytest.mark.parametrize("seq", [2**63, -(2**63) - 1])
def test_a_number_beyond_the_column_is_refused_here_and_not_by_the_database(seq: int) -> None:
    with pytest.raises(Exception, match=r"argument out of range|int too large|format"):
        PACKER.compile()(0, 1, 0, seq, {}, {}, {})


def test_an_event_is_packed_field_by_field() -> None:
    row = pack_event(PG_EPOCH_US + 1, 2, PG_EPOCH_US + 3, None, "E21", False)
    assert fields_of(row) == [(1).to_bytes(8), (2).to_bytes(4), (3).to_bytes(8), None, b"E21", b"\x00"]
