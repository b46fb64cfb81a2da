"""How long a refrigerator runs and rests tells the cold that it makes, without a thermometer and in any kitchen."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, Rows
from models.features.thermostat import CYCLE_PACE, REST_PACE
from models.healthy.deviations import deviations_of
from models.history import history_of
from models.judge import judge_appliance
from tests.unit.index_stories import story
from tests.unit.synthetic_days import FIRST, evening

MIDNIGHT_S = 1_748_736_000.0  # 2025-06-01 00:00 UTC


def paces(minutes: Sequence[tuple[int, float]], *, thermometer: bool = False, silent_h: float = 0.0) -> list[float]:
    """Both paces of a day of rows every five minutes that repeats these minutes at this power, W."""
    pattern = np.concatenate([np.full(length // 5, watts) for length, watts in minutes])
    numbers = {"power_w": np.resize(pattern, 288)}
    if thermometer:
        numbers["fridge_c"] = np.full(288, 4.0)
    time_s = MIDNIGHT_S + 300.0 * np.arange(288) + np.where(np.arange(288) >= 144, 3600.0 * silent_h, 0.0)
    day = Day(day=date(2025, 6, 1), readings=Rows(time_s=time_s, numbers=numbers))
    found = {one.index: one.value for one in daily_indices(Kind.REFRIGERATOR, day)}
    return [found[index] for index in (CYCLE_PACE, REST_PACE) if index in found]


# Capacity q = 2 and heat h, both over C B in 1/h: a rest takes 1/h, a run 1/(q - h), and 1/run + 1/rest is q.
@pytest.mark.parametrize(
    ("rest_min", "run_min", "pace", "rest"),
    [(60, 60, 2.0, 1.0), (40, 120, 2.0, 1.5), (120, 40, 2.0, 0.5), (60, 120, 1.5, 1.0)],
    ids=["half and half", "hot kitchen", "cool kitchen", "a quarter of the cold lost"],
)
def test_the_sum_of_both_paces_tells_the_machine_and_the_rests_alone_the_kitchen(
    rest_min: int, run_min: int, pace: float, rest: float
) -> None:
    assert paces([(rest_min, 2.0), (run_min, 90.0)]) == pytest.approx([pace, rest])


def test_what_a_defrost_begins_or_ends_does_not_count() -> None:
    """After 20 minutes at 250 W it runs two hours, the other three runs an hour: 1/1 + 1/1, as without a defrost."""
    usual = [(60, 2.0), (60, 90.0)] * 3
    assert paces([*usual, (60, 2.0), (20, 250.0), (120, 90.0)]) == pytest.approx([2.0, 1.0])


def test_what_a_silence_may_have_cut_short_does_not_count() -> None:
    assert paces([(60, 2.0), (60, 90.0)], silent_h=1.5) == pytest.approx([2.0, 1.0])


@pytest.mark.parametrize(
    ("minutes", "thermometer"),
    [([(10, 2.0), (5, 90.0)], False), ([(60, 2.0), (1380, 90.0)], False), ([(60, 2.0), (60, 90.0)], True)],
    ids=["starts given up", "hardly rests", "measured inside"],
)
def test_a_day_without_two_cycles_of_the_thermostat_has_no_pace(
    minutes: list[tuple[int, float]], *, thermometer: bool
) -> None:
    assert paces(minutes, thermometer=thermometer) == []


def test_rests_stand_in_for_a_kitchen_that_is_not_measured() -> None:
    """A kitchen 5 K warmer may raise the power by 2 % a kelvin, unless shorter rests tell that it is."""
    warmer = {"rest_pace_per_h": 0.3, "on_power_w": 0.09}  # rests 26 % shorter, 9 % more power: 0.3 of it
    blind = frozenset({"ambient_c", "compressor_hz", "fridge_c", "freezer_c"})
    told, untold = (
        deviations_of(Kind.REFRIGERATOR, *story(Kind.REFRIGERATOR, warmer, 45, missing=blind | missing))["on_power_w"]
        for missing in (frozenset[str](), frozenset({"rest_pace_per_h"}))
    )
    assert abs(float(np.median(told.values[-5:]))) < 0.03 < float(np.median(untold.values[-5:]))
    assert (told.drift, untold.drift) == pytest.approx((0.025, np.hypot(0.025, 0.1)), rel=1e-3)


@pytest.mark.parametrize(("gap", "said"), [(0.0, "defrost_failure"), (0.9, "sensor_fault")], ids=["sound", "stuck"])
def test_a_power_meter_that_stands_still_hides_the_defrost_heater(gap: float, said: str) -> None:
    """From day 30 on no pulse is told; of a meter that its own counter of energy contradicts nothing is guessed."""
    last, silent = 40, 30
    before_and_after = {
        "defrost_by_power_h": (0.33, 0.0), "peak_power_w": (180.0, 119.0), "run_h": (9.0, 24.0),
        "on_power_w": (119.0, 119.0), "only_power": (1.0, 1.0), "gap.power_w.energy_kwh": (0.0, gap),
    }  # fmt: skip
    rows = [
        (FIRST + timedelta(days=number), index, values[number >= silent], 0.0, 24.0)
        for number in range(last + 1)
        for index, values in before_and_after.items()
    ]
    history = history_of(rows, evening(last))
    assert {one.fault for one in judge_appliance(Kind.REFRIGERATOR, history, {}, evening(last)) if one.present} == {
        said
    }
