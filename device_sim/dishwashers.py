"""The dishwashers of a block: cycles of the day laid on the minutes, and their summaries."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim import dishwasher as dw
from device_sim.day_plan import DayPlan
from device_sim.description import HomeSpec
from device_sim.faults import FaultBook
from device_sim.laundry import Summary
from device_sim.params import DAY_MIN
from device_sim.streams import Purpose, stream

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]

SIGNALS: Final = ("water_c", "heater_w", "circ_pump_w", "turbidity_ntu", "power_w")


class Dishwashers:
    """Dishwashers of a block over the current day; all stand idle at local midnight."""

    def __init__(self, *, seed: int, specs: list[HomeSpec]) -> None:
        self._seed = seed
        self._specs = specs
        self._energy_kwh = np.zeros(len(specs))
        self._local_day = 0

    def begin_day(self, local_day: int) -> None:
        """Forget yesterday's minutes."""
        shape = (DAY_MIN, len(self._specs))
        self._local_day = local_day
        self._minutes = {name: np.zeros(shape) for name in SIGNALS}
        self._minutes["power_w"][:] = dw.IDLE_W
        self._minutes["water_c"][:] = np.nan
        self._minutes["turbidity_ntu"][:] = np.nan
        self._phase = np.full(shape, "idle", dtype="<U5")
        self._summaries: list[Summary] = []

    def run(self, plan: DayPlan, first: int, last: int, faults: FaultBook) -> tuple[Columns, list[Summary]]:
        """Start the cycles due in minutes [first, last) and return that stretch with what ended in it."""
        for who, loads in enumerate(plan.dishes):
            if "dishwasher" in self._specs[who].parts:
                for dishes in loads:
                    if first <= dishes.start_min < last:
                        self._start(plan, who, dishes, faults)
        columns: Columns = {name: values[first:last] for name, values in self._minutes.items()}
        energy = self._energy_kwh + np.cumsum(self._minutes["power_w"][first:last], axis=0) / 60_000.0
        self._energy_kwh = energy[-1].copy()
        columns["energy_kwh"] = np.round(energy, 3)
        columns["phase"] = self._phase[first:last]
        return columns, [done for done in self._summaries if first <= done.minute < last]

    def _start(self, plan: DayPlan, who: int, dishes: dw.Dishes, faults: FaultBook) -> None:
        at, spec = dishes.start_min, self._specs[who]
        cycle = dw.run_cycle(
            spec.dishwasher,
            dishes,
            stream(self._seed, Purpose.CYCLE, spec.index, self._local_day, 1000),
            clog=float(faults.severity("dishwasher_filter_clog")[who]),
            heater=float(faults.severity("heater_failure")[who]),
            pressure_bar=float(plan.fields["pressure_bar"][at, who]),
            voltage_v=float(plan.fields["upstream_v"][at, who]) - 1.5,
            inlet_c=plan.inlet_c,
        )
        stop = min(at + len(cycle.phase), DAY_MIN - 1)
        for name in SIGNALS:
            self._minutes[name][at:stop, who] = cycle.minutes[name][: stop - at]
        self._phase[at:stop, who] = cycle.phase[: stop - at]
        self._summaries.append(Summary(who=who, minute=stop, figures=cycle.summary))
