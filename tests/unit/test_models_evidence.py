"""How evidence is weighed: what competes for a name, how long what comes and goes has to last, what a unit scatters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.amplitude import Amplitudes, amplitudes_of, limits_of
from models.detectors.naming import rivals_among
from models.detectors.rivals import rivals_of
from models.detectors.signature import CautionParams
from models.features.day import Floats, Rows
from models.features.sensors import _energy_gap
from models.healthy.deviations import deviations_of
from models.healthy.fleet_prior import priors_of
from models.healthy.level import learn_level
from models.history import DatedIndex, history_of
from models.peers import standing_of
from tests.unit.index_stories import signature_named, story
from tests.unit.synthetic_days import FIRST, evening

FILL: Final = "fill_s_per_l"
VALVE: Final = signature_named(Kind.WASHING_MACHINE, "inlet_valve_weak")


def test_only_what_moves_the_same_indices_competes_for_a_name() -> None:
    wet = rivals_of(Kind.WASHING_MACHINE)
    assert {one.fault for one in rivals_among(wet, VALVE)} == {"inlet_valve_weak"}
    fridge = rivals_of(Kind.REFRIGERATOR)
    dust = signature_named(Kind.REFRIGERATOR, "condenser_dust")
    assert {one.fault for one in rivals_among(fridge, dust)} >= {"compressor_failing", "door_seal_leak", "power_meter"}


def filled_slowly(days: frozenset[int], last: int) -> Floats:
    """Amplitudes of a weak valve where a litre took 1.5 times as long on `days`; every third day was a washing day."""
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=number), FILL, 7.0 * (1.5 if number in days else 1.0), 0.0, 1.0)
        for number in range(0, last + 1, 3)
    ]
    history = history_of(rows, evening(last))
    reference = learn_level(priors_of(Kind.WASHING_MACHINE)[FILL], history)
    assert reference is not None
    found = amplitudes_of(VALVE, deviations_of(Kind.WASHING_MACHINE, history, {FILL: reference}))
    assert found is not None
    return found.values


@pytest.mark.parametrize(
    ("days", "weak"),
    [
        (frozenset({39, 42, 45}), False),  # 6 days: the mains are worked on
        (frozenset({36, 39, 42, 45}), True),  # 9 days, with every washing day of the last week and the one before it
        (frozenset({36, 42, 45}), False),  # between them it was well
    ],
)
def test_a_valve_is_weak_when_every_wash_of_more_than_a_week_was_slow(*, days: frozenset[int], weak: bool) -> None:
    # log(1.5) = 0.41; day 46 is not over
    assert filled_slowly(days, 46)[-1] == pytest.approx(0.41 if weak else 0.0, abs=0.01)


@pytest.mark.parametrize(
    ("slow", "weak"),
    [
        ([29, 36, 37, 38], False),  # a spell, a week without a wash, another spell: four slow washes in ten days
        ([29, 33, 36, 37], True),
        ([29, 33, 37], False),  # two within the last week: the mains may have been low twice in nine days
        ([29, 32, 37], True),
        ([29, 36], False),
        ([22, 29, 36], True),  # who washes once a week
    ],
)
def test_four_days_without_a_wash_may_lie_between_two_spells(*, slow: list[int], weak: bool) -> None:
    shown = washed_slowly(dict.fromkeys(slow, 1.5))[-1]
    assert shown == pytest.approx(0.41 if weak else 0.0, abs=0.01)


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (1.09, 0.14),  # log 0.09: no wash was as ever, so the middle of the last three counts and not the lowest
        (1.05, 0.05),  # log 0.05, below 0.6 of 0.12: that may have been a day like any
    ],
)
def test_what_was_never_as_ever_is_as_large_as_the_middle_of_three_days(before: float, shown: float) -> None:
    slow = {29: before, 32: 1.10, 34: 1.12, 36: 1.15, 37: 1.2, 38: 1.15}
    assert washed_slowly(slow)[-1] == pytest.approx(shown, abs=0.01)


def test_a_day_far_below_what_it_is_now_was_as_ever() -> None:
    assert washed_slowly({29: 1.09, 32: 1.4, 34: 1.4, 37: 1.4, 38: 1.4})[-1] == pytest.approx(0.09, abs=0.01)


def washed_slowly(slow: Mapping[int, float]) -> Floats:
    """Amplitudes of a weak valve where a litre took so many times 7 s on these days, after a fortnight of every day."""
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=number), FILL, 7.0 * slow.get(number, 1.0), 0.0, 1.0) for number in [*range(15), *slow]
    ]
    history = history_of(rows, evening(39))
    reference = learn_level(priors_of(Kind.WASHING_MACHINE)[FILL], history)
    assert reference is not None
    found = amplitudes_of(VALVE, deviations_of(Kind.WASHING_MACHINE, history, {FILL: reference}))
    assert found is not None
    return found.values


def test_days_of_low_mains_pressure_do_not_hide_what_a_unit_does_when_healthy() -> None:
    # Every third day half as long again: the lower side of the days scatters by hardly anything.
    values = [7.0 * (1.5 if number % 3 == 2 else 1.0 + 0.01 * (number % 2)) for number in range(12)]
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=number), FILL, one, 0.0, 1.0) for number, one in enumerate(values)
    ]
    reference = learn_level(priors_of(Kind.WASHING_MACHINE)[FILL], history_of(rows, evening(12)))
    assert reference is not None
    assert reference.model["noise"] < 0.12


def test_a_unit_whose_days_scatter_has_not_moved_for_its_peers_where_a_quiet_one_has() -> None:
    history, references = story(Kind.DRYER, {"heater_duty": -0.2}, 30)
    own = {index: one for index, one in references.items() if index == "heater_duty"}
    model = {**own["heater_duty"].model, "noise": 0.3}
    loud = {"heater_duty": type(own["heater_duty"])(
        index="heater_duty", learned_from=FIRST, learned_to=own["heater_duty"].learned_to, model=model
    )}  # fmt: skip
    quiet = standing_of(Kind.DRYER, history, own)["vent_clog"]
    assert quiet > 1.0
    again, _ = story(Kind.DRYER, {"heater_duty": -0.2}, 30)
    assert standing_of(Kind.DRYER, again, loud)["vent_clog"] < 0.5


def test_the_lowest_of_some_days_counts_as_the_days_that_it_stands_for() -> None:
    history, references = story(Kind.WASHING_MACHINE, {}, 30)
    found = amplitudes_of(VALVE, deviations_of(Kind.WASHING_MACHINE, history, references))
    assert found is not None
    limits = limits_of(VALVE, found, CautionParams())
    # Two standard deviations of the mean of `lowest_of` days, below whose middle their lowest lies, or the floor.
    assert limits.level == pytest.approx(
        max(VALVE.level, 2.0 * np.hypot(found.noise / np.sqrt(VALVE.lowest_of), found.drift))
    )


def test_less_caution_lowers_what_a_noisy_unit_has_to_show_but_never_the_fault_s_own_floor() -> None:
    vent = replace(signature_named(Kind.DRYER, "vent_clog"), caution=1.0)
    quiet = Amplitudes(
        days=(FIRST,), values=np.zeros(1), each=np.zeros(1), added=np.zeros(1), noise=0.01, drift=0.0, carried=False
    )
    noisy = replace(quiet, noise=0.09, drift=0.04)  # 0.066 of the middle of three days
    eager = replace(vent, caution=0.5)
    usual, lower = (limits_of(one, noisy, CautionParams()) for one in (vent, eager))
    assert (usual.level, usual.decision) == pytest.approx((0.197, 0.394), abs=0.001)
    assert (lower.level, lower.decision) == pytest.approx((0.098, 0.197), abs=0.001)
    assert limits_of(eager, quiet, CautionParams()) == limits_of(vent, quiet, CautionParams())


@pytest.mark.parametrize(
    ("power", "advance", "gap"),
    [
        # A meter that speaks on change: 5 min at 4 W, then 1 min at 2700 W, again and again; 45 Wh each time.
        ([4.0, 2700.0], [0.0454, 0.0], 0.0),
        # The same counter, while power is said ten times too high.
        ([40.0, 27000.0], [0.0454, 0.0], np.log(10.0)),
    ],
)
def test_energy_is_what_flowed_at_the_power_that_was_said(power: list[float], advance: list[float], gap: float) -> None:
    # 4 W for 300 s is 0.33 Wh, 2700 W for 60 s is 45 Wh; straight lines between the rows would make 135 Wh of it.
    times = np.cumsum([0.0] + [300.0, 60.0] * 10)
    counter = np.cumsum([0.0] + [0.00033, advance[0]] * 10)
    rows = Rows(time_s=times, numbers={"power_w": np.array([*(power * 10), power[0]]), "energy_kwh": counter})
    assert _energy_gap(Kind.REFRIGERATOR, rows)[0].value == pytest.approx(gap, abs=0.02)
