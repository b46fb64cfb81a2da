"""Air side of an air conditioner's indoor coil: fan against filter, and the coil as a heat exchanger."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AIR_J_KG_K: Final = 1006.0
AIR_KG_M3: Final = 1.17  # at 26 degC
WATCHED_FLOW_M3_S_PER_W: Final = 0.165 / 3500.0  # about 10 m3/min for a 3.5 kW split unit (data sheets of the class)
SENSIBLE_SHARE: Final = 0.75  # of a cooling coil in moist air, at the rating point of ISO 5151
RATED_ROOM_C: Final = 27.0  # ISO 5151 T1
RATED_COIL_C: Final = 10.0  # (E) usual evaporating temperature at the rating point
CAPACITY_PER_K: Final = 0.03  # (E) suction density: about 3 % of compressor mass flow per K of evaporation
FREEZE_GUARD_C: Final = 6.0  # (E) the controller slows the compressor rather than let the coil ice up
CONDENSE_LIMIT_C: Final = 55.0  # (E) likewise in heating
AIR_SIDE_EXPONENT: Final = 0.4  # (E) overall conductance over flow, refrigerant side constant
FILTER_SHARE: Final = 0.3  # (E) of the clean system's resistance
FULL_CLOG_RESISTANCE: Final = 20.0  # extra filter resistance at severity 1, which halves the flow


def flow_share(clog: Floats, steep: Floats | float = 0.0) -> Floats:
    """Air flow as a share of the clean one at the same fan speed, for clog severity in [0, 1].

    `steep` is the share [0, 1] of a fan whose pressure falls linearly with flow, p = p0 (1 - V/Vmax), mixed in.

    Fan p = p0 (1 - (V/Vmax)^2) against p = R V^2 with R Vmax^2 = p0 when clean gives V ~ 1/sqrt(1 + R/R0): the share
    does not depend on the speed (fan laws).
    """
    growth = FILTER_SHARE * FULL_CLOG_RESISTANCE * clog
    parabolic = np.sqrt(2.0 / (2.0 + growth))
    # r V^2 = 1 - V with r = 2 clean: V = (sqrt(1 + 4 r) - 1) / (2 r), half of Vmax when clean.
    resistance = 2.0 + growth
    linear = (np.sqrt(1.0 + 4.0 * resistance) - 1.0) / resistance
    return np.asarray(parabolic + steep * (linear - parabolic))


def air_w_per_k(rated_w: Floats, speed: Floats, flow: Floats) -> Floats:
    """Heat capacity flow of the air in W/K at fan speed share `speed` and filter flow share `flow`."""
    return rated_w * WATCHED_FLOW_M3_S_PER_W * AIR_KG_M3 * AIR_J_KG_K * speed * flow


def conductance_w_per_k(
    rated_w: Floats, speed: Floats, flow: Floats, exponent: Floats | float = AIR_SIDE_EXPONENT
) -> Floats:
    """Sensible conductance from room air to coil in W/K: effectiveness (NTU, constant coil temperature) x air flow.

    The clean coil at full fan carries `SENSIBLE_SHARE` of the rated capacity at the rating point.
    """
    full = air_w_per_k(rated_w, np.ones_like(rated_w), np.ones_like(rated_w))
    effectiveness = SENSIBLE_SHARE * rated_w / (full * (RATED_ROOM_C - RATED_COIL_C))
    units = -np.log1p(-effectiveness) * (speed * flow) ** (exponent - 1.0)
    return air_w_per_k(rated_w, speed, flow) * -np.expm1(-units)


def cooling_w(drive_w: Floats, total_w_per_k: Floats, room_c: Floats) -> tuple[Floats, Floats]:
    """Cooling that coil and compressor agree on, in W, and the share of the drive that the freeze guard leaves.

    `drive_w` is what the compressor would move at the rated coil temperature; `total_w_per_k` is the conductance
    for sensible and latent heat together. The balance G (room - coil) = drive (1 + k (coil - rated)) is linear.
    """
    base = 1.0 - CAPACITY_PER_K * RATED_COIL_C
    free = total_w_per_k * drive_w * (CAPACITY_PER_K * room_c + base) / (total_w_per_k + drive_w * CAPACITY_PER_K)
    allowed = np.minimum(free, np.maximum(total_w_per_k * (room_c - FREEZE_GUARD_C), 0.0))
    return allowed, allowed / np.maximum(free, 1.0)


def heating_w(drive_w: Floats, sensible_w_per_k: Floats, room_c: Floats) -> tuple[Floats, Floats]:
    """Heating in W limited by the condensing temperature, and the share of the drive that is left."""
    allowed = np.minimum(drive_w, np.maximum(sensible_w_per_k * (CONDENSE_LIMIT_C - room_c), 0.0))
    return allowed, allowed / np.maximum(drive_w, 1.0)
