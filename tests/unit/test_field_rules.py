"""The order of the work, what detection is told of it, and which parts a fault will need."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.faults import FAULTS
from domain.field import Action, Cause, Deed, Finished, by_our_clock, done_at, in_order_of_work, services_of
from domain.part_needs import PRIORS, Usage, parts_to_bring, predict_parts

NOW = datetime(2025, 6, 3, 12, tzinfo=UTC)
ORDER = UUID(int=7)


def action(kind: str, minutes: float = 0) -> Action:
    at = NOW + timedelta(minutes=minutes)
    return Action(id=uuid4(), technician_id="tech-1", order_id=ORDER, kind=kind, body={}, client_at=at)


@given(st.permutations(list(Deed)))
def test_a_batch_is_put_into_the_order_of_the_work_however_it_comes(kinds: list[Deed]) -> None:
    ordered = in_order_of_work(action(kind, -number) for number, kind in enumerate(kinds))
    assert [a.kind for a in ordered] == list(Deed)


def test_of_two_reports_the_earlier_goes_first_and_what_nobody_knows_goes_last() -> None:
    late, early, odd = action("report", 5), action("report", 1), action("dance", 0)
    assert in_order_of_work([odd, late, early]) == [early, late, odd]


def test_a_phone_with_a_clock_ahead_does_not_write_the_future() -> None:
    assert done_at(NOW + timedelta(minutes=5), NOW) == NOW + timedelta(minutes=5)
    assert done_at(NOW + timedelta(minutes=6), NOW) == NOW
    assert done_at(NOW - timedelta(hours=9), NOW) == NOW - timedelta(hours=9)
    assert done_at(NOW - timedelta(days=31), NOW) == NOW, "nobody is without a network for so long"


def test_a_phones_clock_is_put_right_by_what_it_said_when_it_sent() -> None:
    slow, ahead, lost = NOW - timedelta(hours=3), NOW + timedelta(days=400), datetime(1, 1, 1, tzinfo=UTC)
    done = timedelta(hours=2)  # before sending
    assert by_our_clock(slow - done, slow, NOW) == NOW - done
    assert by_our_clock(ahead - done, ahead, NOW) == NOW - done
    assert by_our_clock(NOW - done, NOW - timedelta(minutes=5), NOW) == NOW - done, "the network took that long"
    assert by_our_clock(NOW - done, None, NOW) == NOW - done
    assert by_our_clock(datetime(9999, 12, 31, tzinfo=UTC), lost, NOW) == NOW


@pytest.mark.parametrize(
    ("fault", "outcome", "found", "repaired", "used", "told"),
    [
        ("condenser_dust", "confirmed", None, True, [], [("coil_cleaned", "condenser_dust", "")]),
        ("condenser_dust", "confirmed", None, False, [], [("inspected", "", "")]),
        ("condenser_dust", "no_fault_found", None, True, [], [("inspected", "", "")]),
        ("filter_clog", "confirmed", None, True, [("filter", "f9")], [("filter_replaced", "filter_clog", "f9")]),
        ("filter_clog", "confirmed", None, True, [], [("filter_cleaned", "filter_clog", "")]),
        (
            *("refrigerant_leak", "confirmed", None, True, [("leak_kit", "k1"), ("refrigerant", "r32")]),
            [("refrigerant_charged", "refrigerant_leak", "")],
        ),
        (
            *("limescale", "confirmed", None, True, [("descaler", "d"), ("tank_gasket", "g")]),
            [("descaled", "limescale", ""), ("part_replaced", "limescale", "g")],
        ),
        ("limescale", "other_fault", "anode_spent", True, [("anode", "a")], [("part_replaced", "anode_spent", "a")]),
        ("bearing_wear", "confirmed", None, True, [], [("repaired", "bearing_wear", "")]),
        ("sensor_fault", "confirmed", None, True, [("sensor", "s")], [("sensor_replaced", "sensor_fault", "s")]),
    ],
)
def test_detection_is_told_what_was_done_and_nothing_that_was_not(
    fault: str,
    outcome: str,
    found: str | None,
    repaired: bool,
    used: list[tuple[str, str]],
    told: list[tuple[str, str, str]],
) -> None:
    task = Finished(fault=fault, found_fault=found, outcome=Cause(outcome), repaired=repaired, used=used)
    assert [(s.action, s.fault, s.part) for s in services_of(task, NOW)] == told


def test_every_part_that_a_fault_names_has_a_prior_and_every_prior_is_named() -> None:
    named = {(f.kind and str(f.kind), f.code): set(f.parts) for f in FAULTS.values() if f.parts}
    assert {fault: set(roles) for fault, roles in PRIORS.items()} == named


def test_outcomes_move_the_prior_by_their_weight() -> None:
    assert predict_parts("refrigerator", "door_seal_leak", Usage()) == {"gasket": 0.6}
    # (0.6 * 6 + 0) / (6 + 12) = 0.2; hinges were used in 3 of 12: 3 / 18
    learned = predict_parts("refrigerator", "door_seal_leak", Usage(jobs=12, used={"hinge": 3}))
    assert learned == pytest.approx({"gasket": 0.2, "hinge": 3 / 18})
    assert list(learned) == ["gasket", "hinge"]
    assert predict_parts("refrigerator", "dance", Usage()) == {}


def test_what_is_likely_enough_or_entered_by_hand_is_brought() -> None:
    needs = predict_parts("dryer", "vent_clog", Usage(), extra=["duct", "tape"])
    assert needs == {"tape": 1.0, "duct": 0.3}
    assert parts_to_bring(0.7, needs) == pytest.approx({"tape": 0.7, "duct": 0.21})
    assert parts_to_bring(0.6, needs) == {"tape": 0.6}  # 0.18 is below 0.2
