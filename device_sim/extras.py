"""The kinds that not every home has, stepped for a block: water heater, dryer, dishwasher, purifier, hood."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device_sim import air_mover, dryer, water_heater
from device_sim.day_plan import DayPlan
from device_sim.description import HomeSpec
from device_sim.dishwashers import Dishwashers
from device_sim.faults import FaultBook
from device_sim.laundry import Summary
from device_sim.stacking import stack

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]


@dataclass(slots=True, kw_only=True)
class ExtrasOutcome:
    """Signals per part, summaries per part, and the load that each circuit sees, in W (minutes, homes)."""

    columns: dict[str, Columns] = field(default_factory=dict)
    summaries: dict[str, list[Summary]] = field(default_factory=dict)
    load_w: dict[str, Floats] = field(default_factory=dict)


class Extras:
    """Units and states of the five kinds in one block; a home without a kind draws no power from it."""

    def __init__(self, *, seed: int, specs: list[HomeSpec]) -> None:
        self.heaters = water_heater.WaterHeaterUnits(**stack([spec.heater for spec in specs]))
        self.dryers = dryer.DryerUnits(**stack([spec.dryer for spec in specs]))
        self.purifiers = air_mover.PurifierUnits(**stack([spec.purifier for spec in specs]))
        self.hoods = air_mover.HoodUnits(**stack([spec.hood for spec in specs]))
        first_h = np.array([spec.first_filter_h for spec in specs])
        self._heater = water_heater.start_state(self.heaters)
        self._dryer = dryer.start_state(len(specs))
        self._purifier = air_mover.start_state(len(specs), 3.0 * first_h)
        self._hood = air_mover.start_state(len(specs), np.floor(0.2 * first_h))
        self._dishes = Dishwashers(seed=seed, specs=specs)
        self._owned = {
            part: np.array([part in spec.parts for spec in specs])
            for part in ("dryer", "dishwasher", "heater", "purifier", "hood")
        }
        self.usage_hours = {part: np.zeros(len(specs)) for part in ("dryer", "dishwasher", "purifier", "hood")}
        self._carry: dict[str, float] = {}

    def begin_day(self, plan: DayPlan, local_day: int) -> None:
        """Forget yesterday's use and lay today's dishes."""
        for hours in self.usage_hours.values():
            hours[:] = 0.0
        self._dishes.begin_day(local_day)

    def reset_filter(self, part: str, who: int) -> None:
        """The owner resets the hours counter of a purifier or hood."""
        (self._purifier if part == "purifier" else self._hood).filter_h[who] = 0.0

    def run(
        self, plan: DayPlan, first: int, last: int, *, room_c: Floats, faults: FaultBook, noise: Floats
    ) -> ExtrasOutcome:
        """Step minutes [first, last) of the day; `noise` holds twelve standard normal layers."""
        part = {name: field_[first:last] for name, field_ in plan.fields.items()}
        done = ExtrasOutcome()
        inlet_c = np.broadcast_to(plan.inlet_c, room_c.shape)
        done.columns["heater"] = water_heater.step_water_heaters(
            self.heaters,
            self._heater,
            water_heater.WaterHeaterDrivers(
                tap_lpm=part["tap_lpm"] * np.sqrt(np.clip(part["pressure_bar"] / 3.0, 0.2, 1.0)),
                inlet_c=inlet_c, room_c=room_c, voltage_v=part["upstream_v"] - 1.5,
            ),
            failing=faults.severity("element_failing"), scale=faults.severity("limescale"),
            anode=faults.severity("anode_spent"), noise=noise[0:3],
        )  # fmt: skip
        done.columns["dryer"], cycles = dryer.step_dryers(
            self.dryers,
            self._dryer,
            dryer.DryerDrivers(
                load_kg=part["dry_load_kg"] * self._owned["dryer"], water_kg=part["dry_water_kg"],
                room_c=np.broadcast_to(room_c, room_c.shape), voltage_v=part["upstream_v"] - 2.0,
            ),
            vent=faults.severity("vent_clog"), thermostat=faults.severity("overheat_trips"), noise=noise[3:6],
        )  # fmt: skip
        done.summaries["dryer"] = [Summary(who=c.who, minute=first + c.minute, figures=c.figures) for c in cycles]
        done.columns["dishwasher"], done.summaries["dishwasher"] = self._dishes.run(plan, first, last, faults)
        self._move_air(plan, part, faults, noise, done)
        self._count(done)
        self._sum_loads(done)
        return done

    def _move_air(
        self, plan: DayPlan, part: dict[str, Floats], faults: FaultBook, noise: Floats, done: ExtrasOutcome
    ) -> None:
        shape = part["purifier"].shape
        level = part["hood_level"].astype(np.int64)
        # A running hood takes part of what the pan gives off.
        smoke = part["smoke_ug_min"] * (1.0 - 0.15 * level)
        done.columns["purifier"] = air_mover.step_purifiers(
            self.purifiers, self._purifier, wanted=part["purifier"] > 0.0,
            outdoor_ugm3=np.broadcast_to(part["outdoor_pm25_ugm3"], shape), source_ug_min=12.0 * smoke,
            window=part["window_w_k"] / 40.0, clog=faults.severity("purifier_filter_clog"), noise=noise[6:9],
        )  # fmt: skip
        done.columns["hood"] = air_mover.run_hoods(
            self.hoods, self._hood, level=level, clog=faults.severity("hood_filter_clog"), noise=noise[9:12]
        )

    def _count(self, done: ExtrasOutcome) -> None:
        running = {
            "dryer": done.columns["dryer"]["phase"] == "dry",
            "dishwasher": done.columns["dishwasher"]["phase"] != "idle",
            "purifier": np.asarray(done.columns["purifier"]["fan_level"], dtype=np.float64) > 0.0,
            "hood": np.asarray(done.columns["hood"]["fan_level"], dtype=np.float64) > 0.0,
        }
        for name, on in running.items():
            self.usage_hours[name] += np.asarray(on).sum(axis=0) / 60.0

    def _sum_loads(self, done: ExtrasOutcome) -> None:
        watts = {
            part: np.asarray(columns["power_w"], dtype=np.float64) * self._owned[part]
            for part, columns in done.columns.items()
        }
        done.load_w["utility"] = watts["dryer"] + watts["heater"] + watts["dishwasher"]
        done.load_w["kitchen"] = watts["hood"]
        done.load_w["main"] = watts["purifier"]
