"""Values that no appliance can cause: out and back within one row while nothing else of it moved, and codes for
'no sensor'. They are left out before anything else is computed, and counted for the sensor's own verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.day import Day, Floats, Mask, Rows
from models.features.stretches import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """What the quantity cannot do and undo between three neighbouring rows: `least` in its unit and `share` of it."""

    least: float
    share: float = 0.0


_AIR_K: Final = Jump(least=6.0)
"""Air, water and metal in a home have time constants of minutes (E)."""
_COIL_K: Final = Jump(least=8.0)
_POWER: Final = None
"""Power jumps rightly; it is checked against other meters instead."""

WATCHED: Final[Mapping[Kind, Mapping[str, Jump | None]]] = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: {
            "room_c": _AIR_K,
            "coil_in_c": _COIL_K,
            "coil_out_c": _COIL_K,
            "outdoor_c": _AIR_K,
            "supply_c": _COIL_K,
            "discharge_c": Jump(least=15.0),
            "humidity_pct": Jump(least=10.0),
        },
        Kind.REFRIGERATOR: {"fridge_c": _AIR_K, "freezer_c": _AIR_K, "evap_c": _COIL_K, "ambient_c": _AIR_K},
        Kind.WASHING_MACHINE: {"water_c": _AIR_K, "vibration_mm_s": Jump(least=1.0, share=1.0)},
        Kind.DRYER: {"inlet_c": Jump(least=12.0), "exhaust_c": _AIR_K, "moisture_pct": Jump(least=6.0)},
        Kind.DISHWASHER: {"water_c": _AIR_K, "turbidity_ntu": Jump(least=5.0, share=0.5)},
        Kind.WATER_HEATER: {"top_c": _AIR_K, "bottom_c": _AIR_K, "inlet_c": _AIR_K, "flow_lpm": _POWER},
        Kind.AIR_PURIFIER: {"pm25_ugm3": Jump(least=6.0, share=0.4), "fan_rpm": Jump(least=50.0, share=0.2)},
        Kind.RANGE_HOOD: {"fan_rpm": Jump(least=50.0, share=0.2)},
        Kind.CIRCUIT: {
            "voltage_v": Jump(least=40.0),
            "terminal_c": _AIR_K,
            "upstream_v": Jump(least=40.0),
        },
    }
)
"""The analogue signals of each kind that can be judged by themselves, with the jump that none of them can make (E)."""
NEIGHBOUR_S: Final = 1200.0
SAME_CODE: Final = 3
"""So many jumps to exactly the same value on one day are a code, wherever else it stands (E)."""
RUNS_W: Final = 20.0
"""More than the standby of a machine that works in cycles (E)."""
HEATS_W: Final = 600.0
"""More than motors of these appliances take: something heats or cools with force (E)."""
_CYCLERS: Final = frozenset({Kind.WASHING_MACHINE, Kind.DRYER, Kind.DISHWASHER})
FANS: Final = frozenset({Kind.AIR_PURIFIER, Kind.RANGE_HOOD})


def working(kind: Kind, rows: Rows) -> Mask:
    """Rows in which the appliance does what moves its sensors: any row of what runs all day, else the running ones."""
    if kind in _CYCLERS:
        phase = rows.text("phase")
        if (phase != "").any():
            return np.asarray((phase != "") & (phase != "idle"))
        return np.asarray(rows.number("power_w") > RUNS_W)
    if kind in FANS:
        return np.asarray(held(rows.time_s, rows.number("fan_level"), 3600.0) >= 1)
    return np.ones(len(rows), dtype=np.bool_)


def odd_values(kind: Kind, rows: Rows) -> dict[str, Mask]:
    """By watched signal the rows whose value is impossible beside its neighbours, where there are any."""
    state = _state(rows)
    found: dict[str, Mask] = {}
    for signal, jump in WATCHED.get(kind, {}).items():
        if jump is not None and signal in rows.numbers:
            odd = _out_and_back(rows.time_s, rows.number(signal), state, jump)
            if odd.any():
                found[signal] = odd
    if len(found) > 1:  # what moves several signals at once is real
        alone = sum(odd.astype(np.intp) for odd in found.values()) == 1
        found = {signal: odd & alone for signal, odd in found.items()}
    return {signal: _with_codes(rows.number(signal), odd, state) for signal, odd in found.items() if odd.any()}


def odd_values_of(kind: Kind, day: Day) -> dict[str, Mask]:
    """`odd_values` of the day's readings, worked out once."""
    if "odd" not in day.memo:
        day.memo["odd"] = odd_values(kind, day.readings) if len(day.readings) >= 3 else {}
    found: dict[str, Mask] = day.memo["odd"]
    return found


def without_odd(kind: Kind, day: Day) -> Day:
    """The day with unknown in the place of impossible values."""
    odd = odd_values_of(kind, day)
    if not odd:
        return day
    numbers = dict(day.readings.numbers)
    for signal, wrong in odd.items():
        numbers[signal] = np.where(wrong, np.nan, numbers[signal])
    return replace(day, readings=replace(day.readings, numbers=numbers))


def _state(rows: Rows) -> Floats:
    """One number per row that changes whenever the appliance does something else."""
    changed = np.zeros(len(rows), dtype=np.bool_)
    for name in ("phase", "mode"):
        if name in rows.texts:
            changed[1:] |= rows.texts[name][1:] != rows.texts[name][:-1]
    for name in ("compressor_on", "compressor_hz", "fan_level", "defrost"):
        if name in rows.numbers:
            on = np.nan_to_num(rows.numbers[name])
            on = on if name == "fan_level" else (on > 0).astype(np.float64)
            changed[1:] |= on[1:] != on[:-1]
    for name in ("heater_w", "power_w"):
        if name in rows.numbers:
            heats = np.nan_to_num(rows.numbers[name]) > HEATS_W
            changed[1:] |= heats[1:] != heats[:-1]
    return np.cumsum(changed).astype(np.float64)


def _out_and_back(time_s: Floats, values: Floats, state: Floats, jump: Jump) -> Mask:
    odd = np.zeros(len(values), dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 3:
        return odd
    x, t, s = values[known], time_s[known], state[known]
    middle = 0.5 * (x[:-2] + x[2:])
    out = np.abs(x[1:-1] - middle)
    found = (
        (out > jump.least + jump.share * np.abs(middle))
        & (np.abs(x[2:] - x[:-2]) < 0.4 * out)
        & (t[2:] - t[:-2] <= 2 * NEIGHBOUR_S)
        & (s[2:] == s[:-2])
    )
    odd[known[1:-1][found]] = True
    return odd


def _with_codes(values: Floats, odd: Mask, state: Floats) -> Mask:
    """Where most jumps go to one value, all its rows are that code (255, -64 and 51.10 in dumps of real devices)."""
    codes, counts = np.unique(values[odd], return_counts=True)
    usual = float(np.nanmedian(values))
    for code in codes[(counts >= SAME_CODE) & (counts >= 0.5 * counts.sum())]:
        if code != usual:
            odd = odd | (values == code)
    return odd
