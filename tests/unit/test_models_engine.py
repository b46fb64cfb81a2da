"""The engine behind the table of faults: right names, the prior file, prognosis, and indices by hand calculation."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.faults import fault_of
from domain.signals import Kind
from models.detectors import defrost_silence
from models.detectors.known_faults import SIGNATURES
from models.detectors.pattern import graver_is_likely
from models.features import daily_indices
from models.features.day import Day, Rows
from models.features.fan import STEPS
from models.healthy.deviations import deviations_of
from models.healthy.fleet_prior import SHIPPED, SHIPPED_SHA256, UntrustedPriorError, read_priors
from models.history import history_of
from models.judge import judge_appliance
from models.prognosis import LATEST_DAYS, days_until, with_time_scale
from tests.unit.index_stories import story
from tests.unit.synthetic_days import FIRST, evening

LAST = 45
CLOGGED_FAN = {f"fan_law_{step}": -0.25 for step in STEPS} | {f"watts_at_{step}": -0.12 for step in STEPS}
DAY = date(2025, 6, 1)
MIDNIGHT_S = 1_748_736_000.0  # 2025-06-01 00:00 UTC


def present(kind: Kind, moves: dict[str, float], last: int = LAST) -> set[str]:
    history, references = story(kind, moves, last)
    return {verdict.fault for verdict in judge_appliance(kind, history, references, evening(last)) if verdict.present}


@pytest.mark.parametrize(
    ("kind", "moves", "expected"),
    [
        (Kind.AIR_CONDITIONER, {"air_drop_k": 0.25, "coil_drop_k": 0.18, "guard_load": -0.22}, {"filter_clog"}),
        # All that goes with the heat moved together: more is asked of it, nothing is wrong with it.
        (
            Kind.AIR_CONDITIONER,
            {"air_drop_k": 0.2, "coil_drop_k": 0.2, "outdoor_rise_k": 0.2, "steady_power_w": 0.2},
            set(),
        ),
        # A tenth less of everything is what is asked of it; no weather halves what a speed moves.
        (
            Kind.AIR_CONDITIONER,
            {"air_drop_k": -0.1, "coil_drop_k": -0.1, "outdoor_rise_k": -0.1, "steady_power_w": -0.1},
            set(),
        ),
        (
            Kind.AIR_CONDITIONER,
            {"air_drop_k": -0.5, "coil_drop_k": -0.4, "outdoor_rise_k": -0.5, "steady_power_w": -0.3},
            {"refrigerant_leak"},
        ),
        # The valve opens, nothing else moves: the first of the charge is gone.
        (Kind.AIR_CONDITIONER, {"steady_eev_steps": 0.25}, {"refrigerant_leak"}),
        (Kind.AIR_CONDITIONER, {"discharge_lift_k": 0.2}, set()),  # its thermometer drifts
        # Longer runs and slower cooling at hardly more power, then dust: power first.
        (
            Kind.REFRIGERATOR,
            {"duty": 0.4, "gross_cooling_k_per_h": -0.35, "pulldown_k_per_h": -0.5, "mean_power_w": 0.45}
            | {"evap_depth_k": -0.3, "cycle_pace_per_h": -0.35},
            {"compressor_failing"},
        ),
        # A torn seal, runs that nearly join: what is left of capacity after the load goes to nothing.
        (
            Kind.REFRIGERATOR,
            {"warmup_per_h": 0.25, "freezer_warmup_per_h": 0.12, "duty": 0.2, "mean_power_w": 0.25, "on_power_w": 0.06}
            | {"pulldown_k_per_h": -2.0, "starts_per_h": -1.5},
            {"door_seal_leak"},
        ),
        (
            Kind.REFRIGERATOR,
            {"on_power_w": 0.15, "duty": 0.14, "mean_power_w": 0.29, "pulldown_k_per_h": -0.2, "evap_depth_k": -0.1}
            | {"gross_cooling_k_per_h": -0.12, "cycle_pace_per_h": -0.12},
            {"condenser_dust"},
        ),
        (
            Kind.REFRIGERATOR,
            {"on_power_w": 0.06, "duty": 0.35, "mean_power_w": 0.41, "pulldown_k_per_h": -0.6, "evap_depth_k": -0.3}
            | {"gross_cooling_k_per_h": -0.35, "cycle_pace_per_h": -0.35},
            {"compressor_failing"},
        ),
        (Kind.WATER_HEATER, {"anode_ma": -0.4}, {"anode_spent"}),
        (Kind.WATER_HEATER, {"resistance_ohm": 0.025, "heater_on_w": -0.025}, {"element_failing"}),
        (Kind.WATER_HEATER, {"resistance_ohm": 0.012, "heater_on_w": -0.012}, set()),  # a meter in a warmer cupboard
        (Kind.WATER_HEATER, {"top_share": 0.25}, {"limescale"}),
        (Kind.WATER_HEATER, {"top_share": 0.13}, {"limescale"}),  # long before the first cut-out
        (Kind.WATER_HEATER, {"end_lag_k": 1.5}, {"limescale"}),  # a small tank: top_share is told too seldom
        (Kind.WATER_HEATER, {"end_lag_k": 0.5}, set()),  # some weeks of draws during heating do as much
        (Kind.WATER_HEATER, {"end_fall_k": 0.9}, {"limescale"}),  # one thermometer alone
        (Kind.WATER_HEATER, {"end_fall_k": 0.3}, set()),  # hotter water cools a little faster
        (Kind.REFRIGERATOR, {"on_power_w": 0.3, "mean_power_w": 0.3}, set()),  # its power meter drifts
        (Kind.REFRIGERATOR, {"fridge_c": 4.0}, set()),  # its thermometer drifts
        (Kind.WATER_HEATER, {"burst_min": -0.6, "starts_per_heat_h": 0.6}, set()),  # drawn more often, no lime
        (Kind.WASHING_MACHINE, {"fill_s_per_l": 0.4}, {"inlet_valve_weak"}),
        # Water comes slower to the dishwasher as well: that is the mains.
        (Kind.WASHING_MACHINE, {"fill_s_per_l": 0.4, "mains_s_per_l": 0.44}, set()),
        # Faults of parts that share no index are there side by side.
        (
            Kind.WASHING_MACHINE,
            {"drain_s_per_l": 0.5, "tumble_vibration_mm_s": 0.5, "spin_vibration_mm_s": 0.5, "wash_power_w": 0.2},
            {"drain_filter_clog", "bearing_wear"},
        ),
        # A vibration sensor whose zero drifts, or that reads ten times: neither spinning nor the motor says so.
        (Kind.WASHING_MACHINE, {"tumble_vibration_mm_s": 0.26, "spin_vibration_mm_s": 0.03}, set()),
        (Kind.WASHING_MACHINE, {"tumble_vibration_mm_s": 2.3}, set()),
        # Less air: the inlet is hotter long before the thermostat makes drying slower.
        (Kind.DRYER, {"inlet_rise_k": 0.17, "dry_rise_k_per_kw": 0.1}, {"vent_clog"}),
        (Kind.DRYER, {"wet_rise_k_per_kw": 0.13, "dry_rise_k_per_kw": 0.14}, set()),  # the outlet's thermometer drifts
        (Kind.DISHWASHER, {"heat_duty": -0.16, "heat_rate_k_per_h": -0.18}, {"heater_failure"}),
        (Kind.DISHWASHER, {"heat_duty": -1.0}, set()),  # the water warms as ever: what is told of the heater is wrong
        (Kind.DISHWASHER, {"heat_rate_k_per_h": -0.3}, set()),  # all the heat is given, to more water
        (Kind.AIR_PURIFIER, CLOGGED_FAN, {"filter_clog"}),
        (Kind.AIR_PURIFIER, {"watts_at_2": 0.1}, set()),  # more watts is no clog
    ],
)
def test_the_right_name_or_none(kind: Kind, moves: dict[str, float], expected: set[str]) -> None:
    assert present(kind, moves) == expected


@pytest.mark.parametrize(("trips", "counted"), [(0.0, 0.0), (1.0, 1.0), (3.0, 3.0), (40.0, 3.0)])
def test_an_element_that_trips_all_day_counts_as_one_that_trips_three_times(trips: float, counted: float) -> None:
    counts = [0.0] * LAST + [trips]
    rows = [(FIRST + timedelta(days=n), "cutout_trips", count, 0.0, 200.0) for n, count in enumerate(counts)]
    found = deviations_of(Kind.WATER_HEATER, history_of(rows, evening(LAST + 1)), {})["cutout_trips"]
    # Nothing is learned yet: what counts is beyond the most that sound ones show, 2.5 times 0.1 a day.
    assert found.values[-1] == pytest.approx(max(0.0, min(trips - 0.25, counted)))


@pytest.mark.parametrize(
    ("trips", "expected"),
    [([3.0], {"limescale"}), ([2.0, 2.0], {"limescale"}), ([2.0], set()), ([1.0, 1.0], set())],
)
def test_a_cut_out_that_trips_again_and_again_is_told_at_once(trips: list[float], expected: set[str]) -> None:
    counts = [0.0] * LAST + trips
    rows = [(FIRST + timedelta(days=n), "cutout_trips", count, 0.0, 200.0) for n, count in enumerate(counts)]
    now = evening(len(counts))
    verdicts = judge_appliance(Kind.WATER_HEATER, history_of(rows, now), {}, now)
    assert {verdict.fault for verdict in verdicts if verdict.present} == expected


def test_a_healthy_unit_of_any_kind_is_left_alone() -> None:
    assert {kind: present(kind, {}) for kind in Kind} == {kind: set() for kind in Kind}


def test_a_prior_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "prior.json"
    changed.write_bytes(SHIPPED.read_bytes().replace(b'"format": 1', b'"format":  1'))
    with pytest.raises(UntrustedPriorError, match="not the registered file"):
        read_priors(changed, SHIPPED_SHA256)
    assert read_priors(SHIPPED, SHIPPED_SHA256)


def test_prognosis_needs_a_trend_and_brackets_a_straight_one() -> None:
    days = [DAY + timedelta(days=number) for number in range(30)]
    rng = np.random.default_rng(3)
    rising = 0.005 * np.arange(30) + rng.normal(0, 0.005, 30)
    found = days_until(days, rising, (0.2, 0.25, 0.3), 0.005)
    assert found is not None
    # 0.145 on the last day, 0.25 at 0.005 a day: 21 days at the old pace, 15 at the faster one that is believed.
    assert found[0] < 15 < found[2]
    assert 8 < found[1] < 25
    assert days_until(days, 0.15 + rng.normal(0, 0.005, 30), (0.2, 0.25, 0.3), 0.005) is None
    assert days_until(days[:4], rising[:4], (0.2, 0.25, 0.3), 0.005) is None


def indices(kind: Kind, **numbers: list[float]) -> dict[str, float]:
    length = len(next(iter(numbers.values())))
    rows = Rows(
        time_s=MIDNIGHT_S + np.arange(0.0, 300.0 * length, 300.0, dtype=np.float64),
        numbers={name: np.array(values, dtype=np.float64) for name, values in numbers.items()},
    )
    return {found.index: found.value for found in daily_indices(kind, Day(day=DAY, readings=rows))}


def test_resistance_does_not_depend_on_voltage() -> None:
    volt = [230.0, 230.0, 207.0, 207.0, 230.0, 230.0]
    heat = [v * v / 26.45 for v in volt]
    assert indices(Kind.WATER_HEATER, voltage_v=volt, heater_w=heat)["resistance_ohm"] == pytest.approx(26.45)


def test_warm_up_is_the_rate_over_the_temperature_difference() -> None:
    # An hour on, then an hour off in which the inside gains 0.1 K every five minutes: 1.2 K/h over about 20 K.
    on = [1.0] * 12 + [0.0] * 12
    inside = [4.0] * 12 + [4.0 + 0.1 * step for step in range(12)]
    found = indices(Kind.REFRIGERATOR, compressor_on=on, fridge_c=inside, ambient_c=[24.6] * 24)
    assert found["warmup_per_h"] == pytest.approx(1.2 / 20.0, rel=0.01)
    assert found["duty"] == pytest.approx(0.5)


def test_fan_law_is_the_same_at_any_speed_of_the_same_duct() -> None:
    rpm = [500.0] * 5 + [1000.0] * 5
    found = indices(
        Kind.RANGE_HOOD, fan_level=[1.0] * 5 + [2.0] * 5, fan_rpm=rpm, power_w=[8.0 * (r / 500.0) ** 3 for r in rpm]
    )
    assert found["fan_law_1"] == pytest.approx(found["fan_law_2"]) == pytest.approx(64.0)


def test_contact_resistance_is_the_slope_of_the_lost_voltage() -> None:
    current = [float(step % 12) for step in range(48)]
    found = indices(
        Kind.CIRCUIT, current_a=current, upstream_v=[231.0] * 48, voltage_v=[230.5 - 0.05 * amp for amp in current]
    )
    assert found["contact_ohm"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("kind", "code", "trend", "said"),
    [
        # 45 days, trend of 45: the centre is 45
        (Kind.AIR_CONDITIONER, "filter_clog", 45.0, (-4.5, 29.25, 94.5)),
        # 10 days, trend of 1000 counts as 50: 10 * 5 ** 0.2 = 13.8
        (Kind.REFRIGERATOR, "compressor_failing", 1000.0, (-0.69, 6.21, 20.7)),
        # and one of nothing as 2: 10 / 5 ** 0.2 = 7.25
        (Kind.REFRIGERATOR, "compressor_failing", 0.0, (-0.36, 3.26, 10.87)),
        # 365 days, trend of 365: noticed at most ten days too late
        (Kind.WATER_HEATER, "limescale", 365.0, (-LATEST_DAYS, 164.25, 547.5)),
    ],
)
def test_prognosis_joins_the_trend_with_the_time_scale_of_the_fault(
    kind: Kind, code: str, trend: float, said: tuple[float, float, float]
) -> None:
    assert with_time_scale(fault_of(kind, code), (0.0, trend, 999.0)) == pytest.approx(said, abs=0.01)


def test_no_prognosis_without_a_trend_or_of_a_hazard() -> None:
    assert with_time_scale(fault_of(Kind.AIR_CONDITIONER, "filter_clog"), None) is None
    assert with_time_scale(fault_of(Kind.CIRCUIT, "overload"), (1.0, 2.0, 3.0)) is None


def test_a_heater_is_seen_in_power_while_the_compressor_rests() -> None:
    on = [1.0] * 12 + [0.0] * 12
    power = [90.0] * 12 + [180.0] * 4 + [2.0] * 8  # twenty minutes of defrosting, five minutes a row
    assert indices(Kind.REFRIGERATOR, compressor_on=on, power_w=power)["defrost_h"] == pytest.approx(20 / 60)


def test_a_plug_guesses_the_heater_from_its_power() -> None:
    power = ([90.0] * 6 + [2.0] * 6) * 4 + [180.0] * 4 + [2.0] * 8
    found = indices(Kind.REFRIGERATOR, power_w=power)
    assert found["defrost_by_power_h"] == pytest.approx(20 / 60)
    assert found["on_power_w"] == pytest.approx(90.0)
    assert found["peak_power_w"] == 180.0  # of four rows of five minutes the third passes 0.2 h


def test_the_heat_that_passes_a_cold_bottom() -> None:
    # Ten minutes of calm heating, bottom 10 K colder: of 5 K that both rise in a step, the top takes one.
    found = indices(
        Kind.WATER_HEATER, heater_w=[0.0, 2000.0, 2000.0, 2000.0, 0.0, 0.0], top_c=[50.0, 50.0, 51.0, 52.0, 52.0, 52.0],
        bottom_c=[40.0, 40.0, 44.0, 48.0, 48.0, 48.0],
    )  # fmt: skip
    assert found["top_share"] == pytest.approx(0.2)


@pytest.mark.parametrize(("high_k", "cold_k", "share"), [(0.0, 0.0, None), (4.0, 0.0, None), (4.0, 10.0, 0.25)])
def test_a_bottom_is_cold_beyond_what_the_thermometers_differ_by_at_rest(
    high_k: float, cold_k: float, share: float | None
) -> None:
    # An even tank rises alike at top and bottom: without a cold bottom that is no heat that passes it.
    bottom = [50.0] * 36 + [50.0 - cold_k, 53.0 - cold_k, 56.0 - cold_k]
    top = [50.0 + high_k] * 36 + [50.0 + high_k + (3.0 if not cold_k else 1.0) * step for step in range(3)]
    found = indices(Kind.WATER_HEATER, heater_w=[0.0] * 36 + [2000.0] * 3, top_c=top, bottom_c=bottom)
    assert found.get("top_share") == (None if share is None else pytest.approx(share))


def test_a_large_rise_tells_more_of_the_heat_than_a_small_one() -> None:
    found = indices(
        Kind.WATER_HEATER, heater_w=[0.0, 2000.0, 2000.0, 2000.0, 0.0], top_c=[50.0, 50.0, 52.0, 52.7, 52.7],
        bottom_c=[30.0, 30.0, 38.0, 38.5, 38.5],
    )  # fmt: skip
    assert found["top_share"] == pytest.approx(2.7 / 11.2)


def test_a_thermometer_that_is_silent_for_most_of_the_day_tells_of_no_rise() -> None:
    found = indices(
        Kind.WATER_HEATER, heater_w=[0.0, 2000.0, 2000.0, 2000.0] + [0.0] * 5, bottom_c=[40.0, 40.0, 44.0] + [48.0] * 6,
        top_c=[50.0, 50.0, 51.0, 52.0] + [np.nan] * 5,
    )  # fmt: skip
    assert "top_share" not in found


@pytest.mark.parametrize("low_k", [0.0, 3.0])  # a thermometer that reads so much low at all times is no lime
@pytest.mark.parametrize("flow", [0.0, 4.0])
def test_a_bottom_that_is_cold_when_the_heating_ends(low_k: float, flow: float) -> None:
    # Three hours at rest, ten minutes of heating that leave the bottom 5 K behind, then rest again.
    top = [50.0] * 36 + [50.0, 53.0, 56.0] + [56.0] * 3
    bottom = [50.0] * 36 + [50.0, 50.5, 51.0] + [53.0] * 3
    found = indices(
        Kind.WATER_HEATER, heater_w=[0.0] * 36 + [2000.0] * 3 + [0.0] * 3, top_c=top,
        bottom_c=[one - low_k for one in bottom], flow_lpm=[0.0] * 38 + [flow] + [0.0] * 3,
    )  # fmt: skip
    # Where water is drawn as it ends, nothing is told: cold water comes in at the bottom.
    assert found.get("end_lag_k") == (None if flow else pytest.approx(5.0))


def test_a_tank_that_hardly_rests_tells_no_lag_at_the_end() -> None:
    heat = ([0.0] + [2000.0] * 3) * 8 + [0.0]
    found = indices(Kind.WATER_HEATER, heater_w=heat, top_c=[55.0] * 33, bottom_c=[50.0] * 33)
    assert "end_lag_k" not in found


@pytest.mark.parametrize("told", [{"flow_lpm": 0.0}, {"flow_lpm": 4.0}, {}, {"flow_lpm": 0.0, "bottom_c": 50.0}])
def test_a_top_that_falls_once_the_heating_ends(told: dict[str, float]) -> None:
    # Ten minutes of heating, then rest: of 60 °C at its end 58.2, 58, 58 and 57.8 are left after 15 to 30 minutes.
    found = indices(
        Kind.WATER_HEATER, heater_w=[0.0] + [2000.0] * 2 + [0.0] * 8,
        top_c=[55.0, 55.0, 58.0, 60.0, 59.0, 58.5, 58.2, 58.0, 58.0, 57.8, 57.8],
        **{name: [0.0 if name == "flow_lpm" else value] * 5 + [value] * 6 for name, value in told.items()},
    )  # fmt: skip
    # Nothing is told where water is drawn, or may be; and no detour is needed where the bottom is measured.
    assert found.get("end_fall_k") == (pytest.approx(2.0) if told == {"flow_lpm": 0.0} else None)


def test_mains_pressure_is_what_the_dishwasher_felt_on_the_day() -> None:
    beside = Rows(
        time_s=MIDNIGHT_S + 3600.0 * np.array([1.5, 14.0, 16.0]),
        numbers={"fill_s": np.array([40.0, 60.0, 70.0]), "litres": np.array([4.0, 3.0, 1.0])},
    )
    # 10 s/l at 01:30 and 20 s/l at 14:00, whether or not the machine washed; the third fill is too small to tell.
    found = {
        one.index: (one.value, one.weight) for one in daily_indices(Kind.WASHING_MACHINE, Day(day=DAY, beside=beside))
    }
    assert found["mains_s_per_l"] == (15.0, 2.0)


def test_a_plug_tells_how_long_a_dryer_cools() -> None:
    # Minute by minute: 60 min heated, of which the thermostat takes each fourth after the first quarter of an hour,
    # then 12 min of motor alone, then standby.
    minutes = np.arange(80)
    heated = (minutes < 60) & ((minutes < 15) | (minutes % 4 != 0))
    power = np.where(heated, 2100.0, np.where(minutes < 72, 210.0, 1.0))
    rows = Rows(time_s=MIDNIGHT_S + 60.0 * (480 + minutes), numbers={"power_w": power})
    found = {one.index: one.value for one in daily_indices(Kind.DRYER, Day(day=DAY, readings=rows))}
    assert (found["heated_min"], found["cooling_min"], found["heater_on_w"]) == (59.0, 12.0, 2100.0)
    # From minute 15 to 59: 45 rows, of which 16, 20, ..., 56 without heat.
    assert found["heater_duty"] == pytest.approx(34 / 45)


@pytest.mark.parametrize(
    ("every", "silent_days", "present"), [(1, 4, True), (1, 2, False), (3, 20, False)],
    ids=["regular, then silent", "not for long enough", "comes and goes anyway"],
)  # fmt: skip
def test_a_silence_of_guessed_pulses_counts_where_they_came_regularly(
    every: int, silent_days: int, present: bool
) -> None:
    last = 40
    rows = [
        (FIRST + timedelta(days=n), index, value, 0.0, 200.0)
        for n in range(last + 1)
        for index, value in (
            ("run_h", 14.0),
            ("on_power_w", 80.0),
            ("defrost_by_power_h", 0.3 * (n % every == 0 and n <= last - silent_days)),
        )
    ]
    verdict = defrost_silence.judge(history_of(rows, evening(last)), {}, evening(last))
    assert (verdict is not None and verdict.present) is present


@pytest.mark.parametrize(
    ("peak_w", "on_w", "present"),
    # The heater drew 180 W: where the compressor's own power has moved, days have to peak below 0.83 of it, 149 W.
    [(178.0, 146.0, False), (150.0, 146.0, True), (150.0, 110.0, False), (143.0, 110.0, True)],
    ids=["heater", "compressor", "compressor that changed", "changed, too weak for a heater"],
)
def test_a_pulse_that_a_hot_kitchen_hides_is_known_by_the_power_of_the_heater(
    peak_w: float, on_w: float, present: bool
) -> None:
    """Five days without a guessed pulse: they peak at what the heater drew before, or at what a compressor can."""
    last = 40
    rows = [
        (FIRST + timedelta(days=n), index, value, 0.0, 200.0)
        for n in range(last + 1)
        for index, value in (
            ("run_h", 14.0),
            ("on_power_w", 140.0 if n <= last - 5 else on_w),
            ("defrost_by_power_h", 0.33 if n <= last - 5 else 0.0),
            ("peak_power_w", 180.0 if n <= last - 5 else peak_w),
        )
    ]
    verdict = defrost_silence.judge(history_of(rows, evening(last)), {}, evening(last))
    assert (verdict is not None and verdict.present) is present


@pytest.mark.parametrize(
    ("peak_w", "on_w", "present"),
    [(110.0, 100.0, True), (160.0, 100.0, False), (110.0, 112.0, False)],
    ids=["none near the heater", "one as strong as the heater", "another machine"],
)
def test_pulses_on_every_second_day_are_missed_where_nothing_else_comes_near_them(
    peak_w: float, on_w: float, present: bool
) -> None:
    """Of the heater's 180 W 0.83 are 149 W; running draws 100 W, give or take 6 %."""
    last, silent = 40, 35
    rows = [
        (FIRST + timedelta(days=n), index, value, 0.0, 200.0)
        for n in range(last + 1)
        for index, value in (
            ("run_h", 10.0),
            ("on_power_w", 100.0 if n < silent else on_w),
            ("defrost_by_power_h", 0.33 if n < silent and n % 2 == 0 else 0.0),
            ("peak_power_w", peak_w if n >= silent else 180.0 if n % 2 == 0 else 110.0),
        )
    ]
    history = history_of(rows, evening(last))
    verdict = defrost_silence.judge(history, {}, evening(last))
    assert (verdict is not None and verdict.present) is present
    assert defrost_silence.undefrosted(history) is (peak_w < 149.0)


@pytest.mark.parametrize(
    ("own", "other", "chance", "waits"),
    [
        ("condenser_dust", "compressor_failing", 0.30, True),  # 0.3 is more than half of 0.5
        ("condenser_dust", "compressor_failing", 0.20, False),
        ("condenser_dust", "door_seal_leak", 0.45, False),  # the owner can put right either
        ("compressor_failing", "defrost_failure", 0.45, False),  # somebody comes for either
    ],
)
def test_what_an_owner_can_put_right_waits_while_something_graver_is_likely(
    own: str, other: str, chance: float, waits: bool
) -> None:
    signature = next(one for one in SIGNATURES if (one.kind, one.fault) == (Kind.REFRIGERATOR, own))
    assert graver_is_likely(signature, {own: 0.5, other: chance}) is waits
