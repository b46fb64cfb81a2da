"""The native protocol: every bad sort of the contracts, and that a bad reading never costs its neighbours."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from domain.readings import Cycle, Device, Event, Item, Presence, Reading, Refusal, Refused, check_values
from domain.signals import SIGNALS
from ingest.dialects import MOST_BYTES, decode

NOW = 1_732_255_300_000_000  # 2024-11-22T06:01:40Z, 100 s after the reading of the contracts
TOPIC = "wk/v1/ac-7/telemetry"
DEVICE = Device("native", "ac-7")


def said(payload: bytes | str | object, topic: str = TOPIC) -> list[Item]:
    if not isinstance(payload, bytes):
        payload = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    return decode(topic, payload, NOW)


def one(items: Sequence[Item]) -> Any:
    assert len(items) == 1, items
    return items[0]


def reading(ts: object = 1732255200.125, seq: object = 17, **m: object) -> dict[str, object]:
    return {"ts": ts, "seq": seq, "m": m or {"power_w": 812.0}}


def test_the_reading_of_the_contracts_comes_out_as_it_is_written() -> None:
    got = one(said('{"ts": 1732255200.125, "seq": 17, "m": {"power_w": 812.0, "coil_in_c": 7.5}}'))
    assert got == Reading(
        device=DEVICE, at_us=1_732_255_200_125_000, values={"power_w": 812.0, "coil_in_c": 7.5}, seq=17, notes={}
    )


@pytest.mark.parametrize(
    ("ts", "at_us"),
    [
        (1732255200, 1_732_255_200_000_000),
        (1732255200.000001, 1_732_255_200_000_001),
        (1732255200.999999, 1_732_255_200_999_999),
        ("2024-11-22T06:00:00Z", 1_732_255_200_000_000),
        ("2024-11-22T07:00:00.25+01:00", 1_732_255_200_250_000),
        ("2024-11-22t06:00:00z", 1_732_255_200_000_000),
        (946684800, 946_684_800_000_000),  # 2000-01-01, the first believable moment
        (1732255600, 1_732_255_600_000_000),  # 300 s ahead: the last believable one
    ],
)
def test_a_time_is_exact_to_the_microsecond(ts: object, at_us: int) -> None:
    assert one(said(reading(ts))).at_us == at_us


@pytest.mark.parametrize(
    ("ts", "why"),
    [
        (0, Refusal.CLOCK_UNSET),
        (946684799.999999, Refusal.CLOCK_UNSET),
        (-5, Refusal.CLOCK_UNSET),
        (1732255600.000001, Refusal.FUTURE),
        (1732255200125, Refusal.FUTURE),  # milliseconds for seconds
        (1e300, Refusal.FUTURE),
        ("2024-11-22T06:00:00", Refusal.BAD_TIME),  # no offset: no instant
        ("1732255200", Refusal.BAD_TIME),
        ("yesterday", Refusal.BAD_TIME),
        ("1970-01-01T00:00:05Z", Refusal.CLOCK_UNSET),
        (None, Refusal.BAD_TIME),
        (True, Refusal.BAD_TIME),
        ([1732255200], Refusal.BAD_TIME),
    ],
)
def test_an_unbelievable_time_is_refused_and_its_seq_saved(ts: object, why: Refusal) -> None:
    got = one(said(reading(ts)))
    assert (got.why, got.seq, got.device) == (why, 17, DEVICE)
    assert one(said([reading(ts)])).fragment == json.dumps(reading(ts), separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("literal", "shown"),
    [("NaN", "nan"), ("1e999", "inf"), ("-Infinity", "-inf"), ("1" + "0" * 400, "inf"), ('"812"', "812")],
)
def test_a_value_that_is_no_number_is_kept_for_the_catalogue_to_note(literal: str, shown: str) -> None:
    got = one(said('{"ts": 1732255200, "seq": 1, "m": {"coil_in_c": 7.5, "power_w": ' + literal + "}}"))
    assert got.values["coil_in_c"] == 7.5
    assert str(got.values["power_w"]) == shown
    checked = check_values(got.values, SIGNALS)
    assert checked.malformed
    assert set(checked.typed) == {"coil_in_c"}


@pytest.mark.parametrize("bad", [[1, 2], {"deep": {"er": 1}}, "\ud800", "a\0b", "x" * 2000])
def test_what_is_no_storable_scalar_is_left_out_with_a_note(bad: object) -> None:
    got = one(said(reading(power_w=812.0, odd=bad)))
    assert got.values == {"power_w": 812.0}
    assert "odd" in got.notes
    json.dumps(got.notes).encode()
    "".join(got.notes.values()).encode()


def test_unknown_names_flags_texts_and_nulls_are_kept() -> None:
    values = {"power_w": None, "mode": "cool", "defrost": True, "my own signal": 3.0}
    assert one(said(reading(**values))).values == values


def test_names_that_cannot_be_stored_cost_only_themselves() -> None:
    got = one(said({"ts": 1732255200, "m": {"a\0b": 1, "\ud800": 2, "x" * 1001: 3, "power_w": 4}}))
    assert got.values == {"power_w": 4.0}
    assert len(got.notes) == 3


def test_a_name_is_measured_on_the_fast_way_too() -> None:
    first, second = said([reading(a=1), {**reading(), "m": {"x" * 1001: 1, "b": 2}}])
    assert isinstance(first, Reading)
    assert isinstance(second, Reading)
    assert (first.values, second.values) == ({"a": 1.0}, {"b": 2.0})


@pytest.mark.parametrize(
    ("seq", "kept"),
    [
        (0, 0),
        (2**63 - 1, 2**63 - 1),
        (None, None),
        (17.0, 17),
        ("17", 17),
        (-1, None),
        (17.5, None),
        (True, None),
        (2**63, None),
    ],
)
def test_a_wrong_seq_does_not_cost_the_reading(seq: object, kept: int | None) -> None:
    got = one(said(reading(seq=seq)))
    assert isinstance(got, Reading)
    assert got.seq == kept


@pytest.mark.parametrize("key", ["id", "appliance_id"])
def test_a_reading_of_another_appliance_is_foreign(key: str) -> None:
    assert one(said({**reading(), key: "ac-8"})).why is Refusal.FOREIGN
    assert one(said({**reading(), key: 8})).why is Refusal.FOREIGN
    assert isinstance(one(said({**reading(), key: "ac-7"})), Reading)


@pytest.mark.parametrize("name", ["AC-7", "ac", "a" * 65, "ac_7", "", "ac 7", "ac-ü"])
def test_an_impossible_id_is_a_bad_name(name: str) -> None:
    assert one(said(reading(), f"wk/v1/{name}/telemetry")).why is Refusal.BAD_NAME


@pytest.mark.parametrize(
    ("payload", "why", "seq"),
    [
        (b'{"ts": 1732255200, "seq": 17, "m": {"power_w": 8', Refusal.NOT_JSON, 17),
        (b'{"ts": 1732255200, "seq": 17, "m": {"mode": "\xff"}}', Refusal.NOT_TEXT, 17),
        (b'{"seq": 17, "m": ' + b"[" * 100_000, Refusal.TOO_DEEP, 17),
        (b'{"seq": 17, "m": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, Refusal.TOO_DEEP, 17),
        (b"\x00\x01\x02", Refusal.NOT_JSON, None),
        (b"x" * (MOST_BYTES + 1), Refusal.TOO_LARGE, None),
        (b'"a text"', Refusal.WRONG_SHAPE, None),
        (b"17", Refusal.WRONG_SHAPE, None),
        (b"null", Refusal.WRONG_SHAPE, None),
        (b'{"ts": 1732255200, "seq": 17}', Refusal.WRONG_SHAPE, 17),
        (b'{"ts": 1732255200, "seq": 17, "m": [1]}', Refusal.WRONG_SHAPE, 17),
        (b'{"ts": 1732255200, "seq": 17, "m": {}}', Refusal.NO_SIGNAL, 17),
        (b'{"ts": 1732255200, "seq": 17, "m": {"a": []}}', Refusal.NO_SIGNAL, 17),
    ],
)
def test_what_is_no_reading_is_refused_for_its_reason(payload: bytes, why: Refusal, seq: int | None) -> None:
    got = one(said(payload))
    assert (got.why, got.seq) == (why, seq)
    assert got.detail


def test_a_megabyte_in_one_text_costs_only_that_text() -> None:
    got = one(said(reading(power_w=1.0, blob="x" * 1_000_000)))
    assert got.values == {"power_w": 1.0}


@pytest.mark.parametrize(
    "bad",
    [
        b'{"ts": 0, "seq": 2, "m": {"power_w": 1}}',
        b'{"ts": 1732255200, "seq": 2, "m": {"power_w": \xff}}',
        b'{"ts": 1732255200, "seq": 2, "m": {"power_w": 1',
        b'{"ts": 1732255200, "seq": 2, "m": {"x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}",
        b'{"ts": 1732255200, "seq": 2, "id": "ac-8", "m": {"power_w": 1}}',
        b'{"seq": 2}',
    ],
)
def test_a_bad_reading_never_costs_its_neighbours(bad: bytes) -> None:
    before, after = (json.dumps(reading(seq=seq)).encode() for seq in (1, 3))
    items = said(b"[" + before + b", " + bad + b", " + after + b"]")
    assert [item.seq for item in items if isinstance(item, Reading)] == [1, 3]
    refused = [item for item in items if isinstance(item, Refused)]
    assert [item.seq for item in refused] == [2]
    assert b'"seq"' in (refused[0].fragment or b"")


def test_a_truncated_array_keeps_what_arrived_whole() -> None:
    whole = json.dumps([reading(seq=seq) for seq in range(10)]).encode()
    items = said(whole[:-20])
    assert [item.seq for item in items if isinstance(item, Reading)] == list(range(9))
    assert [item.seq for item in items if isinstance(item, Refused)] == [9]


def test_five_hundred_readings_are_read_and_the_surplus_refused_one_by_one() -> None:
    items = said([reading(seq=seq) for seq in range(503)])
    assert [item.seq for item in items if isinstance(item, Reading)] == list(range(500))
    surplus = [item for item in items if isinstance(item, Refused)]
    assert [(item.seq, item.why) for item in surplus] == [(seq, Refusal.WRONG_SHAPE) for seq in (500, 501, 502)]


def test_a_flood_of_elements_gives_a_bounded_number_of_items() -> None:
    assert len(said(b"[" + b"1," * 900_000 + b"1]")) == 500 + 2000 + 1


def test_a_cycle_is_read_like_a_reading() -> None:
    got = one(said({"ts": 1732255200, "seq": 4, "m": {"drain_s": 41, "litres": 12}}, "wk/v1/wm-1/cycle"))
    assert got == Cycle(
        device=Device("native", "wm-1"),
        at_us=1_732_255_200_000_000,
        values={"drain_s": 41.0, "litres": 12.0},
        seq=4,
        notes={},
    )


def test_an_event_is_read() -> None:
    got = one(said('{"ts": 1732255200, "code": "E21", "active": true}', "wk/v1/wm-1/event"))
    assert got == Event(device=Device("native", "wm-1"), at_us=1_732_255_200_000_000, code="E21", active=True)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({"ts": 1732255200, "active": True}, Refusal.WRONG_SHAPE),
        ({"ts": 1732255200, "code": "", "active": True}, Refusal.WRONG_SHAPE),
        ({"ts": 1732255200, "code": "E\0", "active": True}, Refusal.WRONG_SHAPE),
        ({"ts": 1732255200, "code": "E21"}, Refusal.WRONG_SHAPE),
        ({"ts": 1732255200, "code": "E21", "active": "yes"}, Refusal.WRONG_SHAPE),
        ({"ts": "now", "code": "E21", "active": True}, Refusal.BAD_TIME),
        ({"ts": 1, "code": "E21", "active": True}, Refusal.CLOCK_UNSET),
        ({"ts": 1732255200, "id": "wm-2", "code": "E21", "active": True}, Refusal.FOREIGN),
        ("E21", Refusal.WRONG_SHAPE),
    ],
)
def test_what_is_no_event_is_refused(payload: object, why: Refusal) -> None:
    assert one(said(json.dumps(payload), "wk/v1/wm-1/event")).why is why


@pytest.mark.parametrize(("payload", "online"), [(b"online", True), (b"offline", False), (b'"offline"', False)])
def test_status_is_presence_on_arrival(payload: bytes, online: bool) -> None:
    assert one(said(payload, "wk/v1/wm-1/status")) == Presence(
        device=Device("native", "wm-1"), at_us=NOW, online=online
    )


def test_any_other_status_is_refused() -> None:
    assert one(said(b"perhaps", "wk/v1/wm-1/status")).why is Refusal.WRONG_SHAPE


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("wk/v1/wm-1/ack", b'{"seq": 1}'),
        ("wk/v1/wm-1/notice", b'{"kind": "clean_filter"}'),
        ("wk/v1/wm-1/telemetry", b""),
        ("wk/v1/wm-1/telemetry", b"[]"),
        ("homeassistant/status", b"online"),
        ("homeassistant/sensor/x/config", b""),
        ("cmnd/plug/POWER", b"ON"),
        ("shellies/plug/relay/0/command", b"on"),
        ("zigbee2mqtt/plug/set", b'{"state": "ON"}'),
        ("spBv1.0/g/NCMD/n", b"{}"),
        ("spBv1.0/STATE/host", b"ONLINE"),
    ],
)
def test_known_messages_with_nothing_to_store_are_silent(topic: str, payload: bytes) -> None:
    assert said(payload, topic) == []


@pytest.mark.parametrize(
    "topic", ["", "/", "wk", "wk/v1/wm-1", "wk/v2/wm-1/telemetry", "wk/v1/wm-1/telemetry/x", "a/b/c"]
)
def test_a_topic_of_no_dialect_is_refused(topic: str) -> None:
    assert one(said(reading(), topic)).why is Refusal.UNKNOWN_TOPIC
