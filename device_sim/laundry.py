"""The washing machines of a block: cycles of the day laid on the minutes, summaries, alarms, floods."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim import washing_machine as wm
from device_sim.day_plan import DayPlan
from device_sim.description import HomeSpec, appliance_id
from device_sim.faults import FaultBook
from device_sim.params import DAY_MIN
from device_sim.streams import Purpose, stream
from device_sim.tables import Event

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]

SIGNALS: Final = ("level_mm", "drum_rpm", "vibration_mm_s", "water_c", "power_w")
DRAIN_ALARM: Final = "E21"
FLOOD_ALARM: Final = "E41"
FLOOD_ALARM_MM: Final = 30.0  # (E) the machine's own float switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A finished cycle: position of the home in the block, minute of the day it ended in, its figures."""

    who: int
    minute: int
    figures: dict[str, float]


class Laundry:
    """Washing machines of a block over the current day."""

    def __init__(self, *, seed: int, specs: list[HomeSpec]) -> None:
        self._seed = seed
        self._specs = specs
        self._energy_kwh = np.zeros(len(specs))
        self._drain_alarm = [False] * len(specs)
        self.cycles_today: Floats = np.zeros(len(specs))

    def begin_day(self, plan: DayPlan, local_day: int) -> None:
        """Forget yesterday's minutes; all machines stand idle at local midnight."""
        shape = (DAY_MIN, len(self._specs))
        self._local_day = local_day
        self._minutes = {name: np.zeros(shape) for name in SIGNALS}
        self._minutes["power_w"][:] = wm.IDLE_W
        self._minutes["water_c"][:] = np.nan  # no water, no reading
        self._minutes["level_mm"][:] = plan.fields["flood_mm"]
        self._phase = np.full(shape, "idle", dtype="<U5")
        self._summaries: list[Summary] = []
        self.cycles_today = np.zeros(len(self._specs))

    def run(
        self, plan: DayPlan, first: int, last: int, faults: FaultBook
    ) -> tuple[Columns, list[Summary], list[Event]]:
        """Start the cycles due in minutes [first, last) and return that stretch with what ended in it."""
        events: list[Event] = []
        for who, washes in enumerate(plan.washes):
            for number, wash in enumerate(washes):
                if first <= wash.start_min < last:
                    events.extend(self._start(plan, who, number, faults))
            events.extend(self._flood_edges(plan, who, first, last))
        columns: Columns = {name: values[first:last] for name, values in self._minutes.items()}
        energy = self._energy_kwh + np.cumsum(self._minutes["power_w"][first:last], axis=0) / 60_000.0
        self._energy_kwh = energy[-1].copy()
        columns["energy_kwh"] = np.round(energy, 3)
        columns["phase"] = self._phase[first:last]
        return columns, [done for done in self._summaries if first <= done.minute < last], events

    def _start(self, plan: DayPlan, who: int, number: int, faults: FaultBook) -> list[Event]:
        wash, spec = plan.washes[who][number], self._specs[who]
        clog = float(faults.severity("drain_filter_clog")[who])
        at = wash.start_min
        cycle = wm.run_cycle(
            spec.washer,
            wash,
            stream(self._seed, Purpose.CYCLE, spec.index, self._local_day, number),
            clog=clog,
            bearing=float(faults.severity("bearing_wear")[who]),
            pressure_bar=float(plan.fields["pressure_bar"][at, who]),
            voltage_v=float(plan.fields["upstream_v"][at, who]),
            inlet_c=plan.inlet_c,
            valve=float(faults.severity("inlet_valve_weak")[who]),
        )
        stop = min(at + len(cycle.phase), DAY_MIN - 1)
        for name in SIGNALS:
            self._minutes[name][at:stop, who] = cycle.minutes[name][: stop - at]
        self._phase[at:stop, who] = cycle.phase[: stop - at]
        self._summaries.append(Summary(who=who, minute=stop, figures=cycle.summary))
        self.cycles_today[who] += 1.0
        alarm = wm.drain_flow_lpm(1.0, clog) < 1.0 / wm.DRAIN_LIMIT_FACTOR
        if alarm == self._drain_alarm[who]:
            return []
        self._drain_alarm[who] = alarm
        when = plan.first_s + 60.0 * at + 1.0
        return [Event(appliance_id=appliance_id(spec.index, "washer"), ts=when, code=DRAIN_ALARM, active=alarm)]

    def _flood_edges(self, plan: DayPlan, who: int, first: int, last: int) -> list[Event]:
        wet = plan.fields["flood_mm"][:, who] > FLOOD_ALARM_MM
        if not wet.any():
            return []
        edges = np.flatnonzero(np.diff(wet.astype(np.int8), prepend=0))
        name = appliance_id(self._specs[who].index, "washer")
        return [
            Event(appliance_id=name, ts=plan.first_s + 60.0 * int(at), code=FLOOD_ALARM, active=bool(wet[at]))
            for at in edges
            if first <= at < last
        ]
