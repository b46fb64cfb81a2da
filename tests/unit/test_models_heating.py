"""An air conditioner that heats: judged by a normal of its own, and one course over the change of season."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from domain.findings import Verdict
from domain.signals import Kind
from models.features import daily_indices
from models.features.air_conditioner import AIR_DROP, EEV, HEATING, steady_of
from models.features.day import Day, Rows
from models.healthy.deviations import deviations_of
from models.judge import judge_appliance
from tests.unit.synthetic_days import FIRST, Cooling, cooling_day, evening, remember, without

DAYS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Heating:
    """What a day of heating is like; `flow`, `charge` and `shed` (the outdoor coil) are shares of the healthy ones."""

    outdoor_c: float = 4.0
    setpoint_c: float = 21.0
    flow: float = 1.0
    charge: float = 1.0
    shed: float = 1.0


Story = Callable[[int], Heating]


def heating_day(number: int, heating: Heating, step_s: int = 300) -> Day:
    """Runs 06:00 to 22:00, told every five minutes; every second hour ends in ten minutes of defrosting, not said so.

    Rise in K = 14 * Hz/60 * (1 + 0.015 * (outdoor - 4)) * charge / flow at the supply; the coil sees 1.3 of it to the
    power of 0.8, the outdoor coil 0.5 of it below outdoor air. The valve opens by 60 + 3 * Hz, over charge squared.
    """
    day = FIRST + timedelta(days=number)
    rng = np.random.default_rng(3000 + number)
    start_s = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    second = np.arange(0, 86_400, step_s, dtype=np.float64)
    hour = second / 3600
    outdoor = heating.outdoor_c + 3 * np.sin((hour - 9) / 24 * 2 * np.pi) + rng.normal(0, 0.5)
    running = (hour >= 6) & (hour < 22)
    hz = np.where(running, np.repeat(np.clip(25 + 2.0 * (heating.setpoint_c - outdoor), 20, 90)[::12], 12), 0.0)
    room = heating.setpoint_c - np.where(running, 0.5, 3.0) + rng.normal(0, 0.1, len(hz))
    rise = 14 * hz / 60 * (1 + 0.015 * (outdoor - 4)) * heating.charge
    defrosting = running & (hour % 2 >= 2 - 1 / 6 - 1e-9)
    rise = np.where(defrosting, -8.0, rise)
    return Day(
        day=day,
        readings=Rows(
            time_s=start_s + second,
            numbers={
                "compressor_hz": hz,
                "room_c": room,
                "supply_c": room + rise / heating.flow + rng.normal(0, 0.3, len(hz)),
                "coil_in_c": room + 1.3 * rise / heating.flow**0.8 + rng.normal(0, 0.3, len(hz)),
                "outdoor_c": outdoor,
                "coil_out_c": outdoor - 0.5 * rise / heating.shed + rng.normal(0, 0.2, len(hz)),
                "discharge_c": outdoor + 30 + 0.3 * hz + rise + rng.normal(0, 0.4, len(hz)),
                "eev_steps": np.where(running, 60 + 3 * hz / heating.charge**2, 60.0),
                "power_w": 12 * hz * (1 + 0.4 * (1 / heating.shed - 1)) + 5.0,
                "setpoint_c": np.full(len(hz), heating.setpoint_c),
                "fan_level": np.where(running, 3.0, 0.0),
            },
            texts={"mode": np.where(running, "heat", "off")},
        ),
    )


def winter(story: Story, count: int = DAYS) -> list[Day]:
    return [heating_day(number, story(number)) for number in range(count)]


def said(days: Sequence[Day], number: int) -> dict[str, Verdict]:
    """What is present on the evening of a day."""
    history, references = remember(Kind.AIR_CONDITIONER, days[: number + 1], evening(number))
    verdicts = judge_appliance(Kind.AIR_CONDITIONER, history, references, evening(number))
    return {verdict.fault: verdict for verdict in verdicts if verdict.present}


def lost(number: int, most: float) -> float:
    """What is left of 1 while `most` of it goes evenly from day 20 to the last day."""
    return 1.0 - most * float(np.clip((number - 20) / (DAYS - 20), 0.0, 1.0))


@cache
def healthy_day() -> Day:
    return heating_day(0, Heating())


@pytest.mark.parametrize(
    ("story", "fault"),
    [
        (lambda number: Heating(flow=lost(number, 0.35)), "filter_clog"),
        (lambda number: Heating(charge=lost(number, 0.3)), "refrigerant_leak"),
        (lambda number: Heating(shed=lost(number, 0.4)), "outdoor_coil_fouled"),
    ],
    ids=["filter", "refrigerant", "outdoor coil"],
)
def test_a_fault_of_a_unit_that_only_heats_is_found_by_its_name(story: Story, fault: str) -> None:
    assert list(said(winter(story), DAYS - 1)) == [fault]


def test_a_winter_that_gets_colder_is_no_fault() -> None:
    days = winter(lambda number: Heating(outdoor_c=8.0 - 0.3 * number, setpoint_c=21.0 if number < 30 else 22.5))
    assert [said(days, number) for number in (30, 40, DAYS - 1)] == [{}, {}, {}]


def test_evidence_is_told_as_heating_shows_it() -> None:
    found = said(winter(lambda number: Heating(flow=lost(number, 0.35))), DAYS - 1)["filter_clog"]
    first = found.evidence[0]
    assert first.signal == "supply_c - room_c"
    assert first.expected is not None
    assert first.observed is not None
    assert first.observed > first.expected > 0.0
    assert "heating" in first.note


def test_cooling_and_heating_windows_leave_each_other_out() -> None:
    summer = cooling_day(0, Cooling())
    for unsaid in ((), ("mode",)):  # without a mode the temperatures tell
        cold, warm = without(summer, *unsaid), without(healthy_day(), *unsaid)
        assert len(steady_of(cold)) > 0
        assert len(steady_of(cold, heating=True)) == 0
        assert len(steady_of(warm)) == 0
        assert len(steady_of(warm, heating=True)) > 0


def test_defrosting_that_nobody_tells_is_in_no_window() -> None:
    windows = steady_of(healthy_day(), heating=True)
    # At 4 +- 3 C the compressor turns at 53 to 65 Hz: 12 to 15 K; ten minutes of -8 K in thirty would leave 5 to 8.
    assert float(windows.air_drop_k.min()) > 11.0
    assert not windows.held.any()


def test_heating_tells_its_own_indices() -> None:
    told = {one.index: one.value for one in daily_indices(Kind.AIR_CONDITIONER, healthy_day())}
    assert set(HEATING.values()) <= told.keys()
    assert not set(HEATING) & told.keys()
    assert told[HEATING[EEV]] == pytest.approx(60 + 3 * 59, rel=0.1)


def test_the_course_goes_on_from_one_mode_to_the_other() -> None:
    days = [cooling_day(number, Cooling()) for number in range(25)]
    days += [heating_day(number, Heating()) for number in range(25, 50)]
    history, references = remember(Kind.AIR_CONDITIONER, days, evening(49))
    course = deviations_of(Kind.AIR_CONDITIONER, history, references)[AIR_DROP]
    own = {references[index].learned_to: references[index] for index in (AIR_DROP, HEATING[AIR_DROP])}
    assert len(own) == 2
    summer_ends, learned = FIRST + timedelta(days=24), max(own)
    assert [day for day in course.days if summer_ends < day <= learned] == []
    assert {day for day in course.days if day > learned} == {date.fromordinal(n) for n in range(
        learned.toordinal() + 1, (FIRST + timedelta(days=49)).toordinal())}  # fmt: skip
    assert min(course.days) == min(own) + timedelta(days=1)
    assert course.told_by == HEATING[AIR_DROP]
    assert float(np.abs(course.values).max()) < 0.05


def test_heating_that_was_learned_with_a_clog_in_it_is_no_proof_of_cleaning() -> None:
    days = [cooling_day(number, Cooling(flow=1 - 0.01 * max(0, number - 18))) for number in range(45)]
    days += [heating_day(number, Heating(flow=0.74)) for number in range(45, 58)]
    assert "filter_clog" in said(days, 44)
    history, references = remember(Kind.AIR_CONDITIONER, days, evening(57))
    assert HEATING[AIR_DROP] in references
    verdicts = judge_appliance(Kind.AIR_CONDITIONER, history, references, evening(57))
    assert [verdict.present for verdict in verdicts if verdict.fault == "filter_clog"] in ([], [True])


def test_a_leak_that_began_while_it_cooled_goes_on_when_it_heats() -> None:
    days = [cooling_day(number, Cooling(charge=1 - 0.01 * max(0, number - 18))) for number in range(45)]
    days += [heating_day(number, Heating(charge=0.74)) for number in range(45, 58)]
    history, references = remember(Kind.AIR_CONDITIONER, days, evening(57))
    course = deviations_of(Kind.AIR_CONDITIONER, history, references)[AIR_DROP]
    # 26 % of the charge, and so of the difference, was gone by day 44: log 0.74 = -0.30; the last five days: log 0.76.
    assert course.told_by == HEATING[AIR_DROP]
    assert float(np.median(course.values[-3:])) == pytest.approx(-0.27, abs=0.04)
    assert np.log(course.observed / course.expected) == pytest.approx(course.values)
