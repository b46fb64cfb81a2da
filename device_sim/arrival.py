"""How readings reach the record: late, twice, out of order, with holes, odd clocks, sentinels and reset counters."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.params import DAY_S
from device_sim.streams import Purpose, stream
from device_sim.tables import UNITS_PER_HOME, Table

Floats = NDArray[np.float64]

COUNTERS: Final = ("energy_kwh", "door_opens", "limit_trips", "cutout_trips")
USUAL_DELAY_S: Final = 0.4  # (E)
DELAYED_SHARE: Final = 0.004  # (E) some minutes late, so out of order
TWICE_SHARE: Final = 0.003  # (E)
SENTINEL_SHARE: Final = 0.0001  # (E) single bad values of sound sensors
SENTINELS: Final = (255.0, -64.0, 51.1)
OUTAGE_WINDOW_DAYS: Final = 14
NO_BUFFER_SHARE: Final = 0.4  # (E) homes whose devices forget what they could not send
ODD_CLOCK_SHARE: Final = 0.03  # (E) appliances whose clock is wrong for a while
RESET_SHARE: Final = 0.06  # (E) appliances whose counters restart once


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A table with the instant at which each row was received, in Unix seconds."""

    table: Table
    received_s: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quirks:
    """What is odd about one appliance: a wrong clock in [from, to) by so much (NaN: since 1970), a counter reset."""

    clock_from_s: float
    clock_to_s: float
    clock_by_s: float
    reset_s: float


class Arrival:
    """Turns tables into what was received; the same table gives the same rows."""

    def __init__(self, seed: int, *, units: list[int], start_s: float, end_s: float) -> None:
        self._seed = seed
        self._start_s, self._end_s = start_s, end_s
        drawn = {unit: self._draw_quirks(unit) for unit in units}
        self._quirks = {unit: quirks for unit, quirks in drawn.items() if quirks is not None}
        self._base: dict[tuple[int, str], float] = {}
        self._windows: dict[tuple[int, int], tuple[float, float] | None] = {}
        self._forgetful: dict[int, bool] = {}

    def receive(self, table: Table) -> Arrived:
        """Apply everything that goes wrong on the way to the rows of one table (in order of time per appliance)."""
        key = sum(table.kind.encode()) + 1000 * (table.topic == "cycle")
        homes, true_s = table.unit // UNITS_PER_HOME, table.ts
        rng = stream(self._seed, Purpose.ARRIVAL, int(homes.min()), int(true_s.min()), key)
        table = self._blots(self._odd(table), rng)
        count = table.ts.size
        delay = rng.exponential(USUAL_DELAY_S, count) + 0.05
        slow = rng.random(count) < DELAYED_SHARE
        delay[slow] += rng.uniform(30.0, 1500.0, int(slow.sum()))
        received = true_s + delay
        keep = np.ones(count, dtype=np.bool_)
        for home in np.unique(homes):
            for from_s, to_s in self._outages(int(home), float(true_s.min()), float(true_s.max())):
                out = (homes == home) & (true_s >= from_s) & (true_s < to_s)
                if self._forgets(int(home)):
                    keep &= ~out
                else:
                    received[out] = to_s + 5.0 + 120.0 * rng.random(int(out.sum()))
        twice = np.flatnonzero(rng.random(count) < TWICE_SHARE)
        again = received[twice] + rng.choice([1.0, 15.0, 600.0], twice.size) * rng.random(twice.size)
        order = np.concatenate([np.flatnonzero(keep), twice[keep[twice]]])
        received = np.concatenate([received[keep], again[keep[twice]]])
        return Arrived(table=table.only(order), received_s=received)

    def _blots(self, table: Table, rng: np.random.Generator) -> Table:
        columns = dict(table.columns)
        for name in sorted(columns):
            if name.endswith("_c") and name != "setpoint_c":
                hit = np.flatnonzero(rng.random(table.ts.size) < SENTINEL_SHARE)
                if hit.size:
                    values = np.array(columns[name], dtype=np.float64)
                    values[hit] = np.where(np.isnan(values[hit]), np.nan, rng.choice(SENTINELS, hit.size))
                    columns[name] = values
        return replace(table, columns=columns)

    def _odd(self, table: Table) -> Table:
        """Wrong clocks and reset counters of the few appliances that have them."""
        ts, columns = table.ts.copy(), dict(table.columns)
        last_s = float(table.ts.max())
        for unit, quirks in self._quirks.items():
            if min(quirks.clock_from_s, quirks.reset_s) > last_s:
                continue
            mine = table.unit == unit
            if not mine.any():
                continue
            wrong = mine & (table.ts >= quirks.clock_from_s) & (table.ts < quirks.clock_to_s)
            since_boot = table.ts[wrong] - quirks.clock_from_s
            ts[wrong] = since_boot if np.isnan(quirks.clock_by_s) else table.ts[wrong] + quirks.clock_by_s
            after = mine & (table.ts >= quirks.reset_s)
            if after.any():
                self._reset(columns, unit, after)
        return replace(table, ts=ts, columns=columns)

    def _reset(self, columns: dict[str, NDArray[np.generic]], unit: int, after: NDArray[np.bool_]) -> None:
        for counter in COUNTERS:
            if counter in columns:
                values = np.array(columns[counter], dtype=np.float64)
                base = self._base.setdefault((unit, counter), float(values[after][0]))
                values[after] = np.maximum(np.round(values[after] - base, 3), 0.0)
                columns[counter] = values

    def _draw_quirks(self, unit: int) -> _Quirks | None:
        rng = stream(self._seed, Purpose.ARRIVAL, 3, unit)
        odd, resets = rng.random() < ODD_CLOCK_SHARE, rng.random() < RESET_SHARE
        from_s, reset_s = rng.uniform(self._start_s, self._end_s, 2)
        by_s = float(rng.choice([np.nan, 7200.0, -600.0, 90_000.0, -4.0]))
        length_s = float(rng.uniform(600.0, 2.0 * DAY_S) if not np.isnan(by_s) else rng.uniform(300.0, 3e4))
        if not odd and not resets:
            return None
        return _Quirks(
            clock_from_s=from_s if odd else np.inf,
            clock_to_s=from_s + length_s if odd else np.inf,
            clock_by_s=by_s,
            reset_s=reset_s if resets else np.inf,
        )

    def _forgets(self, home: int) -> bool:
        if home not in self._forgetful:
            self._forgetful[home] = bool(stream(self._seed, Purpose.ARRIVAL, home, 1).random() < NO_BUFFER_SHARE)
        return self._forgetful[home]

    def silences(self, home: int) -> list[tuple[float, float]]:
        """Outages that lasted a day within the recording, Unix seconds: nothing of the whole home arrived meanwhile."""
        known = self._outages(home, self._start_s, self._end_s)
        return [
            (max(from_s, self._start_s), to_s)
            for from_s, to_s in known
            if min(to_s, self._end_s) - max(from_s, self._start_s) >= DAY_S
        ]

    def _outages(self, home: int, first_s: float, last_s: float) -> list[tuple[float, float]]:
        """Stretches without Wi-Fi that touch [first, last], Unix seconds: mostly hours, some two to four days."""
        width_s = OUTAGE_WINDOW_DAYS * DAY_S
        windows = range(int(first_s // width_s), int(last_s // width_s) + 1)
        drawn = (self._outage(home, window) for window in windows)
        return [span for span in drawn if span is not None and span[0] <= last_s and span[1] > first_s]

    def _outage(self, home: int, window: int) -> tuple[float, float] | None:
        if (home, window) not in self._windows:
            rng = stream(self._seed, Purpose.ARRIVAL, home, 2, window)
            happens = rng.random() <= 0.5
            length_s = rng.uniform(2.0, 4.0) * DAY_S if rng.random() < 0.06 else rng.uniform(0.2, 14.0) * 3600.0
            width_s = OUTAGE_WINDOW_DAYS * DAY_S
            from_s = float(window * width_s + rng.uniform(0.0, width_s - length_s))
            self._windows[home, window] = (from_s, from_s + float(length_s)) if happens else None
        return self._windows[home, window]
