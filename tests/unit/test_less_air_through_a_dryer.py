"""What a dryer's outlet tells of the air where no inlet is measured: wet load, dry load, and how fast it cools."""

from datetime import date

import numpy as np
import pytest

from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, Rows
from models.judge import judge_appliance
from tests.unit.index_stories import story
from tests.unit.synthetic_days import evening

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
