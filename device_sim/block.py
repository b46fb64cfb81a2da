"""A block of homes on one site, stepped together through data time: the engine room of the simulator."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from device_sim import air_conditioner as ac
from device_sim import air_conditioner_signals, refrigerator
from device_sim import circuit as circuits
from device_sim.day_plan import DayPlan, plan_day
from device_sim.description import HomeSpec
from device_sim.faults import FaultBook, FaultPlan
from device_sim.laundry import Laundry
from device_sim.params import DAY_MIN, DAY_S, SimParams
from device_sim.reporting import Reporting
from device_sim.tables import Event, Table

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NORMAL_FAN_HOURS: Final = 14.0  # (E) a normal day's use of the air filter, the unit of its severity growth


class Block:
    """Homes that share a site; `advance` yields what their appliances report."""

    def __init__(self, params: SimParams, specs: list[HomeSpec], plans: tuple[FaultPlan, ...]) -> None:
        self._params = params
        self.specs = specs
        self._offset_s = specs[0].site.utc_offset_s
        self._index = {spec.index: i for i, spec in enumerate(specs)}
        self.faults = FaultBook(seed=params.seed, homes=list(self._index), plans=plans)
        start_s = int(params.start.timestamp()) // 60 * 60
        self._local_day, second = divmod(start_s + self._offset_s, DAY_S)
        self._first_day = self._local_day
        self._minute = second // 60
        self._plan: DayPlan | None = None
        self._fan_hours = np.zeros(len(specs))
        self._build_units()
        self._laundry = Laundry(seed=params.seed, specs=specs)
        self._reporting = Reporting(params, specs)

    def _build_units(self) -> None:
        specs, count = self.specs, len(self.specs)
        self._ac = ac.AirConditionerUnits(**_stack([spec.ac for spec in specs]))
        self._fridge = refrigerator.RefrigeratorUnits(**_stack([spec.fridge for spec in specs]))
        self._circuits = circuits.CircuitUnits(**_stack([s.kitchen for s in specs] + [s.main for s in specs]))
        warm = np.array([min(spec.site.mean_c, 25.0) for spec in specs])
        zero = np.zeros(count)
        self._ac_state = ac.AirConditionerState(
            room_c=warm.copy(), mass_c=warm.copy(), integral=zero.copy(), running=zero > 0.0, heat_w=zero.copy(),
            energy_kwh=zero.copy(), filter_h=np.array([spec.first_filter_h for spec in specs]),
        )  # fmt: skip
        self._fridge_state = refrigerator.RefrigeratorState(
            fridge_c=self._fridge.fridge_set_c.copy(), freezer_c=self._fridge.freezer_set_c.copy(),
            evap_c=self._fridge.freezer_set_c.copy(), frost=zero.copy(), run_min=0.3 * self._fridge.defrost_after_min,
            defrost_left=zero.copy(), on=zero > 0.0, energy_kwh=zero.copy(), door_opens=zero.copy(),
        )  # fmt: skip
        self._circuit_state = circuits.CircuitState(
            rise_k=np.zeros(2 * count), energy_kwh=np.zeros(2 * count), current_a=np.zeros(2 * count)
        )

    @property
    def time_s(self) -> int:
        """Data time reached, Unix seconds: everything before it is simulated."""
        return self._local_day * DAY_S - self._offset_s + self._minute * 60

    @property
    def elapsed_days(self) -> float:
        """Days since the local midnight before the start; fault plans count in these."""
        return self._local_day - self._first_day + self._minute / DAY_MIN

    def midnight_s(self) -> int:
        """Unix seconds of the instant that fault plans count from."""
        return self._first_day * DAY_S - self._offset_s

    def relieve(self, home: int, fault: str) -> None:
        """The owner of home index `home` undoes a self-care fault now."""
        self.faults.relieve(home, fault, self.elapsed_days)
        if fault == "filter_clog":
            self._ac_state.filter_h[self._index[home]] = 0.0

    def severity(self, home: int, fault: str) -> float:
        """Severity in [0, 1] of `fault` in home index `home`, now."""
        return float(self.faults.severity(fault)[self._index[home]])

    def advance(self, until_s: int) -> tuple[list[Table], list[Event]]:
        """Step to `until_s` (Unix seconds), or to the end of the local day if that comes first."""
        minutes = min((until_s - self.time_s) // 60, DAY_MIN - self._minute)
        if minutes <= 0:
            return [], []
        day = self._local_day - self._first_day
        if self._plan is None:
            self._plan = plan_day(
                seed=self._params.seed, specs=self.specs, local_day=self._local_day, day=day, faults=self.faults
            )
            self._laundry.begin_day(self._plan, self._local_day)
        first, last = self._minute, self._minute + int(minutes)
        tables, events = self._run(self._plan, first, last)
        self._minute = last
        if last == DAY_MIN:
            usage = {
                "filter_clog": self._fan_hours / NORMAL_FAN_HOURS,
                "drain_filter_clog": self._laundry.cycles_today,
                "bearing_wear": self._laundry.cycles_today,
            }
            self.faults.grow(day, usage)
            self._fan_hours = np.zeros(len(self.specs))
            self._local_day, self._minute, self._plan = self._local_day + 1, 0, None
        return tables, events

    def _run(self, plan: DayPlan, first: int, last: int) -> tuple[list[Table], list[Event]]:
        part = {name: field[first:last] for name, field in plan.fields.items()}
        noise = plan.noise[:, first:last]
        count = len(self.specs)
        air_columns, room_c = self._run_rooms(plan, part, noise, first, last)
        cold_columns = refrigerator.step_refrigerators(
            self._fridge,
            self._fridge_state,
            refrigerator.RefrigeratorDrivers(
                ambient_c=room_c + 1.0, door_s=part["door_s"], food_w=part["food_w"], dead=part["dead"]
            ),
            seal=self.faults.severity("door_seal_leak"),
            dust=self.faults.severity("condenser_dust"),
            noise=noise[6:9],
        )
        wash_columns, summaries, events = self._laundry.run(plan, first, last, self.faults)
        kitchen_w = part["kitchen_w"] + _floats(cold_columns["power_w"]) + _floats(wash_columns["power_w"])
        kitchen_var = part["kitchen_var"] + 0.35 * _floats(cold_columns["power_w"])
        air_w = _floats(air_columns["power_w"])
        before = self._circuit_state.current_a
        healthy = np.zeros(count)
        trace = circuits.run_circuits(
            self._circuits,
            self._circuit_state,
            load_w=np.concatenate([kitchen_w, part["main_w"] + air_w], axis=1),
            load_var=np.concatenate([kitchen_var, part["main_var"] + 0.2 * air_w], axis=1),
            upstream_v=np.tile(part["upstream_v"], (1, 2)),
            room_c=np.tile(room_c, (1, 2)),
            contact=np.concatenate([self.faults.severity("loose_contact"), healthy]),
            leak=np.concatenate([healthy, self.faults.severity("earth_leakage")]),
            leak_noise=np.concatenate([noise[9], noise[10]], axis=1),
        )
        self._circuit_state.current_a = trace.current_a[-1].copy()
        start_s = plan.first_s + 60 * first
        report = self._reporting
        tables = [
            report.steady("ac", start_s, air_columns),
            report.steady("fridge", start_s, cold_columns),
            report.washers(start_s, wash_columns),
            *report.summaries(plan.first_s, summaries),
            report.circuits(start_s, trace, before, self._circuits.breaker_rating_a, noise[11:14]),
        ]
        return [table for table in tables if table.ts.size], events

    def _run_rooms(
        self, plan: DayPlan, part: dict[str, Floats], noise: Floats, first: int, last: int
    ) -> tuple[dict[str, NDArray[np.generic]], Floats]:
        shape = part["want"].shape
        drivers = ac.AirConditionerDrivers(
            want=part["want"],
            setpoint_c=part["setpoint_c"],
            outdoor_c=np.broadcast_to(plan.weather.outdoor_c[first:last, None], shape),
            gains_w=part["gains_w"],
            window_w_k=part["window_w_k"],
            humidity_pct=np.broadcast_to(plan.weather.humidity_pct[first:last, None], shape),
        )
        clog, leak = self.faults.severity("filter_clog"), self.faults.severity("refrigerant_leak")
        trace = ac.step_rooms(self._ac, self._ac_state, drivers, clog=clog, leak=leak)
        self._fan_hours = self._fan_hours + trace.running.sum(axis=0) / 60.0
        columns = air_conditioner_signals.sense(
            self._ac, self._ac_state, drivers, trace, clog=clog, leak=leak, noise=noise[:6]
        )
        return columns, trace.room_c


def _stack(draws: Sequence[Mapping[str, float | bool | int]]) -> dict[str, Any]:
    return {name: np.array([draw[name] for draw in draws]) for name in draws[0]}


def _floats(column: NDArray[np.generic]) -> Floats:
    return np.asarray(column, dtype=np.float64)
