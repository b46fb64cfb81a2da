"""Hand-made appliance days for the tests of models: plain formulas, no simulator, nothing shared with `models`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, Rows
from models.healthy.learners import learn_missing, relative_indices
from models.healthy.reference import Reference
from models.history import DatedIndex, FeatureHistory, history_of

FIRST = date(2025, 6, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """What a day of a hand-made air conditioner is like; `flow` and `charge` are shares of the healthy ones."""

    outdoor_c: float = 30.0
    setpoint_c: float = 25.0
    flow: float = 1.0
    charge: float = 1.0
    supply_bias_k: float = 0.0
    supply_stuck_c: float | None = None
    supply_missing: bool = False
    level: int = 3
    frost_guard_c: float = -99.0
    """The controller slows the compressor so that the coil gets no colder than this."""
    silent: bool = False


Story = Callable[[int], Cooling]


def cooling_day(number: int, cooling: Cooling, step_s: int = 300) -> Day:
    """Rows of one day: runs 08:00 to 22:00 but for a break at 14:00, difference = capacity over flow, with noise.

    Drop in K = 9 * (Hz/60) * (1 + 0.02 * (room - 25)) * (1 - 0.005 * (outdoor - 30)) / flow; the coil sees 0.8 of the
    change. Valid to within the noise of 0.3 K that is added to each sensor.
    """
    day = FIRST + timedelta(days=number)
    if cooling.silent:
        return Day(day=day)
    rng = np.random.default_rng(1000 + number)
    start_s = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    second = np.arange(0, 86_400, step_s, dtype=np.float64)
    hour = second / 3600
    outdoor = cooling.outdoor_c + 5 * np.sin((hour - 9) / 24 * 2 * np.pi) + rng.normal(0, 0.5)
    running = (hour >= 8) & (hour < 22) & ~((hour >= 14) & (hour < 15))
    hz = np.clip(35 + 3.0 * (outdoor - cooling.setpoint_c), 20, 90)
    hz = np.where(running, np.repeat(hz[:: 12 * 300 // step_s], 12 * 300 // step_s)[: len(hz)], 0.0)
    room = np.where(running, cooling.setpoint_c + 0.5, cooling.setpoint_c + 3.0) + rng.normal(0, 0.1, len(hz))
    drop = 9 * hz / 60 * (1 + 0.02 * (room - 25)) * (1 - 0.005 * (outdoor - 30)) * cooling.charge
    coil_drop = 1.3 * drop / cooling.flow**0.8
    throttled = np.minimum(1.0, (room - cooling.frost_guard_c) / np.maximum(coil_drop, 0.1))
    hz, drop, coil_drop = hz * throttled, drop * throttled, coil_drop * throttled
    supply = np.where(running, room - drop / cooling.flow, room) + rng.normal(0, 0.3, len(hz)) + cooling.supply_bias_k
    if cooling.supply_stuck_c is not None:
        supply = np.full(len(hz), cooling.supply_stuck_c)
    if cooling.supply_missing:
        supply = np.full(len(hz), np.nan)
    return Day(
        day=day,
        readings=Rows(
            time_s=start_s + second,
            numbers={
                "compressor_hz": hz,
                "room_c": room,
                "supply_c": supply,
                "coil_in_c": np.where(running, room - coil_drop, room) + rng.normal(0, 0.3, len(hz)),
                "outdoor_c": outdoor,
                "setpoint_c": np.full(len(hz), cooling.setpoint_c),
                "fan_level": np.where(running, float(cooling.level), 0.0),
            },
            texts={"mode": np.where(running, "cool", "off")},
        ),
    )


def without(day: Day, *names: str) -> Day:
    """The same day of a unit that lacks some signals."""
    kept = {name: values for name, values in day.readings.numbers.items() if name not in names}
    texts = {name: values for name, values in day.readings.texts.items() if name not in names}
    return Day(day=day.day, readings=Rows(time_s=day.readings.time_s, numbers=kept, texts=texts))


def washing_day(number: int, seconds_per_litre: float, cycles: int = 1) -> Day:
    """A day with finished cycles of 14 to 22 litres that drain at the given pace, +-4 %."""
    day = FIRST + timedelta(days=number)
    rng = np.random.default_rng(2000 + number)
    start_s = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    litres = rng.uniform(14, 22, cycles)
    drain_s = litres * seconds_per_litre * rng.normal(1, 0.04, cycles)
    time_s = start_s + 36_000 + 7200 * np.arange(cycles, dtype=np.float64)
    return Day(day=day, cycles=Rows(time_s=time_s, numbers={"drain_s": drain_s, "litres": litres}))


def reported_day(number: int, **values: float) -> Day:
    """A day on which the appliance says each value once, at noon."""
    day = FIRST + timedelta(days=number)
    noon_s = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    numbers = {name: np.array([value]) for name, value in values.items()}
    return Day(day=day, readings=Rows(time_s=np.array([noon_s]), numbers=numbers))


def evening(number: int) -> datetime:
    """23:00 UTC of the day with this number."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 23, tzinfo=UTC) + timedelta(days=number)


def remember(kind: Kind, days: Sequence[Day], now: datetime) -> tuple[FeatureHistory, dict[str, Reference]]:
    """What the system would remember of `days` at `now`: indices, references, indices relative to them."""
    rows: list[DatedIndex] = [
        (day.day, found.index, found.value, found.spread, found.weight)
        for day in days
        for found in daily_indices(kind, day)
    ]
    by_date = {day.day: day for day in days}

    def load(first: date, last: date) -> list[Day]:
        return [day for at, day in sorted(by_date.items()) if first <= at <= last]

    references = {found.index: found for found in learn_missing(kind, history_of(rows, now), {}, load)}
    rows += [
        (day.day, found.index, found.value, found.spread, found.weight)
        for day in days
        for found in relative_indices(kind, day, references)
    ]
    return history_of(rows, now), references


def cooling_days(story: Story, count: int) -> list[Day]:
    """`count` days told by `story`, which is given the number of the day."""
    return [cooling_day(number, story(number)) for number in range(count)]


def dishwashing_rows(runs: list[tuple[datetime, bool]], first: datetime, end: datetime, *, phases: bool = True) -> Rows:
    """A dishwasher that says so every half hour at rest and every minute of its runs: 20 minutes of washing, 30 in
    which it asks for heat (and gives it or not), 20 of rinsing."""
    times = {first.timestamp() + 1800.0 * number for number in range(int((end - first).total_seconds() // 1800) + 1)}
    times |= {begun.timestamp() + 60.0 * minute for begun, _ in runs for minute in range(71)}
    time_s = np.array(sorted(one for one in times if one < end.timestamp()))
    phase, heater = np.full(len(time_s), "idle", dtype="<U6"), np.zeros(len(time_s))
    water = 25.0 + 0.5 * np.sin(time_s / 600.0)
    power = np.full(len(time_s), 1.0)
    for begun, heats in runs:
        into = (time_s - begun.timestamp()) / 60.0
        phase[(into >= 0) & (into < 20)] = "wash"
        phase[(into >= 20) & (into < 50)] = "heat"
        phase[(into >= 50) & (into < 70)] = "rinse"
        power[(into >= 0) & (into < 70)] = 60.0
        if heats:
            heater[(into >= 20) & (into < 50)] = 1800.0
            water[(into >= 20) & (into < 70)] += np.clip(into[(into >= 20) & (into < 70)] - 20.0, 0.0, 30.0)
    numbers = {"heater_w": heater, "water_c": water, "power_w": power + heater}
    return Rows(time_s=time_s, numbers=numbers, texts={"phase": phase} if phases else {})
