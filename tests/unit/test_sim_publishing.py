"""What keeps a simulated appliance honest on the wire: its buffer, its pace, its owner; all without a broker."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.fault_catalogue import FAULTS
from device_sim.link import Broker
from device_sim.owner import LONGEST_DELAY_S, Owners
from device_sim.pace import Pace
from device_sim.params import SimParams
from device_sim.tables import Reading
from device_sim.unacked import FIRST_TIMEOUT_S, UnackedBuffer
from device_sim.wire import Notice, decode_ack, decode_notice, encode_readings


def make_reading(seq: int, topic: str = "telemetry") -> Reading:
    return Reading(appliance_id="home-0001-ac", topic=topic, ts=1000.0 + seq, seq=seq, measures={"power_w": 1.0})


def filled(count: int, limit: int = 100) -> UnackedBuffer:
    buffer = UnackedBuffer(limit)
    for seq in range(1, count + 1):
        buffer.add(make_reading(seq))
    return buffer


def seqs(batch: list[Reading]) -> list[int]:
    return [reading.seq for reading in batch]


def test_sent_readings_stay_until_they_are_acknowledged() -> None:
    buffer = filled(5)
    assert seqs(buffer.take(3, 0.0)) == [1, 2, 3]
    assert seqs(buffer.take(3, 0.0)) == [4, 5]
    assert len(buffer) == 5
    assert buffer.acknowledge(4, None, 1.0) == 4
    assert len(buffer) == 1
    assert buffer.acknowledge(4, None, 1.0) == 0


def test_a_full_buffer_refuses_rather_than_drops() -> None:
    buffer = filled(3, limit=3)
    assert buffer.room == 0
    with pytest.raises(OverflowError):
        buffer.add(make_reading(4))
    assert len(buffer) == 3


def test_a_gap_in_seq_is_refused() -> None:
    buffer = filled(2)
    with pytest.raises(ValueError, match="grow by one"):
        buffer.add(make_reading(4))


def test_a_message_holds_one_topic_only() -> None:
    buffer = UnackedBuffer(10)
    for seq, topic in enumerate(["telemetry", "telemetry", "cycle", "telemetry"], start=1):
        buffer.add(make_reading(seq, topic))
    assert [seqs(buffer.take(10, 0.0)) for _ in range(4)] == [[1, 2], [3], [4], []]


def test_after_a_lost_connection_everything_held_goes_out_again() -> None:
    buffer = filled(4)
    buffer.take(10, 0.0)
    buffer.acknowledge(1, None, 0.0)
    buffer.rewind()
    assert seqs(buffer.take(10, 0.0)) == [2, 3, 4]


def test_silence_resends_after_the_timeout_and_then_waits_twice_as_long() -> None:
    buffer = filled(2)
    buffer.take(10, 0.0)
    assert not buffer.rewind_if_overdue(FIRST_TIMEOUT_S - 0.1)
    assert buffer.rewind_if_overdue(FIRST_TIMEOUT_S)
    buffer.take(10, 100.0)
    assert not buffer.rewind_if_overdue(100.0 + FIRST_TIMEOUT_S)
    assert buffer.rewind_if_overdue(100.0 + 2.0 * FIRST_TIMEOUT_S)
    buffer.take(10, 200.0)
    buffer.acknowledge(1, None, 201.0)
    assert buffer.rewind_if_overdue(201.0 + FIRST_TIMEOUT_S)


def test_an_acknowledgement_from_an_earlier_life_of_the_counter_frees_nothing() -> None:
    buffer = filled(4)
    buffer.take(3, 0.0)
    assert buffer.acknowledge(2, 900.0, 0.0) == 0
    assert buffer.acknowledge(4, 5000.0, 0.0) == 0, "4 was never sent"
    assert buffer.acknowledge(3, 1003.0, 0.0) == 3


@given(st.lists(st.sampled_from(["add", "take", "ack", "lose", "late"]), max_size=60), st.data())
def test_nothing_unacknowledged_is_ever_missing_from_what_can_still_be_sent(
    ops: list[str], data: st.DataObject
) -> None:
    buffer, added, sent, acked = UnackedBuffer(1000), 0, 0, 0
    for now, op in enumerate(ops):
        if op == "add":
            added += 1
            buffer.add(make_reading(added))
        elif op == "take":
            sent = max([sent, *seqs(buffer.take(data.draw(st.integers(1, 5)), float(now)))])
        elif op == "ack":
            acked = max(acked, data.draw(st.integers(0, sent)))
            buffer.acknowledge(acked, None, float(now))
        elif op == "lose":
            buffer.rewind()
        else:
            buffer.rewind_if_overdue(now + 1000.0)
    buffer.rewind()
    assert seqs(buffer.take(1000, 0.0)) == list(range(acked + 1, added + 1))


def test_data_time_runs_at_speed_until_it_meets_the_clock_and_never_passes_it() -> None:
    pace = Pace(start_s=0.0, speed=100.0, wall_s=1000.0)
    assert pace.target_s(1000.1) == pytest.approx(10.0)
    wall = 1000.1
    for _ in range(400):
        wall += 0.1
        assert pace.target_s(wall) <= wall
    assert pace.target_s(wall + 0.1) == pytest.approx(wall + 0.1)


def test_data_time_stands_still_while_held_and_does_not_jump_afterwards() -> None:
    pace = Pace(start_s=0.0, speed=100.0, wall_s=1000.0)
    before = pace.target_s(1000.1)
    assert pace.target_s(1005.0, held=True) == before
    assert pace.target_s(1005.1) == pytest.approx(before + 10.0)


def test_a_suspended_process_does_not_make_up_for_the_pause_at_once() -> None:
    pace = Pace(start_s=0.0, speed=100.0, wall_s=1000.0)
    assert pace.target_s(1060.0) == pytest.approx(50.0)


def test_one_reading_is_an_object_and_several_are_an_array() -> None:
    one = msgspec.json.decode(encode_readings([make_reading(1)]))
    two = msgspec.json.decode(encode_readings([make_reading(1), make_reading(2)]))
    assert one == {"ts": 1001.0, "seq": 1, "m": {"power_w": 1.0}}
    assert [item["seq"] for item in two] == [1, 2]


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff", b'{"seq": true}', b'{"seq": "9"}'])
def test_what_is_no_acknowledgement_is_ignored(payload: bytes) -> None:
    assert decode_ack(payload) is None


def test_an_acknowledgement_is_read_with_either_form_of_time() -> None:
    number, text = decode_ack(b'{"seq": 17, "ts": 1.5}'), decode_ack(b'{"seq": 17, "ts": "1970-01-01T00:00:01.5Z"}')
    assert number == text
    assert number is not None
    assert (number.seq, number.ts) == (17, 1.5)


def make_owners(obedience: float) -> Owners:
    return Owners(SimParams(start=datetime(2026, 1, 1, tzinfo=UTC), homes=50, obedience=obedience))


def remind(owners: Owners, home: int, part: str = "ac", kind: str = "clean_filter", since: str = "x") -> None:
    owners.read(Notice(appliance_id=f"home-{home:04d}-{part}", kind=kind, fault=None, since=since), 0.0)


def test_an_obedient_owner_cleans_once_after_a_while_however_often_the_notice_is_shown() -> None:
    owners = make_owners(1.0)
    remind(owners, 3)
    remind(owners, 3)
    assert owners.due(60.0) == []
    assert owners.due(LONGEST_DELAY_S) == [(2, "filter_clog")]
    assert owners.due(2 * LONGEST_DELAY_S) == []


def test_owners_who_do_not_obey_stay_silent() -> None:
    owners = make_owners(0.0)
    for home in range(1, 51):
        remind(owners, home)
    assert owners.due(LONGEST_DELAY_S) == []


def test_about_as_many_obey_as_told() -> None:
    owners = make_owners(0.7)
    for home in range(1, 51):
        remind(owners, home)
    assert 25 <= len(owners.due(LONGEST_DELAY_S)) <= 45


def test_a_notice_only_touches_faults_of_its_own_appliance() -> None:
    owners = make_owners(1.0)
    remind(owners, 1, part="washer")
    remind(owners, 2, part="fridge")
    remind(owners, 60)
    done = owners.due(LONGEST_DELAY_S)
    assert done == [(0, "drain_filter_clog")]
    assert all(FAULTS[fault].self_care for _, fault in done)


def test_an_empty_notice_means_it_was_cleared() -> None:
    assert decode_notice("home-0001-ac", b"") is None


def test_broker_addresses_are_read_and_nonsense_is_refused() -> None:
    broker = Broker.parse("mqtts://box:p%40ss@broker.local")
    assert (broker.host, broker.port, broker.tls, broker.user, broker.password) == (
        "broker.local", 8883, True, "box", "p@ss",
    )  # fmt: skip
    with pytest.raises(ValueError, match="not an MQTT address"):
        Broker.parse("http://broker")
