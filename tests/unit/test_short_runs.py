"""A unit that runs for a few minutes at a time tells by what had settled of its runs, less what still had to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.features.air_conditioner import COIL_DROP, steady_of
from models.features.day import Day, Floats, Rows
from models.features.steady import steady_windows
from models.healthy.air_side import expected_drop_k, model_from_json
from models.healthy.slopes import UNSETTLED
from models.judge import judge_appliance
from tests.unit.synthetic_days import FIRST, evening, remember

STEP_S = 300.0
LAG_S = 120.0
DAYS = 45


def _scatter(rng: np.random.Generator, count: int) -> Floats:
    return rng.normal(0.0, 0.1, count)


def runs_of(number: int, minutes: float = 9.0, every: float = 30.0, charge: float = 1.0, *, fan: bool = False) -> Day:
    """Cooling at 55 Hz for some minutes of every half hour, told each five minutes, whenever that falls in a run.

    What is told has come to 1 - exp(-age / 2 min) of 12 K at the supply, 15 K at the coil, 40 K at the discharge over
    the charge, of which the valve hides that the room gets less. It rests until six. With
    `fan` its level is another one for the first five minutes.
    """
    day = FIRST + timedelta(days=number)
    rng = np.random.default_rng(number)
    second = np.arange(0.0, 86_400.0, STEP_S, dtype=np.float64)
    begins = np.arange(0.0, 86_400.0, every * 60.0) + rng.uniform(0.0, 300.0, round(1440 / every))
    age = second - begins[np.maximum(np.searchsorted(begins, second, side="right") - 1, 0)]
    runs = (age >= 0.0) & (age < minutes * 60.0) & (second > 6 * 3600.0)
    come = np.where(runs, 1.0 - np.exp(-np.maximum(age, 0.0) / LAG_S), 0.0)
    room, outdoor = (
        26.0 + _scatter(rng, len(second)),
        31.0 + 2.0 * np.sin(second / 86_400.0 * 2 * np.pi) + _scatter(rng, len(second)),
    )
    numbers = {
        "compressor_hz": np.where(runs, 55.0, 0.0),
        "room_c": room,
        "supply_c": room - 12.0 * come + _scatter(rng, len(second)),
        "coil_in_c": room - 15.0 * come + _scatter(rng, len(second)),
        "outdoor_c": outdoor,
        "discharge_c": outdoor + 40.0 * come / charge + _scatter(rng, len(second)),
        "power_w": np.where(runs, 800.0, 3.0),
        "fan_level": np.where(runs, np.where(fan & (age < STEP_S), 3.0, 2.0), 0.0),
        "setpoint_c": np.full(len(second), 26.0),
    }
    start_s = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    texts = {"mode": np.where(runs, "cool", "off")}
    return Day(day=day, readings=Rows(time_s=start_s + second, numbers=numbers, texts=texts))


def test_a_run_of_nine_minutes_tells_by_its_second_row() -> None:
    windows = steady_of(runs_of(0))
    assert len(windows) > 20
    assert windows.unsettled == pytest.approx(np.full(len(windows), np.exp(-3.0)))  # 450 s of time constants of 150 s
    assert np.median(windows.coil_drop_k) == pytest.approx(14.6, abs=0.3)


def test_what_is_too_short_to_settle_and_what_nobody_saw_begin_tell_nothing() -> None:
    assert len(steady_of(runs_of(0, minutes=5.0))) == 0
    begun = np.arange(3, dtype=np.float64) * STEP_S
    rows = Rows(time_s=begun, numbers={"compressor_hz": np.full(3, 55.0)}, texts={"mode": np.full(3, "cool")})
    assert len(steady_windows(rows)) == 0


def test_a_run_that_holds_a_steady_window_is_no_short_one() -> None:
    windows = steady_of(runs_of(0, minutes=60.0, every=120.0))
    assert len(windows) > 8
    assert (windows.unsettled == 0.0).all()


def test_of_a_run_whose_fan_changed_the_rows_since_count() -> None:
    windows = steady_of(runs_of(0, minutes=14.0, fan=True))
    assert set(windows.fan_level.tolist()) == {2.0}


def test_no_rows_no_windows() -> None:
    assert len(steady_windows(Rows(time_s=np.empty(0), numbers={}, texts={}))) == 0


def test_a_steady_window_is_expected_to_show_what_short_runs_had_left() -> None:
    days = [runs_of(number) for number in range(20)]
    _, references = remember(Kind.AIR_CONDITIONER, days, evening(19))
    model = model_from_json(references[COIL_DROP].model)
    long = steady_of(runs_of(30, minutes=60.0, every=120.0))
    ratio = long.coil_drop_k / expected_drop_k(model, long, "coil_drop_k")
    assert np.nanmedian(ratio) == pytest.approx(1.0, abs=0.03)


def test_what_was_learned_before_short_runs_were_told_apart_is_not_compared_with_them() -> None:
    days = [runs_of(number, minutes=60.0, every=120.0) for number in range(20)]
    _, references = remember(Kind.AIR_CONDITIONER, days, evening(19))
    kept = references[COIL_DROP].model
    apart = [place for place, name in enumerate(kept["context"]) if name != UNSETTLED]
    before = {name: [kept[name][place] for place in apart] for name in ("context", "mean", "low", "high", "slopes")}
    short = steady_of(runs_of(30))
    assert np.isfinite(expected_drop_k(model_from_json(kept), short, "coil_drop_k")).any()
    assert np.isnan(expected_drop_k(model_from_json({**kept, **before}), short, "coil_drop_k")).all()


def lost(number: int) -> float:
    return 1.0 - 0.2 * float(np.clip((number - 20) / 25.0, 0.0, 1.0))


@pytest.mark.parametrize(("charge", "faults"), [(lost, ["refrigerant_leak"]), (lambda _: 1.0, [])])
def test_a_leak_of_a_unit_that_only_cycles_is_found(charge: Callable[[int], float], faults: list[str]) -> None:
    days = [runs_of(number, charge=charge(number)) for number in range(DAYS)]
    history, references = remember(Kind.AIR_CONDITIONER, days, evening(DAYS - 1))
    verdicts = judge_appliance(Kind.AIR_CONDITIONER, history, references, evening(DAYS - 1))
    assert [one.fault for one in verdicts if one.present] == faults
