"""What broken sensors and silent devices do to otherwise true readings."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.description import unit_number
from device_sim.faults import FaultBook, FaultRecord
from device_sim.params import DAY_S
from device_sim.streams import Purpose, stream
from device_sim.tables import UNITS_PER_HOME, Table

Floats = NDArray[np.float64]

SENTINELS: Final = (255.0, -64.0, 51.1, -127.0)  # seen in dumps of real devices
DRIFT_AT_FULL_K: Final = 8.0
DRIFT_AT_FULL_SHARE: Final = 0.5


class Distortion:
    """Applies open sensor_fault and silent records of a block to its tables."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._held: dict[tuple[int, str, float], float] = {}

    def apply(self, tables: list[Table], book: FaultBook, origin_s: float) -> list[Table]:
        """Return the tables as the devices would send them; `origin_s` is the instant that plans count from."""
        for record in book.of("sensor_fault"):
            tables = [self._disturb(table, record, book, origin_s) for table in tables]
        for record in book.of("silent"):
            tables = [_mute(table, record, origin_s) for table in tables]
        return tables

    def _disturb(self, table: Table, record: FaultRecord, book: FaultBook, origin_s: float) -> Table:
        signal, _, manner = record.plan.detail.partition(":")
        if signal not in table.columns or table.columns[signal].dtype.kind != "f":
            return table
        hit = _within(table, record, origin_s, unit=unit_number(record.plan.home, record.plan.where))
        if not hit.any():
            return table
        values = np.array(table.columns[signal], dtype=np.float64)
        rng = stream(self._seed, Purpose.SENSOR, record.plan.home, int(table.ts[hit][0]) // 3600)
        if manner == "stuck":
            name = (unit_number(record.plan.home, record.plan.where), signal, record.plan.onset_day)
            seen = values[hit]
            seen = seen[~np.isnan(seen)]
            if name not in self._held and seen.size:
                self._held[name] = float(seen[0])
            values[hit] = self._held.get(name, np.nan)
        else:
            severity = float(book.severity("sensor_fault")[book.homes.index(record.plan.home)])
            values[hit] = _wrong(values[hit], signal, manner, severity, rng)
        return replace(table, columns={**table.columns, signal: values})


def _wrong(true: Floats, signal: str, manner: str, severity: float, rng: np.random.Generator) -> Floats:
    if manner == "sentinel":
        code = SENTINELS[int(rng.integers(0, len(SENTINELS)))]
        return np.asarray(np.where(rng.random(true.size) < 0.4, code, true), dtype=np.float64)
    if manner == "spike":
        jump = rng.choice([-1.0, 1.0], true.size) * (8.0 + 0.5 * np.abs(true))
        return np.asarray(np.round(np.where(rng.random(true.size) < 0.06, true + jump, true), 1), dtype=np.float64)
    if manner == "drift":
        step = DRIFT_AT_FULL_K if signal.endswith("_c") else DRIFT_AT_FULL_SHARE * np.abs(true)
        return np.asarray(np.round(true + severity * step, 1))
    return np.round(1.8 * true + 32.0 if signal.endswith("_c") else 10.0 * true, 1)


def _mute(table: Table, record: FaultRecord, origin_s: float) -> Table:
    plan = record.plan
    unit = None if plan.detail == "home" else unit_number(plan.home, plan.where)
    hit = _within(table, record, origin_s, unit=unit)
    return table.only(~hit) if hit.any() else table


def _within(table: Table, record: FaultRecord, origin_s: float, *, unit: int | None) -> NDArray[np.bool_]:
    """Rows of one appliance, or of the home, while the record is open."""
    first_s = origin_s + DAY_S * record.plan.onset_day
    last_s = np.inf if record.end_day is None else origin_s + DAY_S * record.end_day
    if table.ts.size == 0 or last_s <= table.ts.min() or first_s > table.ts.max():
        return np.zeros(table.ts.size, dtype=np.bool_)
    whose = table.unit // UNITS_PER_HOME == record.plan.home if unit is None else table.unit == unit
    return np.asarray(whose & (table.ts >= first_s) & (table.ts < last_s))
