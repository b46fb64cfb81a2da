"""What a dryer's outlet tells of the air where no inlet is measured: wet load, dry load, and how fast it cools."""

from datetime import date, timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, Rows
from models.features.dryer import USUAL_C, _room
from models.healthy.deviations import _beside_air
from models.healthy.fleet_prior import priors_of
from models.healthy.level import Deviation, learn_level
from models.history import history_of
from models.judge import judge_appliance
from tests.unit.index_stories import story
from tests.unit.synthetic_days import FIRST, evening

DAY = date(2025, 6, 1)
MIDNIGHT_S = 1_748_736_000.0  # 2025-06-01 00:00 UTC
ROOM_C = 22.0


def told(
    loss_per_h: float, *, starts: int = 720, heated: int = 70, off_c: float = 0.0, silent: bool = False
) -> dict[str, float]:
    """A run of minutes with 2 kW, whose drum takes 16 K per kW and hour when wet and 60 when dry, and loses so much."""
    idle = np.arange(0, max(starts, 1), 30) if starts else np.arange(0)
    minutes = np.concatenate((idle, np.arange(starts, starts + heated + 26), [starts + heated + 60]))
    runs = (minutes >= starts) & (minutes < starts + heated + 25)
    heats = runs & (minutes < starts + heated)
    rise = np.zeros(len(minutes))
    for row in np.flatnonzero(runs):
        gain = 0.0 if not heats[row] else 16.0 if minutes[row] < starts + 0.7 * heated else 60.0
        rise[row] = rise[row - 1] + (2.0 * gain - loss_per_h * rise[row - 1]) / 60.0 if minutes[row] > starts else 0.0
    rows = Rows(
        time_s=MIDNIGHT_S + 60.0 * minutes,
        numbers={
            "heater_w": np.where(heats, 2000.0, 0.0),
            "exhaust_c": np.full(len(minutes), np.nan) if silent else ROOM_C + off_c + rise,
        },
        texts={"phase": np.where(runs, "dry", "idle")},
    )
    return {one.index: one.value for one in daily_indices(Kind.DRYER, Day(day=DAY, readings=rows))}


def test_a_wet_load_a_dry_load_and_how_fast_it_cools() -> None:
    found = told(2.4)
    assert found["wet_rise_k_per_kw"] == pytest.approx(16.0 / 2.4 * -np.expm1(-2.4), rel=0.03)
    assert found["cooling_per_h"] == pytest.approx(2.4, rel=0.03)
    assert found["heated_min"] == 69.0


def test_less_air_is_hotter_and_cools_more_slowly_and_how_far_the_thermometer_is_off_does_not_matter() -> None:
    before, after = told(2.4), told(1.8, off_c=1.5)
    change = {index: float(np.log(after[index] / before[index])) for index in before if index.endswith(("_kw", "_h"))}
    assert change["cooling_per_h"] == pytest.approx(np.log(1.8 / 2.4), abs=0.02)
    assert 0.1 < change["wet_rise_k_per_kw"] < 0.29
    assert 0.05 < change["dry_rise_k_per_kw"] < 0.29


@pytest.mark.parametrize(
    "run", [{"starts": 0}, {"heated": 20}, {"silent": True}], ids=["since yesterday", "too short", "no thermometer"]
)
def test_what_tells_nothing_of_the_outlet(run: dict[str, int]) -> None:
    assert not {"wet_rise_k_per_kw", "dry_rise_k_per_kw", "cooling_per_h"} & told(2.4, **run).keys()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({"wet_rise_k_per_kw": 0.13, "dry_rise_k_per_kw": 0.14, "cooling_per_h": -0.18}, {"vent_clog"}),
        ({"wet_rise_k_per_kw": 0.13, "dry_rise_k_per_kw": 0.14}, {"vent_clog"}),
        ({"wet_rise_k_per_kw": -0.13, "dry_rise_k_per_kw": -0.14, "cooling_per_h": 0.18}, set()),
    ],
    ids=["all it tells", "cool as soon as it is dry", "more air"],
)
def test_a_clogged_duct_is_told_by_the_outlet_alone(moves: dict[str, float], expected: set[str]) -> None:
    untold = {"inlet_rise_k", "heater_duty", "minutes_per_kg", "cooling_min"} | (
        set() if len(moves) == 3 else {"cooling_per_h"}
    )
    history, references = story(Kind.DRYER, moves, 45, missing=frozenset(untold))
    verdicts = judge_appliance(Kind.DRYER, history, references, evening(45))
    assert {one.fault for one in verdicts if one.present} == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [(1440, (21.44, 23.0)), (880, (20.0, 20.0))],
    ids=["between the hours of rest before and after", "nothing after it yet"],
)
def test_the_room_of_a_run(until: int, expected: tuple[float, float]) -> None:
    # A run from 12:00 to 13:10 in a room of 20 degrees that has 26 an hour and a half later.
    minutes = np.concatenate((np.arange(0, 720, 30), np.arange(720, 790), np.arange(820, 1440, 30)))
    minutes = minutes[minutes < until]
    runs = (minutes >= 720) & (minutes < 790)
    air = np.where(runs, 86.0, np.where(minutes < 720, 20.0, np.where(minutes < 880, 70.0, 26.0)))
    room = _room(60.0 * minutes, air, runs)
    # The hour before is told at 11:00, the one after at 15:10, 250 minutes later.
    assert room[(minutes == 720) | (minutes == 785)] == pytest.approx(expected)


def test_a_room_that_nothing_told_is_the_usual_one() -> None:
    minutes, runs = np.arange(60), np.ones(60, dtype=np.bool_)
    assert (_room(60.0 * minutes, np.full(60, 40.0), runs) == USUAL_C).all()


def deviation(ordinals: list[int], observed: list[float], expected: float = 1.0) -> Deviation:
    """Days of a share, with a standard deviation of 0.02."""
    days, told = np.array(ordinals), np.array(observed)
    return Deviation(
        days=tuple(map(date.fromordinal, ordinals)), values=told - expected, noise=np.full(len(days), 0.02),
        expected=np.full(len(days), expected), observed=told, drift=0.0, ordinals=days,
    )  # fmt: skip


def test_a_heater_that_is_never_held_back_tells_nothing_of_the_air_where_something_else_does() -> None:
    others = {"cooling_min": deviation([101, 102], [1.0, 1.0])}
    duty = deviation([100, 101, 102], [1.0, 1.0, 0.9])
    # On day 100 nothing else was told: no share of such a day is a word for no clog either.
    told = _beside_air({**others, "heater_duty": duty})["heater_duty"]
    assert told.ordinals.tolist() == [102]
    assert told.observed.tolist() == [0.9]
    assert _beside_air({**others, "heater_duty": deviation([100, 101], [1.0, 1.0])}).keys() == others.keys()
    assert _beside_air({"heater_duty": duty})["heater_duty"] is duty
    # One that is held back when it is healthy tells of more air as well.
    often = deviation([101, 102], [1.0, 0.9], 0.9)
    assert _beside_air({**others, "heater_duty": often})["heater_duty"].ordinals.tolist() == [101, 102]


def test_the_time_to_dry_alone_makes_no_day_where_other_days_tell_of_the_air() -> None:
    minutes = deviation([100, 101, 102], [1.2, 1.0, 1.1])
    told = _beside_air({"cooling_min": deviation([101, 102], [1.0, 1.0]), "minutes_per_kg": minutes})
    assert told["minutes_per_kg"].ordinals.tolist() == [101, 102]
    assert _beside_air({"minutes_per_kg": minutes})["minutes_per_kg"] is minutes


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({"dry_rise_k_per_kw": 0.2, "cooling_min": 4.0, "minutes_per_kg": 0.1}, set()),
        (
            {"dry_rise_k_per_kw": 0.2, "cooling_min": 4.0, "minutes_per_kg": 0.1, "wet_rise_k_per_kw": 0.2},
            {"vent_clog"},
        ),
    ],
    ids=["dried further", "short of air"],
)
def test_a_programme_that_dries_further_is_no_clogged_duct(moves: dict[str, float], expected: set[str]) -> None:
    untold = frozenset({"inlet_rise_k", "heater_duty", "cooling_per_h"})
    history, references = story(Kind.DRYER, moves, 45, missing=untold)
    verdicts = judge_appliance(Kind.DRYER, history, references, evening(45))
    assert {one.fault for one in verdicts if one.present} == expected


def test_an_inlet_whose_duct_clogs_within_days_has_its_normal_from_its_coolest() -> None:
    kelvin = [60.0, 61.0, 60.5, 60.0, 66.0, 72.0, 78.0, 84.0]
    rows = [(FIRST + timedelta(days=2 * day), "inlet_rise_k", value, 0.0, 30.0) for day, value in enumerate(kelvin)]
    reference = learn_level(priors_of(Kind.DRYER)["inlet_rise_k"], history_of(rows, evening(16)))
    assert reference is not None
    assert float(np.exp(reference.model["level"])) == pytest.approx(60.4, abs=0.5)
