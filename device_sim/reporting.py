"""When a device speaks and what it says: beats per unit, reports on change, missing signals per model."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.circuit import CircuitTrace, choose_reports
from device_sim.description import CIRCUITS, KIND_OF_PART, HomeSpec, appliance_id, unit_number
from device_sim.laundry import Summary
from device_sim.params import SimParams
from device_sim.streams import Purpose, stream
from device_sim.tables import Table

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[np.generic]]

IDLE_MIN: Final = 30
FINE_STEP_S: Final = 10
WET_MM: Final = 5.0


class Reporting:
    """Turns minute arrays of a block into tables; each unit has its own beat so that not all speak at once."""

    def __init__(self, params: SimParams, specs: list[HomeSpec]) -> None:
        self._every = params.every_s // 60
        self._circuits_every = max(params.circuit_every_s // 60, 1) if params.circuit_every_s else self._every
        self._fast_s = params.circuit_every_s if 0 < params.circuit_every_s < 60 else 0
        self._ids: dict[str, NDArray[np.str_]] = {}
        self._lacks: dict[str, list[frozenset[str]]] = {}
        self._owned: dict[str, Bools] = {}
        self._unit: dict[str, NDArray[np.int64]] = {}
        for part in KIND_OF_PART:
            self._ids[part] = np.array([appliance_id(spec.index, part) for spec in specs])
            self._unit[part] = np.array([unit_number(spec.index, part) for spec in specs])
            self._lacks[part] = [spec.models[part].lacks for spec in specs]
            self._owned[part] = np.array([part in spec.parts for spec in specs])
        draws = [stream(params.seed, Purpose.UNITS, spec.index, 1) for spec in specs]
        self._beat = np.array([rng.integers(0, 60, len(KIND_OF_PART)) for rng in draws])
        self._second = np.array([np.round(rng.uniform(0.0, 9.0, len(KIND_OF_PART)), 3) for rng in draws])
        self._order = {part: i for i, part in enumerate(KIND_OF_PART)}

    def _on_beat(self, part: str, start_s: int, minutes: int, every: int) -> Bools:
        clock = start_s // 60 + np.arange(minutes)[:, None]
        return np.asarray((clock + self._beat[:, self._order[part]]) % every == 0)

    def _table(self, part: str, start_s: int, chosen: Bools, columns: Columns) -> Table:
        minute, who = np.nonzero(chosen & self._owned[part])
        picked = {name: column[minute, who] for name, column in columns.items()}
        return Table(
            kind=KIND_OF_PART[part],
            topic="telemetry",
            appliance=self._ids[part][who],
            ts=start_s + 60.0 * minute + self._second[who, self._order[part]],
            columns=self._without_lacking(picked, self._lacks[part], who),
            unit=self._unit[part][who],
        )

    @staticmethod
    def _without_lacking(columns: Columns, lacks: list[frozenset[str]], who: NDArray[np.intp]) -> Columns:
        for name in set().union(*lacks) & set(columns):
            missing = np.array([name in lack for lack in lacks])[who]
            if columns[name].dtype.kind == "U":
                columns[name] = np.where(missing, "", columns[name])
            else:
                columns[name] = np.where(missing, np.nan, columns[name])
        return columns

    def steady(self, part: str, start_s: int, columns: Columns) -> Table:
        """Readings on the regular beat (air conditioner, refrigerator)."""
        minutes = columns["power_w"].shape[0]
        return self._table(part, start_s, self._on_beat(part, start_s, minutes, self._every), columns)

    def cyclers(self, part: str, start_s: int, columns: Columns) -> Table:
        """Every minute during a cycle or while water stands in an idle machine, else half-hourly."""
        regular = self._on_beat(part, start_s, columns["power_w"].shape[0], IDLE_MIN)
        chosen = regular | (columns["phase"] != "idle")
        if "level_mm" in columns:
            chosen |= np.asarray(columns["level_mm"], dtype=np.float64) > WET_MM
        return self._table(part, start_s, chosen, columns)

    def movers(self, part: str, start_s: int, columns: Columns) -> Table:
        """Fans: on the regular beat while running and when the level changes, else half-hourly."""
        level = np.asarray(columns["fan_level"], dtype=np.float64)
        minutes = level.shape[0]
        changed = np.concatenate([np.zeros((1, level.shape[1]), dtype=np.bool_), level[1:] != level[:-1]])
        often = self._on_beat(part, start_s, minutes, self._every) & (level > 0.0)
        return self._table(part, start_s, often | changed | self._on_beat(part, start_s, minutes, IDLE_MIN), columns)

    def summaries(self, part: str, day_s: int, finished: list[Summary]) -> list[Table]:
        """Cycle summaries, stamped in the last half second of the minute the cycle ended in."""
        finished = [done for done in finished if self._owned[part][done.who] and self._sums_up(part, done)]
        if not finished:
            return []
        who = np.array([done.who for done in finished])
        names = list(finished[0].figures)
        columns: Columns = {name: np.array([done.figures[name] for done in finished]) for name in names}
        return [
            Table(
                kind=KIND_OF_PART[part],
                topic="cycle",
                appliance=self._ids[part][who],
                ts=np.array([day_s + 60.0 * done.minute + 59.5 for done in finished]),
                columns=self._without_lacking(columns, self._lacks[part], who),
                unit=self._unit[part][who],
            )
        ]

    def _sums_up(self, part: str, done: Summary) -> bool:
        """A machine behind a plug has no board that could sum anything up."""
        return not done.figures.keys() <= self._lacks[part][done.who]

    def circuits(self, start_s: int, trace: CircuitTrace, before_a: Floats, rating_a: Floats, noise: Floats) -> Table:
        """All circuits of every home: on the beat, on change, every ten seconds near the rating; or fast."""
        minutes, count = trace.current_a.shape
        homes = self._owned["kitchen"].size
        parts = CIRCUITS[: count // homes]
        regular = np.concatenate(
            [self._on_beat(part, start_s, minutes, self._circuits_every) for part in parts], axis=1
        )
        owned = np.concatenate([self._owned[part] for part in parts])
        once, fine = choose_reports(trace.current_a, before_a, rating_a, regular, always=self._fast_s > 0)
        once, fine = once & owned, fine & owned
        minute, who = np.nonzero(once)
        offset = np.concatenate([self._second[:, self._order[part]] for part in parts])
        fine_minute, fine_who = np.nonzero(fine)
        step_s = self._fast_s or FINE_STEP_S
        steps = 60 // step_s
        ticks = np.tile(np.arange(steps), fine_minute.size)
        minute = np.concatenate([minute, np.repeat(fine_minute, steps)])
        who = np.concatenate([who, np.repeat(fine_who, steps)])
        ts = start_s + 60.0 * minute + offset[who]
        ts[ts.size - ticks.size :] += step_s * ticks
        tick = np.concatenate([np.zeros(once.sum(), dtype=np.int64), ticks])
        ids = np.concatenate([self._ids[part] for part in parts])
        lacks = [lack for part in parts for lack in self._lacks[part]]
        # The ticks of one minute must differ, and not with the stretch that is simulated at once.
        sign = np.where(tick < 3, 1.0, -1.0)
        layers = np.stack([sign * noise[(layer + tick) % 3, minute, who % homes] for layer in range(3)])
        return Table(
            kind="circuit",
            topic="telemetry",
            appliance=ids[who],
            ts=ts,
            columns=self._without_lacking(_circuit_columns(trace, minute, who, layers), lacks, who),
            unit=np.concatenate([self._unit[part] for part in parts])[who],
        )


def _circuit_columns(trace: CircuitTrace, minute: NDArray[np.intp], who: NDArray[np.intp], noise: Floats) -> Columns:
    current = trace.current_a[minute, who] * (1.0 + 0.004 * noise[0])
    return {
        "power_w": np.round(trace.power_w[minute, who] * (1.0 + 0.004 * noise[0]), 1),
        "voltage_v": np.round(trace.voltage_v[minute, who] + 0.12 * noise[1], 1),
        "current_a": np.round(current, 2),
        "energy_kwh": np.round(trace.energy_kwh[minute, who], 3),
        "power_factor": np.round(trace.power_factor[minute, who], 2),
        "leakage_ma": np.round(np.maximum(trace.leakage_ma[minute, who] + 0.03 * noise[2], 0.0), 2),
        "terminal_c": np.round(trace.terminal_c[minute, who] + 0.15 * noise[2], 1),
        "upstream_v": np.round(trace.upstream_v[minute, who] + 0.12 * noise[2], 1),
    }
