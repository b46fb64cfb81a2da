"""A block of homes on one site, stepped together through data time: the engine room of the simulator."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim import air_conditioner as ac
from device_sim import air_conditioner_signals, refrigerator, water_heater
from device_sim import circuit as circuits
from device_sim.day_plan import NOISE_LAYERS, DayPlan, plan_day
from device_sim.description import HomeSpec
from device_sim.distortion import Distortion
from device_sim.extras import Extras
from device_sim.fault_catalogue import FAULTS
from device_sim.faults import FaultBook, FaultPlan
from device_sim.firmware import FirmwareSteps
from device_sim.laundry import Laundry, Summary
from device_sim.params import DAY_MIN, DAY_S, SimParams
from device_sim.plug_sight import seen_by_power
from device_sim.reporting import Reporting
from device_sim.stacking import stack as _stack
from device_sim.tables import Event, Table
from device_sim.watch import Episode, Watch

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NORMAL_FAN_HOURS: Final = 14.0  # (E) a normal day's use of the air filter, the unit of its severity growth


class Block:
    """Homes that share a site; `advance` yields what their appliances report."""

    def __init__(
        self,
        params: SimParams,
        specs: list[HomeSpec],
        plans: tuple[FaultPlan, ...],
        changed: Callable[[DayPlan], DayPlan] = lambda plan: plan,
    ) -> None:
        """`changed` makes another day of each planned one, to see what that does to the signals."""
        self._params = params
        self._changed = changed
        self.specs = specs
        self._offset_s = specs[0].site.utc_offset_s
        self._index = {spec.index: i for i, spec in enumerate(specs)}
        lacks = {(spec.index, part): model.lacks for spec in specs for part, model in spec.models.items()}
        self.faults = FaultBook(
            seed=params.seed, homes=list(self._index), plans=plans, lacks=lacks, variant_b=params.physics == "b",
            by_power=seen_by_power(specs, plans),
        )  # fmt: skip
        self._distortion = Distortion(params.seed)
        self._watch = Watch(list(self._index), lacks)
        start_s = int(params.start.timestamp()) // 60 * 60
        self._local_day, second = divmod(start_s + self._offset_s, DAY_S)
        self._first_day = self._local_day
        self._minute = second // 60
        self._plan: DayPlan | None = None
        self._fan_hours = np.zeros(len(specs))
        self._circuit_count = 3 if params.outfit == "full" else 2
        self._build_units()
        self._extras = Extras(seed=params.seed, specs=specs) if params.outfit == "full" else None
        self.firmware = FirmwareSteps(params, specs)
        self._laundry = Laundry(seed=params.seed, specs=specs)
        self._reporting = Reporting(params, specs)

    def _build_units(self) -> None:
        specs, count = self.specs, len(self.specs)
        self._ac = ac.AirConditionerUnits(**_stack([spec.ac for spec in specs]))
        self._fridge = refrigerator.RefrigeratorUnits(**_stack([spec.fridge for spec in specs]))
        self._circuits = circuits.CircuitUnits(
            **_stack(
                [s.kitchen for s in specs]
                + [s.main for s in specs]
                + ([s.utility for s in specs] if self._circuit_count == 3 else [])
            )
        )
        warm = np.array([min(spec.site.mean_c, 25.0) for spec in specs])
        self._has_ac = np.array([float("ac" in spec.parts) for spec in specs])
        zero = np.zeros(count)
        self._ac_state = ac.AirConditionerState(
            room_c=warm.copy(), mass_c=warm.copy(), integral=zero.copy(), running=zero > 0.0, heat_w=zero.copy(),
            energy_kwh=zero.copy(), filter_h=np.array([spec.first_filter_h for spec in specs]),
        )  # fmt: skip
        self._fridge_state = refrigerator.start_state(self._fridge)
        self._circuit_state = circuits.CircuitState(
            rise_k=np.zeros(self._circuit_count * count),
            energy_kwh=np.zeros(self._circuit_count * count),
            current_a=np.zeros(self._circuit_count * count),
        )

    @property
    def time_s(self) -> int:
        """Data time reached, Unix seconds: everything before it is simulated."""
        return self._local_day * DAY_S - self._offset_s + self._minute * 60

    @property
    def episodes(self) -> list[Episode]:
        """Urgent conditions so far that no growing fault has as its own."""
        return self._watch.episodes

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
        if fault in ("purifier_filter_clog", "hood_filter_clog") and self._extras:
            self._extras.reset_filter(FAULTS[fault].part, self._index[home])
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
            self._plan = self._changed(
                plan_day(self._params, specs=self.specs, local_day=self._local_day, day=day, faults=self.faults)
            )
            self._laundry.begin_day(self._plan, self._local_day)
            if self._extras:
                self._extras.begin_day(self._plan, self._local_day)
            self.firmware.apply(day, ac_units=self._ac, fridge_units=self._fridge, extras=self._extras)
        first, last = self._minute, self._minute + int(minutes)
        tables, events = self._run(self._plan, first, last)
        self._minute = last
        if last == DAY_MIN:
            usage = {
                "filter_clog": self._fan_hours / NORMAL_FAN_HOURS,
                "drain_filter_clog": self._laundry.cycles_today,
                "bearing_wear": self._laundry.cycles_today,
                "inlet_valve_weak": self._laundry.cycles_today,
                **(self._extras_usage() if self._extras else {}),
            }
            self.faults.grow(day, usage)
            self._fan_hours = np.zeros(len(self.specs))
            self._local_day, self._minute, self._plan = self._local_day + 1, 0, None
        return tables, events

    def _run(self, plan: DayPlan, first: int, last: int) -> tuple[list[Table], list[Event]]:
        part = {name: field[first:last] for name, field in plan.fields.items()}
        noise = plan.noise[:, first:last]
        count = len(self.specs)
        report, start_s = self._reporting, plan.first_s + 60 * first
        extra_tables: list[Table] = []
        air_columns, room_c = self._run_rooms(plan, part, noise, first, last)
        cold_columns, air = refrigerator.step_refrigerators(
            self._fridge,
            self._fridge_state,
            refrigerator.RefrigeratorDrivers(
                ambient_c=room_c + 1.0, door_s=part["door_s"], food_w=part["food_w"], dead=part["dead"]
            ),
            seal=self.faults.severity("door_seal_leak"),
            dust=self.faults.severity("condenser_dust"),
            noise=noise[6:9],
            worn=self.faults.severity("compressor_failing"),
            iced=self.faults.severity("defrost_failure"),
        )
        wash_columns, summaries, events = self._laundry.run(plan, first, last, self.faults)
        kitchen_w = part["kitchen_w"] + _floats(cold_columns["power_w"]) + _floats(wash_columns["power_w"])
        kitchen_var = part["kitchen_var"] + 0.35 * _floats(cold_columns["power_w"])
        air_w = _floats(air_columns["power_w"]) * self._has_ac
        main_w, more_w, more_var = part["main_w"], [], []
        if self._extras:
            more = self._extras.run(
                plan, first, last, room_c=room_c, faults=self.faults, noise=noise[NOISE_LAYERS:]
            )  # fmt: skip
            kitchen_w = kitchen_w + more.load_w["kitchen"]
            main_w = main_w + more.load_w["main"]
            more_w, more_var = [more.load_w["utility"] + 2.0], [0.1 * more.load_w["utility"] + 3.0]
            extra_tables = self._report_extras(more.columns, more.summaries, plan.first_s, start_s)
            self._look_at_extras(more.columns)
        before = self._circuit_state.current_a
        healthy = np.zeros(count)
        trace = circuits.run_circuits(
            self._circuits,
            self._circuit_state,
            load_w=np.concatenate([kitchen_w, main_w + air_w, *more_w], axis=1),
            load_var=np.concatenate([kitchen_var, part["main_var"] + 0.2 * air_w, *more_var], axis=1),
            upstream_v=np.tile(part["upstream_v"], (1, self._circuit_count)),
            room_c=np.tile(room_c, (1, self._circuit_count)),
            contact=np.concatenate([self.faults.severity("loose_contact"), healthy, *[healthy] * len(more_w)]),
            leak=np.concatenate([healthy, self.faults.severity("earth_leakage"), *[healthy] * len(more_w)]),
            leak_noise=np.concatenate([noise[9], noise[10], *[noise[11]] * len(more_w)], axis=1),
            damp=np.concatenate([*circuits.moisture(plan.noise[9 : 9 + self._circuit_count])], axis=1)[first:last],
        )
        self._circuit_state.current_a = trace.current_a[-1].copy()
        self._look(part, air, trace)
        tables = [
            report.steady("ac", start_s, air_columns),
            report.steady("fridge", start_s, cold_columns),
            report.cyclers("washer", start_s, wash_columns),
            *report.summaries("washer", plan.first_s, summaries),
            *extra_tables,
            report.circuits(start_s, trace, before, self._circuits.breaker_rating_a, noise[11:14]),
        ]
        tables = self._distortion.apply(tables, self.faults, self.midnight_s())
        return [table for table in tables if table.ts.size], events

    def _look(self, part: dict[str, Floats], air: refrigerator.CabinetAir, trace: circuits.CircuitTrace) -> None:
        """Note what is urgent in this stretch."""
        day, watch = self.elapsed_days, self._watch
        watch.food(self.faults, day, air.fridge_c, air.freezer_c)
        watch.circuits(self.faults, day, trace, self._circuits.breaker_rating_a)
        watch.mains(self.faults, day, part["upstream_v"])
        watch.water(self.faults, day, part["flood_mm"])

    def _look_at_extras(self, columns: dict[str, dict[str, NDArray[np.generic]]]) -> None:
        assert self._extras is not None
        day, units = self.elapsed_days, self._extras.heaters
        self._watch.dryers(self.faults, day, _floats(columns["dryer"]["limit_trips"]))
        leak_ma, rated_w = columns["heater"]["leakage_ma"], water_heater.rated_power_w(units.element_ohm)
        self._watch.heaters(self.faults, day, _floats(leak_ma), rated_w)

    def _report_extras(
        self,
        columns: dict[str, dict[str, NDArray[np.generic]]],
        summaries: dict[str, list[Summary]],
        day_s: int,
        start_s: int,
    ) -> list[Table]:
        report = self._reporting
        return [
            report.steady("heater", start_s, columns["heater"]),
            report.cyclers("dryer", start_s, columns["dryer"]),
            report.cyclers("dishwasher", start_s, columns["dishwasher"]),
            report.movers("purifier", start_s, columns["purifier"]),
            report.movers("hood", start_s, columns["hood"]),
            *report.summaries("dryer", day_s, summaries["dryer"]),
            *report.summaries("dishwasher", day_s, summaries["dishwasher"]),
        ]

    def _extras_usage(self) -> dict[str, Floats]:
        """Use of the day relative to a normal one (E: hours of a day's use per kind)."""
        assert self._extras is not None
        hours = self._extras.usage_hours
        return {
            "vent_clog": hours["dryer"] / 0.45,
            "dishwasher_filter_clog": hours["dishwasher"] / 1.2,
            "heater_failure": hours["dishwasher"] / 1.2,
            "purifier_filter_clog": hours["purifier"] / 16.0,
            "hood_filter_clog": hours["hood"] / 0.45,
        }

    def _run_rooms(
        self, plan: DayPlan, part: dict[str, Floats], noise: Floats, first: int, last: int
    ) -> tuple[dict[str, NDArray[np.generic]], Floats]:
        shape = part["want"].shape
        drivers = ac.AirConditionerDrivers(
            want=part["want"] * self._has_ac,
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
            self._ac,
            self._ac_state,
            drivers,
            trace,
            clog=clog,
            leak=leak,
            noise=noise[:6],
            fouled=self.faults.severity("outdoor_coil_fouled"),
        )
        return columns, trace.room_c


def _floats(column: NDArray[np.generic]) -> Floats:
    return np.asarray(column, dtype=np.float64)
