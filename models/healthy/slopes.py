"""What is believed of how an air conditioner's steady indices follow their context, before a unit has shown it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """What is believed of one context signal before the unit has shown it: change of log(difference) per unit."""

    mean: float
    deviation: float
    margin: float
    """How far beyond the learned range a window still counts as like with like, at least."""


BEND: Final = "log_load_2"
"""Context: the square of how far the logarithm of the load is from its usual value. What a compressor asks of valve,
motor and coils is hardly ever a power of its speed, and what a straight line leaves over is taken for weather."""
UNSETTLED: Final = "unsettled"
"""Context: the share that a short run has left to settle (`Windows.unsettled`)."""
MARGINS: Final = MappingProxyType(
    {
        "log_load": 0.10, BEND: inf, "room_c": 4.0, "outdoor_c": 5.0, "humidity_pct": 8.0, "log_fan_rpm": 0.10,
        "coil_in_c": 0.3, UNSETTLED: inf,
    }
)  # fmt: skip


def _slopes(**believed: tuple[float, float]) -> Mapping[str, Slope]:
    return MappingProxyType(
        {name: Slope(mean=mean, deviation=wide, margin=MARGINS[name]) for name, (mean, wide) in believed.items()}
    )


_DROP: Final = _slopes(
    # Capacity grows nearly with compressor speed; efficiency losses at the ends keep it below one.
    log_load=(0.85, 0.4),
    log_load_2=(0.0, 0.15),
    # Capacity tables of split units: about +2 % per K of room air, -0.5 to -1 % per K of outdoor air.
    room_c=(0.02, 0.01),
    outdoor_c=(-0.007, 0.01),
    # Moist air spends capacity on condensation: the difference is smaller.
    humidity_pct=(-0.003, 0.003),
    # Flow follows fan speed; the coil then works a little better.
    log_fan_rpm=(-0.8, 0.3),
)
_COOLING: Final[Mapping[str, Mapping[str, Slope]]] = MappingProxyType(
    {
        "air_drop_k": _DROP,
        "coil_drop_k": _DROP,
        # What the outdoor coil sheds is capacity plus power; a hot day hardly changes how far above the air it stands.
        "outdoor_rise_k": _slopes(
            log_load=(0.9, 0.4), log_load_2=(0.0, 0.15), room_c=(0.015, 0.015), outdoor_c=(0.0, 0.01),
            humidity_pct=(0.001, 0.003), log_fan_rpm=(0.1, 0.2),
        ),
        # Power at one compressor speed follows the pressure lift, which follows outdoor air.
        "power_w": _slopes(
            log_load=(1.1, 0.4), room_c=(0.0, 0.015), outdoor_c=(0.02, 0.01), humidity_pct=(0.0, 0.003),
            log_fan_rpm=(0.05, 0.1),
        ),
        "discharge_lift_k": _slopes(
            log_load=(0.4, 0.3), log_load_2=(0.0, 0.15), room_c=(0.005, 0.015), outdoor_c=(-0.005, 0.015),
            humidity_pct=(0.0, 0.003), log_fan_rpm=(0.0, 0.2),
        ),
        "eev_steps": _slopes(
            log_load=(0.7, 0.5), log_load_2=(0.0, 0.15), room_c=(0.01, 0.015), outdoor_c=(-0.005, 0.015),
            humidity_pct=(0.001, 0.003), log_fan_rpm=(0.1, 0.3),
        ),
        # The compressor's speed is what is asked for here, and so no context; moist air and a hot day need more of it.
        # The coil is one, because only near the guard's own temperature is it known to be held.
        "guard_load": _slopes(
            coil_in_c=(-0.03, 0.03), room_c=(0.0, 0.015), outdoor_c=(0.006, 0.01), humidity_pct=(0.003, 0.003),
            log_fan_rpm=(0.8, 0.3),
        ),
    }
)  # fmt: skip
_RISE: Final = _slopes(
    log_load=(0.85, 0.4), log_load_2=(0.0, 0.15),
    # Capacity tables of split units in heating: +1 to +3 % per K of outdoor air, about -0.5 % per K of room air.
    room_c=(-0.005, 0.01), outdoor_c=(0.01, 0.015), log_fan_rpm=(-0.8, 0.3),
)  # fmt: skip
_HEATING: Final[Mapping[str, Mapping[str, Slope]]] = MappingProxyType(
    {
        "air_drop_k": _RISE,
        "coil_drop_k": _RISE,
        # What the outdoor coil takes up is what is given less the power.
        "outdoor_rise_k": _slopes(
            log_load=(0.9, 0.4), log_load_2=(0.0, 0.15), room_c=(0.0, 0.01), outdoor_c=(0.01, 0.015),
            log_fan_rpm=(0.1, 0.2),
        ),
        # A colder day asks for more lift and brings less refrigerant round: between them power hardly moves.
        "power_w": _slopes(
            log_load=(1.1, 0.4), room_c=(0.015, 0.015), outdoor_c=(0.0, 0.015), log_fan_rpm=(-0.1, 0.2),
        ),
        # The discharge follows the hot coil in the room, and so stands the higher over outdoor air the colder that is.
        "discharge_lift_k": _slopes(
            log_load=(0.4, 0.3), log_load_2=(0.0, 0.15), room_c=(0.015, 0.015), outdoor_c=(-0.018, 0.015),
            log_fan_rpm=(-0.1, 0.2),
        ),
        "eev_steps": _slopes(
            log_load=(0.7, 0.5), log_load_2=(0.0, 0.15), room_c=(0.0, 0.015), outdoor_c=(0.01, 0.015),
            log_fan_rpm=(0.0, 0.3),
        ),
    }
)  # fmt: skip


# What is short of its steady value by the share that has not settled: the coils by nearly that, what follows both
# pressures by less, and a valve soon stands where it is going to.
_SHORT: Final[Mapping[str, Slope]] = MappingProxyType(
    {
        which: Slope(mean=mean, deviation=wide, margin=MARGINS[UNSETTLED])
        for which, mean, wide in (
            ("air_drop_k", -0.8, 0.6), ("coil_drop_k", -0.8, 0.6), ("outdoor_rise_k", -1.0, 0.8),
            ("power_w", -0.8, 0.6), ("discharge_lift_k", -0.4, 0.4), ("eev_steps", 0.0, 0.4), ("guard_load", 0.0, 0.8),
        )
    }
)  # fmt: skip


def slopes_of(which: str, *, heating: bool) -> Mapping[str, Slope]:
    """By context what is believed of a target at cooling or heating. All (E), as found in makers' capacity tables; wide
    enough that a week of own data outweighs them. A warm coil takes no moisture, so heating leaves humidity out."""
    return {UNSETTLED: _SHORT[which], **(_HEATING if heating else _COOLING)[which]}
