"""What a metering plug can show: the same unit run with and without a fault, by its own physics, and only power read.

The truth may not promise what no power shows, nor leave out what it does. So nobody declares it: each unit behind a
plug is run through a standard stretch at many severities, and the fault shows from where on a quantity that power
tells has moved by a tenth. It is never seen earlier than on a unit that has every sensor, which has power as well.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim import dryer, refrigerator
from device_sim.description import HomeSpec
from device_sim.fault_catalogue import FAULTS
from device_sim.faults import FaultPlan
from device_sim.params import DAY_MIN
from device_sim.stacking import stack
from domain.signals import COMMON, CYCLE_SIGNALS, READING_SIGNALS, Kind

Floats = NDArray[np.float64]
Quantities = dict[str, Floats]
Sight = dict[tuple[int, str], float | None]

MOVED: Final = 0.10
"""Share by which the watched index has moved when a fault is `detectable` (contracts, section 3)."""
SEVERITIES: Final = np.linspace(0.0, 1.0, 51)
LEAST_MIN: Final = 1.0  # a plug that speaks once a minute does not tell half a minute more
LOADS_KG: Final = (2.2, 3.4, 4.6)  # what homes dry: the middle and one deviation to either side
MOIST: Final = 0.63  # water per kilogram after the usual spin
LOAD_MIN: Final = 320  # the longest run and a rest
ROOM_C: Final = 24.0
MAINS_V: Final = 229.0
SETTLE_DAYS, WATCH_DAYS = 1, 2
OPEN_S: Final = 12.0  # of a door, every half hour of the waking day
DRYER_FAULTS: Final = ("vent_clog",)
FRIDGE_FAULTS: Final = ("door_seal_leak", "condenser_dust", "compressor_failing", "defrost_failure")
_FAULTS: Final = frozenset({*DRYER_FAULTS, *FRIDGE_FAULTS})
_KINDS: Final = {"dryer": Kind.DRYER, "fridge": Kind.REFRIGERATOR}


def seen_by_power(specs: Sequence[HomeSpec], plans: Sequence[FaultPlan]) -> Sight:
    """By (home, fault) of each planned fault that a plug watches alone: severity from which power shows it, or None."""
    of_index = {spec.index: spec for spec in specs}
    asked = dict.fromkeys((plan.home, plan.fault, plan.where) for plan in plans if plan.fault in _FAULTS)
    return {
        (home, fault): _seen_from(of_index[home], fault)
        for home, fault, part in asked
        if home in of_index and only_power(of_index[home], part)
    }


def only_power(spec: HomeSpec, part: str) -> bool:
    """True if appliance `part` of the home reports nothing but what a meter tells."""
    kind = _KINDS.get(part)
    if kind is None:
        return False
    own = {signal.name for signal in (*READING_SIGNALS[kind], *CYCLE_SIGNALS.get(kind, ()))} - set(COMMON)
    return own <= spec.models[part].lacks


def _seen_from(spec: HomeSpec, fault: str) -> float | None:
    """Least severity from which on a quantity has moved; one unit at a time, which bounds memory."""
    told = _dry(spec) if fault in DRYER_FAULTS else _cool(spec, fault)
    moved = np.zeros(SEVERITIES.size, dtype=np.bool_)
    for name, values in told.items():
        change = np.abs(values - values[0])
        least = LEAST_MIN if name.endswith("_min") else 0.0
        moved |= (change >= MOVED * np.abs(values[0])) & (change >= least) & (change > 0.0)
    stays = np.logical_and.accumulate(moved[::-1])[::-1]  # one odd severity, by the rounding of minutes, is none
    with_all = FAULTS[fault].visible_at(frozenset()) or 0.0
    return max(with_all, float(SEVERITIES[stays.argmax()])) if stays.any() else None


def _dry(spec: HomeSpec) -> Quantities:
    """Run length, minutes of cooling, heater's duty and mean power of the usual loads, averaged over them."""
    units = dryer.DryerUnits(**stack([spec.dryer] * SEVERITIES.size))
    load_kg = np.zeros((LOAD_MIN * len(LOADS_KG), SEVERITIES.size))
    load_kg[5::LOAD_MIN] = np.array(LOADS_KG)[:, None]
    columns, _ = dryer.step_dryers(
        units, dryer.start_state(SEVERITIES.size),
        dryer.DryerDrivers(load_kg=load_kg, water_kg=MOIST * load_kg, room_c=np.full_like(load_kg, ROOM_C),
                           voltage_v=np.full_like(load_kg, MAINS_V)),
        vent=SEVERITIES, thermostat=np.zeros_like(SEVERITIES),
        noise=np.broadcast_to(0.0, (3, *load_kg.shape)),
    )  # fmt: skip
    power_w = np.asarray(columns["power_w"], dtype=np.float64).reshape(len(LOADS_KG), LOAD_MIN, SEVERITIES.size)
    running, heating = power_w > 0.5 * dryer.MOTOR_W, power_w > 2.0 * dryer.MOTOR_W
    run_min = running.sum(axis=1)
    first, last = heating.argmax(axis=1), LOAD_MIN - 1 - heating[:, ::-1].argmax(axis=1)
    ends = LOAD_MIN - 1 - running[:, ::-1].argmax(axis=1)
    return {
        "run_min": run_min.mean(axis=0),
        "cooling_min": (ends - last).mean(axis=0),
        "duty": (heating.sum(axis=1) / (last - first + 1)).mean(axis=0),
        "mean_w": ((power_w * running).sum(axis=1) / run_min).mean(axis=0),
    }


def _cool(spec: HomeSpec, fault: str) -> Quantities:
    """Power while on, duty, mean power, length of a run, and whether the defrost heater pulses, over two days."""
    units = refrigerator.RefrigeratorUnits(**stack([spec.fridge] * SEVERITIES.size))
    minute = np.arange((SETTLE_DAYS + WATCH_DAYS) * DAY_MIN) % DAY_MIN
    door_s = np.repeat(
        (OPEN_S * ((minute % 30 == 0) & (minute >= 420) & (minute < 1320)))[:, None], SEVERITIES.size, axis=1
    )
    columns, _ = refrigerator.step_refrigerators(
        units, refrigerator.start_state(units),
        refrigerator.RefrigeratorDrivers(ambient_c=np.full_like(door_s, ROOM_C), door_s=door_s,
                                         food_w=np.zeros_like(door_s), dead=np.zeros_like(door_s)),
        seal=SEVERITIES * (fault == "door_seal_leak"), dust=SEVERITIES * (fault == "condenser_dust"),
        noise=np.broadcast_to(0.0, (3, *door_s.shape)), worn=SEVERITIES * (fault == "compressor_failing"),
        iced=SEVERITIES * (fault == "defrost_failure"),
    )  # fmt: skip
    power_w = np.asarray(columns["power_w"], dtype=np.float64)[SETTLE_DAYS * DAY_MIN :]
    pulsing = np.asarray(columns["defrost"], dtype=np.bool_)[SETTLE_DAYS * DAY_MIN :]
    running = np.asarray(columns["compressor_on"], dtype=np.bool_)[SETTLE_DAYS * DAY_MIN :] & ~pulsing
    on_min = np.maximum(running.sum(axis=0), 1)
    starts = np.maximum((running[1:] & ~running[:-1]).sum(axis=0), 1)
    return {
        "on_w": (power_w * running).sum(axis=0) / on_min,
        "duty": running.mean(axis=0),
        "mean_w": (power_w * ~pulsing).sum(axis=0) / (~pulsing).sum(axis=0),
        "run_min": np.asarray(on_min / starts, dtype=np.float64),
        "pulses": pulsing.any(axis=0).astype(np.float64),
    }
