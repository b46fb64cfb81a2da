"""A compressor is told from heat that comes in, from dust and from ice by the cold that the machine makes."""

from datetime import date, timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.amplitude import Amplitudes
from models.detectors.defrost_silence import undefrosted
from models.detectors.naming import is_decided, likelihoods
from models.detectors.pace import paced
from models.detectors.signature import CautionParams
from models.features import daily_indices
from models.features.day import Day, Rows
from models.healthy.deviations import Deviation, deviations_of
from models.healthy.fleet_prior import priors_of
from models.history import history_of
from models.judge import judge_appliance
from models.normal import moved_by
from tests.unit.index_stories import signature_named, story
from tests.unit.synthetic_days import FIRST, evening

LAST = 45
MIDNIGHT_S = 1_748_736_000.0  # 2025-06-01 00:00 UTC
WEAK = {"duty": 0.35, "mean_power_w": 0.4, "on_power_w": 0.06, "pulldown_k_per_h": -0.6}
LESS_COLD = {"gross_cooling_k_per_h": -0.35, "evap_depth_k": -0.3, "cycle_pace_per_h": -0.35}
DUST = {"on_power_w": 0.2, "duty": 0.18, "mean_power_w": 0.36, "gross_cooling_k_per_h": -0.18, "pulldown_k_per_h": -0.2,
        "evap_depth_k": -0.1, "cycle_pace_per_h": -0.18}  # fmt: skip
POWER = frozenset({"duty", "mean_power_w", "on_power_w", "starts_per_h", "cycle_pace_per_h", "rest_pace_per_h"})
PLUG = frozenset(priors_of(Kind.REFRIGERATOR)) - POWER | {"ambient_c", "doors_per_h", "compressor_hz"}


def present(moves: dict[str, float], missing: frozenset[str], last: int = LAST) -> set[str]:
    history, references = story(Kind.REFRIGERATOR, moves, last, missing=missing)
    found = judge_appliance(Kind.REFRIGERATOR, history, references, evening(last))
    return {verdict.fault for verdict in found if verdict.present}


@pytest.mark.parametrize("warming_k_per_h", [1.0, 3.0])
def test_the_cold_that_is_made_does_not_depend_on_the_heat_that_comes_in(warming_k_per_h: float) -> None:
    """An hour of rest and an hour of running in turn, five minutes a row; the machine alone would cool by 8 K/h."""
    minutes = np.arange(24 * 12, dtype=np.float64) * 5.0
    on = (minutes // 60) % 2 == 1
    steps = np.where(on, warming_k_per_h - 8.0, warming_k_per_h) / 12.0
    freezer = -18.0 + np.cumsum(steps) - steps[0]
    rows = Rows(
        time_s=MIDNIGHT_S + 60.0 * minutes, numbers={"compressor_on": on.astype(np.float64), "freezer_c": freezer}
    )
    found = {one.index: one.value for one in daily_indices(Kind.REFRIGERATOR, Day(day=date(2025, 6, 1), readings=rows))}
    assert found["pulldown_k_per_h"] == pytest.approx(8.0 - warming_k_per_h)
    assert found["gross_cooling_k_per_h"] == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("moves", "missing", "said"),
    [
        (WEAK | LESS_COLD, frozenset(), True),
        (WEAK | LESS_COLD, frozenset({"ambient_c"}), True),
        # A seal that leaks takes some of it, and nothing else is lost.
        (WEAK | {"gross_cooling_k_per_h": -0.12, "warmup_per_h": 0.25}, frozenset(), False),
        (WEAK, frozenset({"gross_cooling_k_per_h", "evap_depth_k"}), False),
        # It runs as long and cools as slowly, but makes as much cold as ever: heat comes in from somewhere.
        (WEAK, frozenset(), False),
        # Behind a plug a hot kitchen does the same, but runs and rests tell it. Dust takes as much cold for more power.
        (WEAK | {"rest_pace_per_h": 0.3}, PLUG, False),
        (WEAK | {"cycle_pace_per_h": -0.35}, PLUG, True),
        (WEAK | {"cycle_pace_per_h": -0.35, "on_power_w": 0.25}, PLUG, False),
        # A torn seal takes about 0.3 of what it warms faster.
        (WEAK | {"cycle_pace_per_h": -0.15, "rest_pace_per_h": 0.3}, PLUG, False),
    ],
    ids=[
        "weak",
        "weak, kitchen unknown",
        "torn seal",
        "never rests",
        "warmed from outside",
        "plug in a hot kitchen",
        "plug, weak",
        "plug, dusty",
        "plug, torn seal",
    ],
)
def test_a_compressor_is_named_by_what_only_it_does(
    moves: dict[str, float], missing: frozenset[str], *, said: bool
) -> None:
    assert ("compressor_failing" in present(moves, missing)) is said


@pytest.mark.parametrize(("lost", "said"), [(0.08, True), (0.06, False)], ids=["most of the level", "less"])
def test_weeks_of_cold_that_is_lost_make_up_for_a_level_that_is_not_reached(*, lost: float, said: bool) -> None:
    """The level is 0.09; twice the limit of evidence suffices from 0.8 of it, 0.072, on. It grew until day 30."""
    moves = {"duty": lost, "mean_power_w": 1.4 * lost, "on_power_w": 0.3 * lost, "pulldown_k_per_h": -1.3 * lost,
             "gross_cooling_k_per_h": -1.2 * lost, "evap_depth_k": -lost}  # fmt: skip
    assert ("compressor_failing" in present(moves, frozenset({"cycle_pace_per_h"}), last=36)) is said


@pytest.mark.parametrize(
    ("gross", "warmup", "depth", "decided"),
    # 2 x sqrt((1.3 x 0.03)^2 / 5 + 0.03^2) = 0.069 has to be lost beyond 0.4 of what the warm-up rose by.
    # Where the evaporator is measured it may be short of 0.7 of it by its own 0.035:
    # 0.7 of 0.08 is 0.056, less that 0.021.
    [(-0.06, 0.0, -0.3, False), (-0.08, 0.0, None, True), (-0.08, -0.3, None, True), (-0.13, 0.2, -0.3, False),
     (-0.17, 0.2, None, True), (-0.08, 0.0, -0.02, False), (-0.08, 0.0, -0.03, True),
     (None, None, -0.06, False), (None, None, -0.08, True), (None, None, None, False)],
    ids=["within the noise", "lost", "less heat gives nothing", "the seal's", "more than the seal's",
         "not at the evaporator", "at the evaporator too",
         "runs on and on", "runs on and on for less cold", "not measured"],
)  # fmt: skip
def test_a_compressor_has_lost_more_cold_than_a_torn_seal_takes(
    gross: float | None, warmup: float | None, depth: float | None, *, decided: bool
) -> None:
    days = tuple(FIRST + timedelta(days=number) for number in range(5))
    ordinals, level = np.array([day.toordinal() for day in days]), np.ones(5)
    moved = {
        index: Deviation(
            days=days, values=value * level, noise=0.03 * level, expected=level, observed=level, drift=0.03,
            ordinals=ordinals,
        )
        for index, value in (("gross_cooling_k_per_h", gross), ("warmup_per_h", warmup), ("evap_depth_k", depth))
        if value is not None
    }  # fmt: skip
    worn = signature_named(Kind.REFRIGERATOR, "compressor_failing")
    assert is_decided(worn, moved, days[-1], CautionParams()) is decided


@pytest.mark.parametrize(("rested", "decided"), [(2, False), (3, True)], ids=["rested lately", "runs on and on"])
def test_what_a_machine_did_while_it_rested_tells_nothing_once_it_runs_on_and_on(rested: int, *, decided: bool) -> None:
    """It made all of its cold when it rested last; its evaporator lost a sixth of its depth until today."""
    today = FIRST + timedelta(days=9)

    def moved(value: float, ago: int) -> Deviation:
        days = tuple(today - timedelta(days=ago + number) for number in reversed(range(5)))
        level = np.ones(5)
        return Deviation(
            days=days, values=value * level, noise=0.03 * level, expected=level, observed=level, drift=0.03,
            ordinals=np.array([day.toordinal() for day in days]),
        )  # fmt: skip

    deviations = {"gross_cooling_k_per_h": moved(-0.01, rested), "evap_depth_k": moved(-0.17, 0)}
    worn = signature_named(Kind.REFRIGERATOR, "compressor_failing")
    assert is_decided(worn, deviations, today, CautionParams()) is decided


def test_dust_in_a_hurry_is_still_likelier_than_a_compressor_that_it_does_not_look_like() -> None:
    moves = {"on_power_w": 0.26, "duty": 0.22, "mean_power_w": 0.45, "gross_cooling_k_per_h": -0.16}
    history, references = story(Kind.REFRIGERATOR, moves, LAST)
    dust, worn = (signature_named(Kind.REFRIGERATOR, one) for one in ("condenser_dust", "compressor_failing"))
    moved = deviations_of(Kind.REFRIGERATOR, history, references)
    day = FIRST + timedelta(days=LAST - 1)
    slowly, fast = (
        likelihoods((dust, worn), moved, day, CautionParams(), paced=one) for one in ({}, {"condenser_dust": 0.4})
    )
    assert fast["compressor_failing"] < fast["condenser_dust"] < slowly["condenser_dust"]


@pytest.mark.parametrize(
    ("pulses", "iced"),
    # Twelve hours of running a day, a pulse on every second of them: 24 h between two, 1.3 times that is 31.2 h.
    [([0.3, 0.0] * 10 + [0.0], False), ([0.3, 0.0] * 10 + [0.0, 0.0], True), ([0.0, 0.0], False), ([0.0] * 3, True)],
    ids=["24 h", "36 h", "not known for long", "36 h without any"],
)
def test_ice_may_take_the_cold_of_a_unit_that_pulses_no_more(pulses: list[float], *, iced: bool) -> None:
    rows = [
        (FIRST + timedelta(days=number), index, value, 0.0, 24.0)
        for number, pulse_h in enumerate(pulses)
        for index, value in (("run_h", 12.0), ("defrost_h", pulse_h))
    ]
    assert undefrosted(history_of(rows, evening(len(pulses)))) is iced


def test_while_ice_may_take_the_cold_no_compressor_is_named_for_it() -> None:
    history, references = story(Kind.REFRIGERATOR, WEAK | LESS_COLD, LAST)
    days = [FIRST + timedelta(days=number) for number in range(LAST + 1)]
    for last_pulse, said in ((LAST, True), (LAST - 6, False)):
        pulsing = history_of(
            [
                (day, index, value, 0.0, 24.0)
                for number, day in enumerate(days)
                for index, value in (("run_h", 12.0), ("defrost_h", 0.3 * (number <= last_pulse)))
            ],
            evening(LAST),
        )
        together = type(history)(series={**history.series, **pulsing.series}, today=history.today)
        found = judge_appliance(Kind.REFRIGERATOR, together, references, evening(LAST))
        assert ("compressor_failing" in {one.fault for one in found if one.present}) is said


def grown(per_day: float, days: int, *, gone: range = range(0)) -> Amplitudes:
    """Of a machine that grows worse from the first day on; nothing is known of the days in `gone`."""
    known = [number for number in range(days) if number not in gone]
    values = per_day * np.array(known, dtype=np.float64)
    return Amplitudes(
        days=tuple(FIRST + timedelta(days=number) for number in known), values=values, each=values, added=values,
        noise=0.03, drift=0.02, carried=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("per_day", "least", "most"),
    # In the 14.5 days between the middles of both spans: nothing, 0.04 as dust brings, 0.15 as a compressor does, 0.6.
    [(0.0, 2.0, 2.0), (0.0025, 1.5, 2.0), (0.01, 0.05, 0.25), (0.04, 0.05, 0.05)],
    ids=["nothing", "dust", "compressor", "within days"],
)
def test_how_fast_it_came_tells_dust_from_a_compressor(per_day: float, least: float, most: float) -> None:
    worn, dust, seal = (
        signature_named(Kind.REFRIGERATOR, one) for one in ("compressor_failing", "condenser_dust", "door_seal_leak")
    )
    odds = paced(worn, (worn, dust, seal), grown(per_day, 40))
    assert odds["compressor_failing"] == 1.0
    assert least <= odds["condenser_dust"] <= most
    assert min(1.0, odds["condenser_dust"]) <= odds["door_seal_leak"] <= max(1.0, odds["condenser_dust"])


@pytest.mark.parametrize(
    ("days", "gone", "told"),
    [(12, range(0), False), (13, range(0), True), (30, range(9, 19), False)],
    ids=["too new", "just old enough", "nothing known then"],
)
def test_what_was_not_known_a_fortnight_ago_tells_no_pace(days: int, gone: range, *, told: bool) -> None:
    worn, dust = (signature_named(Kind.REFRIGERATOR, one) for one in ("compressor_failing", "condenser_dust"))
    assert bool(paced(worn, (worn, dust), grown(0.01, days, gone=gone))) is told
    ice = signature_named(Kind.REFRIGERATOR, "defrost_failure")
    assert not paced(ice, (worn, dust), grown(0.01, 40))


@pytest.mark.parametrize(("dusty_days", "said"), [(0, True), (4, True), (12, False)], ids=["clean", "new", "neglected"])
def test_dust_that_its_owner_has_left_for_weeks_explains_what_looks_like_a_compressor(
    dusty_days: int, *, said: bool
) -> None:
    """From day 30 on everything is at its full severity, so that on day 45 dust was the name on days 33 to 45."""
    weak, references = story(Kind.REFRIGERATOR, WEAK | LESS_COLD, LAST)
    dusty, _ = story(Kind.REFRIGERATOR, DUST, LAST)
    begins = FIRST + timedelta(days=LAST - 5 - dusty_days)
    changes = FIRST + timedelta(days=LAST - 5)
    series = {}
    for index, fails in weak.series.items():
        rows = [
            (day, index, float(value), 0.0, 10.0)
            for one, first, end in ((dusty.series[index], begins, changes), (fails, changes, FIRST + timedelta(99)))
            for day, value in zip(one.days, one.values, strict=True)
            if first <= day < end
        ]
        healthy = [(d, index, float(v), 0.0, 10.0) for d, v in zip(fails.days[:20], fails.values[:20], strict=True)]
        series[index] = history_of(healthy + rows, evening(LAST)).series[index]
    history = type(weak)(series=series, today=weak.today)
    found = judge_appliance(Kind.REFRIGERATOR, history, references, evening(LAST))
    assert ("compressor_failing" in {one.fault for one in found if one.present}) is said


def test_a_new_defrost_heater_has_all_learned_anew_that_ice_moved_either_way() -> None:
    moved = moved_by(Kind.REFRIGERATOR, "defrost_failure")
    assert {"pulldown_k_per_h", "starts_per_h", "gross_cooling_k_per_h", "cycle_pace_per_h", "warmup_per_h"} <= moved
    assert "warmup_per_h" not in moved_by(Kind.REFRIGERATOR, "condenser_dust")
