"""What a service does to what is normal: only what it touched, and only if it really changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.services import Service
from domain.signals import Kind
from models.healthy.learners import learn_missing
from models.healthy.reference import Reference
from models.history import FeatureHistory
from models.judge import judge_appliance
from models.normal import Normal, moved_by, normal_of, renew
from tests.unit.index_stories import story
from tests.unit.synthetic_days import FIRST, evening

WASHER = Kind.WASHING_MACHINE
DRAIN = "drain_s_per_l"
FILL = "fill_s_per_l"
UNNAMED = ["repaired", "firmware", "sensor_replaced", "part_replaced"]


def told(number: int, action: str, fault: str = "") -> Service:
    return Service(at=evening(number), action=action, fault=fault)


def after_work(
    last: int, moves: Mapping[str, float], *services: Service
) -> tuple[FeatureHistory, Normal, dict[str, Reference]]:
    """A washing machine whose fault grows from day 20 to 30, as it is known on the day `last`."""
    history, references = story(WASHER, moves, last)
    normal = normal_of(WASHER, references, services, None)
    history = replace(history, series=normal.cut(history.series))
    carried = renew(normal, history)
    return history, carried, carried.judged()


def stepped(history: FeatureHistory, index: str, number: int, by: float) -> FeatureHistory:
    """The history with `index` at another level from the day `number` on."""
    series = history.series[index]
    later = np.array([day >= FIRST + timedelta(days=number) for day in series.days])
    return replace(
        history, series={**history.series, index: replace(series, values=series.values * np.exp(by * later))}, memo={}
    )


def faults(history: FeatureHistory, references: Mapping[str, Reference], last: int) -> set[str]:
    return {verdict.fault for verdict in judge_appliance(WASHER, history, references, evening(last)) if verdict.present}


@pytest.mark.parametrize("action", UNNAMED)
def test_a_clog_that_grows_beside_unrelated_work_is_still_seen(action: str) -> None:
    history, normal, references = after_work(34, {DRAIN: 0.4}, told(24, action))
    assert not normal.waiting
    assert references[DRAIN].model["steps"] == []
    assert "drain_filter_clog" in faults(history, references, 34)


@pytest.mark.parametrize("action", [one for one in UNNAMED if one != "sensor_replaced"])
def test_a_step_on_the_day_of_the_work_is_the_new_level_and_what_grows_on_it_is_seen(action: str) -> None:
    history, references = story(WASHER, {}, 40)
    history = stepped(history, DRAIN, 18, 0.3)
    carried = renew(normal_of(WASHER, references, [told(17, action)], None), history)
    ((_, step),) = carried.judged()[DRAIN].model["steps"]
    assert step == pytest.approx(0.3, abs=0.05)
    assert faults(history, carried.judged(), 40) == set()
    assert "drain_filter_clog" in faults(stepped(history, DRAIN, 30, 0.3), carried.judged(), 40)


@pytest.mark.parametrize(("by", "moved"), [(0.0, False), (0.1, True)], ids=["no change", "a small one"])
@pytest.mark.parametrize("number", [30, 8], ids=["long after learning", "right after learning"])
def test_a_change_of_a_programme_with_new_software_is_its_own_however_small(
    number: int, by: float, moved: bool
) -> None:
    minutes = "minutes_per_kg"
    history, references = story(Kind.DRYER, {}, 40)
    history = stepped(history, minutes, number + 1, by)
    by_software, by_people = (
        renew(normal_of(Kind.DRYER, references, [told(number, action)], None), history).judged()[minutes]
        for action in ("firmware", "repaired")
    )
    assert by_people.model["steps"] == []
    assert by_people.unsure == 0.0
    assert [step for _, step in by_software.model["steps"]] == ([pytest.approx(by, abs=0.035)] if moved else [])
    assert (by_software.unsure > 0.0) == moved


@pytest.mark.parametrize(("fault", "left"), [("overheat_trips", 0.1), ("", 0.0)])
def test_what_is_missing_of_the_air_once_a_limiter_is_replaced_is_how_the_machine_is_now(
    fault: str, left: float
) -> None:
    # It rose from day 20 to 30 by 0.2 and fell to half of that with the work: unnamed, that is the fault itself.
    inlet = "inlet_rise_k"
    history, references = story(Kind.DRYER, {inlet: 0.2}, 45)
    history = stepped(history, inlet, 36, -0.1)
    carried = renew(normal_of(Kind.DRYER, references, [told(35, "part_replaced", fault)], None), history)
    assert sum(step for _, step in carried.judged()[inlet].model["steps"]) == pytest.approx(left, abs=0.02)


def test_software_decides_nothing_of_how_a_machine_drains() -> None:
    history, references = story(WASHER, {}, 40)
    history = stepped(history, DRAIN, 18, 0.02)
    carried = renew(normal_of(WASHER, references, [told(17, "firmware")], None), history)
    assert carried.judged()[DRAIN].unsure == 0.0


@pytest.mark.parametrize(("days", "steps"), [(4, 0), (12, 1)])
def test_days_of_low_mains_pressure_after_work_are_no_new_level_while_one_of_five_is_as_before(
    days: int, steps: int
) -> None:
    history, references = story(WASHER, {}, 40)
    slow = stepped(stepped(history, FILL, 18, 0.3), FILL, 18 + days, -0.3)
    carried = renew(normal_of(WASHER, references, [told(17, "repaired")], None), slow)
    assert len(carried.judged()[FILL].model["steps"]) == steps


def test_days_of_low_mains_pressure_before_work_are_no_level_from_which_it_fell() -> None:
    history, references = story(WASHER, {}, 40)
    slow = stepped(stepped(history, FILL, 13, 0.13), FILL, 18, -0.16)
    carried = renew(normal_of(WASHER, references, [told(17, "repaired")], None), slow)
    assert carried.judged()[FILL].model["steps"] == []


def test_software_moves_no_valve() -> None:
    history, references = story(WASHER, {}, 40)
    slow = stepped(history, FILL, 18, 0.2)
    carried = renew(normal_of(WASHER, references, [told(17, "firmware")], None), slow)
    assert carried.judged()[FILL] == references[FILL].watching(references[FILL].watched_from)
    assert faults(slow, carried.judged(), 40) == {"inlet_valve_weak"}


@pytest.mark.parametrize("action", ["part_replaced", "repaired"])
def test_what_people_left_of_a_weak_valve_is_its_new_level_however_little(action: str) -> None:
    history, references = story(WASHER, {}, 70)
    slow = stepped(stepped(history, FILL, 26, 0.8), FILL, 35, -0.72)  # a tenth slower than the old valve
    carried = renew(normal_of(WASHER, references, [told(34, action)], None), slow)
    assert len(carried.judged()[FILL].model["steps"]) == 1
    assert faults(slow, carried.judged(), 70) == set()


def test_what_the_repair_of_a_valve_did_not_change_is_no_new_level() -> None:
    history, references = story(WASHER, {}, 50)
    slow = stepped(history, FILL, 26, 0.3)
    carried = renew(normal_of(WASHER, references, [told(34, "repaired")], None), slow)
    assert carried.judged()[FILL].model["steps"] == []


def test_a_replaced_sensor_is_held_against_the_old_level_as_what_the_old_one_said_cannot_be_trusted() -> None:
    history, references = story(WASHER, {}, 30)
    carried = renew(
        normal_of(WASHER, references, [told(17, "sensor_replaced")], None), stepped(history, DRAIN, 18, 0.3)
    )
    assert carried.judged()[DRAIN].model["steps"] == []


def test_what_the_repair_did_not_change_is_no_new_level_even_where_the_fault_went_on_growing() -> None:
    _, _, references = after_work(34, {DRAIN: 1.2}, told(26, "repaired"))
    assert references[DRAIN].model["steps"] == []


def test_a_fault_put_right_ends_at_the_old_level_and_what_little_is_left_is_the_new_one() -> None:
    history, references = story(WASHER, {DRAIN: 0.6}, 44)
    for left, steps in ((0.0, 0), (0.15, 1)):
        mended = stepped(history, DRAIN, 35, left - 0.6)
        carried = renew(normal_of(WASHER, references, [told(34, "repaired")], None), mended)
        assert len(carried.judged()[DRAIN].model["steps"]) == steps
        assert faults(mended, carried.judged(), 44) == set()


def test_a_named_part_takes_only_the_reference_of_what_its_fault_moves() -> None:
    _, normal, _ = after_work(34, {}, told(25, "part_replaced", "bearing_wear"))
    assert DRAIN in normal.known
    assert not normal.waiting
    assert moved_by(WASHER, "bearing_wear").isdisjoint(normal.known)
    assert "tumble_vibration_mm_s" in moved_by(WASHER, "bearing_wear")


def test_until_days_have_followed_the_work_nothing_is_said_of_what_it_may_have_touched() -> None:
    history, normal, references = after_work(28, {DRAIN: 0.4}, told(25, "repaired"))
    assert DRAIN in normal.waiting
    assert "drain_filter_clog" not in faults(history, references, 28)


def test_works_too_near_to_be_told_apart_count_as_one_and_later_ones_follow() -> None:
    _, _, references = after_work(40, {}, told(20, "repaired"), told(22, "firmware"), told(32, "repaired"))
    assert references[DRAIN].learned_from == FIRST + timedelta(days=33)


def test_work_in_the_midst_of_learning_starts_it_anew() -> None:
    history, normal, _ = after_work(34, {}, told(4, "repaired"))
    assert DRAIN not in normal.known
    assert history.series[DRAIN].days[0] == FIRST + timedelta(days=5)


def test_what_was_learned_in_another_context_is_learned_again() -> None:
    """The prior of an index gained a context with an upgrade: what was learned without it cannot be compared."""
    history, references = story(WASHER, {}, 34)
    means = references[DRAIN].model["means"]
    before = replace(references[DRAIN], model={**references[DRAIN].model, "means": [*means, 1.0]})
    known = normal_of(WASHER, {**references, DRAIN: before}, (), None).known
    assert set(references) - set(known) == {DRAIN}
    assert DRAIN in {one.index for one in learn_missing(WASHER, history, known, lambda first, last: ())}


@pytest.mark.parametrize(("action", "first"), [("descaled", 38), ("filter_cleaned", 0)])
def test_days_before_a_descaling_tell_of_nothing_that_is_there_now_and_the_level_stays(action: str, first: int) -> None:
    history, references = story(Kind.WATER_HEATER, {"top_share": 0.25}, 40)
    normal = normal_of(Kind.WATER_HEATER, references, [told(37, action, "limescale")], None)
    judged = renew(normal, history).judged()["top_share"]
    assert judged.model["level"] == references["top_share"].model["level"]
    assert judged.watched_from == max(references["top_share"].watched_from, FIRST + timedelta(days=first))
    now = replace(history, series=normal.cut(history.series))
    said = judge_appliance(Kind.WATER_HEATER, now, {**references, "top_share": judged}, evening(40))
    assert ("limescale" in {one.fault for one in said if one.present}) == (action != "descaled")
