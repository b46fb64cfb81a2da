"""Steady cooling or heating: windows of one day in which an air conditioner is left alone long enough to be compared.

Like is compared with like only inside such windows: same mode, fan level and setpoint, compressor at one speed, no
defrost. Everything later (reference, residual) rests on their means.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.features.day import Floats, Mask, Rows
from models.features.stretches import changes, held, means, means_of, stretches

FROST_GUARD_C: Final = 7.0
"""A controller throttles an indoor coil that comes this near to frost (E): its difference to the room then says what
the guard allows and no longer what the air flow is, so that a clogged filter would look recovered at full load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyParams:
    """What counts as steady. All (E) unless said otherwise."""

    settle_s: float = 300.0
    """Left out after a change: an indoor coil of about 10 kg settles within minutes."""
    shortest_s: float = 900.0
    """15 minutes, the shortest stretch that is compared."""
    settling_s: float = 150.0
    """How fast that goes: a seventh is left after `settle_s`, nothing after a quarter of an hour."""
    longest_s: float = 1800.0
    """A longer stretch is cut into windows of this length, so that a day at one speed counts more than once."""
    gap_s: float = 960.0
    """A longer silence ends a stretch; 16 minutes lets sampling at up to a quarter of an hour pass."""
    hold_s: float = 6 * 3600.0
    """How long a state that is said only when it changes (mode, fan level, setpoint) is taken to hold."""
    load_change: float = 0.25
    """Relative change of compressor speed between neighbouring rows that starts a new stretch."""
    load_spread: float = 0.15
    """Largest standard deviation of compressor speed over its mean within a window."""
    off_hz: float = 1.0
    off_w: float = 100.0
    """Below this a compressor does not run; fans and electronics take less than 100 W."""
    least_rows: int = 3
    least_drop_k: float = 1.5
    """Air leaving at least this much colder than the room is cooling, and warmer heating, if the unit does not say its
    mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Steady windows of one day: one entry per window; NaN where the unit has no such signal. Temperatures in Celsius.

    `load` is the compressor speed in Hz or, for a unit that does not tell, its power in W (`load_is_hz` False).
    Heating is cooling mirrored: `air_drop_k`, `coil_drop_k` and `outdoor_rise_k` are counted the other way round, so
    that each is how far the unit has brought something, and what takes from it makes it smaller, in either mode.
    """

    starts_s: Floats
    air_drop_k: Floats
    coil_drop_k: Floats
    room_c: Floats
    coil_in_c: Floats
    discharge_c: Floats
    outdoor_c: Floats
    humidity_pct: Floats
    eev_steps: Floats
    fan_level: Floats
    fan_rpm: Floats
    power_w: Floats
    outdoor_rise_k: Floats
    discharge_lift_k: Floats
    load: Floats
    load_is_hz: bool
    unsettled: Floats
    """Share that was still left to settle of a run from standstill too short for a steady window; 0 of all others."""
    heating: bool = False

    def __len__(self) -> int:
        return len(self.starts_s)

    @property
    def guard_load(self) -> Floats:
        """Compressor speed for each kelvin that the coil stands below the room, held at the frost guard, Hz/K.

        The guard holds the coil, so that each turn moves the same heat: the speed left to it is what the air brings.
        NaN where the coil is free, or the speed is not told.
        """
        told = self.held & (self.coil_drop_k > 1.0) & self.load_is_hz
        found: Floats = np.full(len(self), np.nan)
        np.divide(self.load, self.coil_drop_k, out=found, where=told)
        return found

    @property
    def held(self) -> Mask:
        """True where the frost guard is known to hold the coil; heating needs no such guard."""
        cold = np.asarray(self.coil_in_c < FROST_GUARD_C)  # NaN compares false: nothing is known of it
        return np.zeros_like(cold) if self.heating else cold


def steady_windows(rows: Rows, params: SteadyParams | None = None, *, heating: bool = False) -> Windows:
    """The steady cooling (or heating) windows in `rows` (one appliance, one day, in order of time)."""
    params = params or SteadyParams()
    load, load_is_hz = _load(rows)
    running = load > (params.off_hz if load_is_hz else params.off_w)
    fan_level = held(rows.time_s, rows.number("fan_level"), params.hold_s)
    setpoint_c = held(rows.time_s, rows.number("setpoint_c"), params.hold_s)
    defrosting = held(rows.time_s, rows.number("defrost"), params.hold_s) == 1.0
    usable = running & ~defrosting & _in_mode(rows, params, heating=heating)
    cuts = changes(rows.time_s, params.gap_s) | _differs(fan_level) | _differs(setpoint_c) | _jumps(load, params)
    pieces = [piece for start, end in stretches(usable, cuts) for piece in _pieces(rows.time_s, start, end, params)]
    short = _short_runs(rows.time_s, running, usable, cuts, params)
    pieces = _even(load, sorted([*pieces, *(piece for piece, _ in short)], key=lambda piece: piece.start), params)
    left = {piece.start: share for piece, share in short}
    unsettled = np.array([left.get(piece.start, 0.0) for piece in pieces], dtype=np.float64)
    return _average(rows, pieces, load, load_is_hz, fan_level, unsettled, heating)


def _load(rows: Rows) -> tuple[Floats, bool]:
    compressor_hz = rows.number("compressor_hz")
    if np.isfinite(compressor_hz).any():
        return compressor_hz, True
    return rows.number("power_w"), False


def _in_mode(rows: Rows, params: SteadyParams, *, heating: bool) -> Mask:
    """The rows in which the unit cools (or heats), by what it says or, where it does not or chooses by itself, does."""
    told = rows.text("mode")
    said = np.where(told == "", np.nan, (told == ("heat" if heating else "cool")).astype(np.float64))
    said[told == "auto"] = 2.0
    mode = held(rows.time_s, said, params.hold_s)
    air_c = np.where(np.isfinite(rows.number("supply_c")), rows.number("supply_c"), rows.number("coil_in_c"))
    brought_k = (air_c - rows.number("room_c")) * (1.0 if heating else -1.0)
    unsaid = np.isnan(mode) | (mode == 2.0)
    at_it: Mask = (mode == 1.0) | (unsaid & (brought_k > params.least_drop_k))  # NaN compares false: not known to
    # Defrosting cools the room's coil; not every unit says so.
    return at_it & ~(brought_k < 0.0) if heating else at_it


def _differs(values: Floats) -> Mask:
    cut = np.zeros(len(values), dtype=np.bool_)
    both = np.isfinite(values[1:]) & np.isfinite(values[:-1])
    cut[1:] = both & (values[1:] != values[:-1])
    return cut


def _jumps(load: Floats, params: SteadyParams) -> Mask:
    cut = np.zeros(len(load), dtype=np.bool_)
    if len(load) > 1:
        with np.errstate(invalid="ignore"):
            cut[1:] = np.abs(np.diff(load)) > params.load_change * np.maximum(load[1:], load[:-1])
    return cut


def _pieces(time_s: Floats, start: int, end: int, params: SteadyParams) -> list[slice]:
    """Cut one stretch, without its settling time, into windows of 15 to 30 minutes."""
    first = int(np.searchsorted(time_s[start:end], time_s[start] + params.settle_s)) + start
    pieces: list[slice] = []
    while first < end:
        # The tenth of a second lets a row that is due exactly at the limit in, whatever the clock's rounding.
        last = int(np.searchsorted(time_s[first:end], time_s[first] + params.longest_s + 0.1)) + first
        if last - first < params.least_rows or time_s[last - 1] - time_s[first] < params.shortest_s:
            break
        pieces.append(slice(first, last))
        first = last
    return pieces


def _short_runs(
    time_s: Floats, running: Mask, usable: Mask, cuts: Mask, params: SteadyParams
) -> list[tuple[slice, float]]:
    """What had settled of runs from standstill too short for a steady window, and the share left to settle of each.

    Of a run in which the fan or the setpoint changed it is the rows since then, up to its end.
    """
    places = np.arange(len(time_s))
    alike_from = np.maximum.accumulate(np.maximum(np.where(cuts, places, 0), np.where(usable, 0, places + 1)))
    found: list[tuple[slice, float]] = []
    for start, end in stretches(running, changes(time_s, params.gap_s)):
        seen = start > 0 and time_s[start] - time_s[start - 1] <= params.gap_s  # its start, that is
        if not seen or time_s[end - 1] - time_s[start] >= params.settle_s + params.shortest_s:
            continue
        began_s = (time_s[start - 1] + time_s[start]) / 2.0
        settled = int(np.searchsorted(time_s, began_s + params.settle_s))
        first = max(start + 1, settled, int(alike_from[end - 1]))
        if first < end:
            left = np.exp((began_s - time_s[first:end]) / params.settling_s)
            found.append((slice(first, end), float(left.mean())))
    return found


def _even(load: Floats, pieces: list[slice], params: SteadyParams) -> list[slice]:
    """The windows in which the load stays within `load_spread` of its mean."""
    if not pieces:
        return []
    starts = np.array([piece.start for piece in pieces], dtype=np.intp)
    ends = np.array([piece.stop for piece in pieces], dtype=np.intp)
    middle = means(load, starts, ends)
    # Centred before squaring, so that the difference of two large sums keeps its digits.
    centred = load - float(np.nanmean(load))
    variance = np.maximum(means(centred**2, starts, ends) - means(centred, starts, ends) ** 2, 0.0)
    even = np.sqrt(variance) <= params.load_spread * middle  # NaN compares false: an unknown load is not even
    return [piece for piece, kept in zip(pieces, even.tolist(), strict=True) if kept]


_AVERAGED: Final = (
    "room_c", "supply_c", "coil_in_c", "coil_out_c", "outdoor_c", "discharge_c", "humidity_pct", "eev_steps", "fan_rpm",
    "power_w",
)  # fmt: skip


def _average(
    rows: Rows,
    pieces: list[slice],
    load: Floats,
    load_is_hz: bool,
    fan_level: Floats,
    unsettled: Floats,
    heating: bool,
) -> Windows:
    starts = np.array([piece.start for piece in pieces], dtype=np.intp)
    ends = np.array([piece.stop for piece in pieces], dtype=np.intp)

    columns = {name: rows.number(name) for name in _AVERAGED}
    mean = means_of({**columns, "fan_level": fan_level, "load": load}, starts, ends)
    sign = -1.0 if heating else 1.0
    return Windows(
        starts_s=rows.time_s[starts],
        air_drop_k=sign * (mean["room_c"] - mean["supply_c"]),
        coil_drop_k=sign * (mean["room_c"] - mean["coil_in_c"]),
        room_c=mean["room_c"],
        coil_in_c=mean["coil_in_c"],
        discharge_c=mean["discharge_c"],
        outdoor_c=mean["outdoor_c"],
        humidity_pct=mean["humidity_pct"],
        eev_steps=mean["eev_steps"],
        fan_level=mean["fan_level"],
        fan_rpm=mean["fan_rpm"],
        power_w=mean["power_w"] if load_is_hz else np.full(len(pieces), np.nan),
        outdoor_rise_k=sign * (mean["coil_out_c"] - mean["outdoor_c"]),
        discharge_lift_k=mean["discharge_c"] - mean["outdoor_c"],
        load=mean["load"],
        load_is_hz=load_is_hz,
        unsettled=unsettled,
        heating=heating,
    )
