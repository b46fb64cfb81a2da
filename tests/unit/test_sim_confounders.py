"""What moves the signals of a fault though nothing is wrong: one simulated day, the same with one thing changed.

Nothing is declared: the physics answer. Noise is the same on both days, so that whatever differs comes from the change.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from device_sim.block import Block
from device_sim.day_plan import DayPlan
from device_sim.description import PARTS, draw_home
from device_sim.fault_catalogue import FAULTS, UNPLANNED, contract_name
from device_sim.fleet import group_homes
from device_sim.params import DAY_S, SimParams
from device_sim.tables import UNITS_PER_HOME

HOMES = 14
LEAST = 5
NOON, EVENING = slice(11 * 60, 17 * 60), slice(18 * 60, 22 * 60)
OTHER_SIGNALS = {
    "overload": {"current_a", "power_w"},
    "earth_leakage": {"leakage_ma"},
    "loose_contact": {"voltage_v", "current_a", "terminal_c"},
    "overheat_trips": {"inlet_c", "limit_trips"},  # the limiter trips at an inlet that is too hot
}
Change = Callable[[DayPlan], DayPlan]


def _field(name: str, change: Callable[[np.ndarray], np.ndarray], when: slice = slice(None)) -> Change:
    def changed(plan: DayPlan) -> DayPlan:
        values = plan.fields[name].copy()
        values[when] = change(values[when])
        return replace(plan, fields={**plan.fields, name: values})

    return changed


def _all(*changes: Change) -> Change:
    def changed(plan: DayPlan) -> DayPlan:
        for change in changes:
            plan = change(plan)
        return plan

    return changed


def _washes(**changes: float) -> Change:
    return lambda plan: replace(
        plan,
        washes=tuple(tuple(replace(one, **changes) for one in home) for home in plan.washes),  # type: ignore[arg-type]
    )


def _dishes(**changes: float | bool) -> Change:
    return lambda plan: replace(
        plan,
        dishes=tuple(tuple(replace(one, **changes) for one in home) for home in plan.dishes),  # type: ignore[arg-type]
    )


def _nobody(plan: DayPlan) -> DayPlan:
    gone = (
        "want",
        "door_s",
        "food_w",
        "tap_lpm",
        "dry_load_kg",
        "dry_water_kg",
        "hood_level",
        "smoke_ug_min",
        "purifier",
    )
    fields = {name: np.zeros_like(values) if name in gone else values for name, values in plan.fields.items()}
    nothing: tuple[tuple[()], ...] = tuple(() for _ in plan.washes)
    return replace(plan, fields=fields, washes=nothing, dishes=nothing)


CHANGES: Mapping[str, Change] = {
    "heat wave": lambda plan: replace(plan, weather=replace(plan.weather, outdoor_c=plan.weather.outdoor_c + 6.0)),
    "cool spell": lambda plan: replace(plan, weather=replace(plan.weather, outdoor_c=plan.weather.outdoor_c - 10.0)),
    "guests and sun": _field("gains_w", lambda watts: watts + 600.0, NOON),
    "another setpoint": _field("setpoint_c", lambda degrees: degrees - 2.0),
    "window left open": _field("window_w_k", lambda share: share + 90.0, NOON),
    "doors opened often": _field("door_s", lambda seconds: 3.0 * seconds),
    "warm food": _field("food_w", lambda watts: watts + 60.0, NOON),
    "low voltage": _field("upstream_v", lambda volts: volts - 12.0),
    "high voltage": _field("upstream_v", lambda volts: volts + 8.0),
    "low pressure": _field("pressure_bar", lambda bars: 0.55 * bars),
    "cooking and kettle": _all(
        _field("kitchen_w", lambda watts: watts + 2500.0, EVENING),
        _field("smoke_ug_min", lambda dust: dust + 500.0, EVENING),
    ),
    "heavy evening": _field("main_w", lambda watts: watts + 3000.0, EVENING),
    "hood set higher": _field("hood_level", lambda level: np.where(level > 0, np.minimum(level + 1, 4), 2.0), EVENING),
    "hood set lower": _field("hood_level", lambda level: np.minimum(level, 1.0)),
    "cooked at noon": _field("hood_level", lambda level: np.maximum(level, 3.0), NOON),
    "hood left on": _field("hood_level", lambda level: np.maximum(level, 1.0)),
    "purifier all day": _field("purifier", np.ones_like),
    "hot water drawn": _field("tap_lpm", lambda flow: 2.0 * flow),
    "water of another season": lambda plan: replace(plan, inlet_c=plan.inlet_c - 8.0),
    "dirty air": _field("outdoor_pm25_ugm3", lambda dust: 4.0 * dust),
    "heavier laundry": _all(
        _washes(load_kg=7.0),
        _field("dry_load_kg", lambda load: 1.4 * load),
        _field("dry_water_kg", lambda water: 1.4 * water),
    ),
    "lighter laundry": _washes(load_kg=2.0),
    "washed at another hour": _washes(start_min=20 * 60),
    "spun less": _all(_washes(spin_rpm=800.0), _field("dry_water_kg", lambda water: 1.3 * water)),
    "another washing programme": _washes(water_c=60.0),
    "another dish programme": _dishes(wash_c=65.0),
    "soiled dishes": _dishes(soil=2.0),
    "foam": _dishes(foam=True),
    "holiday": _nobody,
}  # fmt: skip


def _day(change: Change) -> dict[str, dict[str, np.ndarray]]:
    """Values by part and signal of one summer day of some homes."""
    params = SimParams(start=datetime(2025, 7, 5, tzinfo=UTC), homes=HOMES, seed=11, faults="none", outfit="full")
    (specs,) = group_homes([draw_home(params, index) for index in range(HOMES)])
    block = Block(params, specs, (), change)
    tables = block.advance(block.time_s + DAY_S)[0]
    found: dict[str, dict[str, list[np.ndarray]]] = {}
    for table in tables:
        parts = np.array(PARTS)[table.unit % UNITS_PER_HOME]
        for part in np.unique(parts):
            for name, column in table.columns.items():
                if column.dtype.kind in "fiub":
                    found.setdefault(str(part), {}).setdefault(name, []).append(column[parts == part].astype(float))
    return {part: {name: np.concatenate(some) for name, some in columns.items()} for part, columns in found.items()}


@pytest.fixture(scope="module")
def moved() -> dict[str, dict[str, set[str]]]:
    """By part and signal what moves it: its mean or one of its edges, by a twentieth of how it scatters anyway."""
    usual = _day(lambda plan: plan)
    found: dict[str, dict[str, set[str]]] = {part: {name: set() for name in columns} for part, columns in usual.items()}
    for about, change in CHANGES.items():
        other = _day(change)
        for part, columns in usual.items():
            for name, values in columns.items():
                if _differs(values, other.get(part, {}).get(name, np.empty(0))):
                    found[part][name].add(about)
    return found


def _differs(usual: np.ndarray, other: np.ndarray) -> bool:
    usual, other = usual[np.isfinite(usual)], other[np.isfinite(other)]
    if not len(usual) or not len(other):
        return len(usual) != len(other)
    shift = np.abs(_summary(usual) - _summary(other)).max()
    return bool(shift > 0.05 * max(float(usual.std()), 1e-6))


def _summary(values: np.ndarray) -> np.ndarray:
    return np.array([values.mean(), *np.quantile(values, (0.05, 0.95))])


PLANNED = [key for key in FAULTS if key not in UNPLANNED]


@pytest.mark.parametrize("key", PLANNED)
def test_every_fault_has_five_confounders_that_move_its_signals(
    key: str, moved: dict[str, dict[str, set[str]]]
) -> None:
    assert len(confounders_of(key, moved)) >= LEAST


def confounders_of(key: str, moved: dict[str, dict[str, set[str]]]) -> set[str]:
    """The changes that move at least one of the signals that show the fault."""
    fault = FAULTS[key]
    signals = set().union(*(needs for needs, _ in fault.shows)) | OTHER_SIGNALS.get(key, set())
    return set().union(*(moved[fault.part].get(signal, set()) for signal in signals))


def test_the_guide_tells_them_by_fault(moved: dict[str, dict[str, set[str]]]) -> None:
    told = (Path(__file__).parents[2] / "docs" / "guides" / "simulator.md").read_text(encoding="utf-8")
    for line in table_of(moved):
        assert line in told, "the table of confounders in docs/guides/simulator.md is out of date: " + line


def table_of(moved: dict[str, dict[str, set[str]]]) -> list[str]:
    """The lines of the guide's table."""
    return [f"| {FAULTS[key].part} `{contract_name(key)}` | {', '.join(sorted(confounders_of(key, moved)))} |"
            for key in PLANNED]  # fmt: skip


def test_a_day_that_is_not_changed_moves_nothing(moved: dict[str, dict[str, set[str]]]) -> None:
    """The measure itself: a change that does not reach a part moves none of its signals."""
    assert "dirty air" not in set().union(*moved["washer"].values())
    assert "foam" not in set().union(*moved["fridge"].values())
