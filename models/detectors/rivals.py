"""What is no fault of its own here but looks like one: it competes for the name, and then nothing is said."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from domain.signals import Kind
from models.detectors.known_faults import SIGNATURES
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature
from models.features import air_conditioner as ac
from models.healthy.deviations import Deviation

# A household that draws little and often makes heatings short as well, but leaves no cold bottom.
_DRAWS_RIVAL: Final = Signature(
    fault="frequent_draws",
    kind=Kind.WATER_HEATER,
    effects=effects_of(("burst_min", -1.0, 0.4), ("starts_per_heat_h", 0.9, 0.5), keys=("burst_min",)),
    level=0.3,
    failure=(1.0, 1.0, 1.0),
    cannot_see=FIRST_WEEKS,
)

# Everything that goes with the heat moved together: the unit is asked for more or for less than its context tells.
_DEMAND: Final = tuple(
    Signature(
        fault=f"demand:{sign:+.0f}",
        kind=Kind.AIR_CONDITIONER,
        effects=effects_of(
            (ac.AIR_DROP, sign, 0.3),
            (ac.COIL_DROP, sign, 0.3),
            (ac.OUTDOOR_RISE, sign, 0.4),
            (ac.POWER, sign, 0.4),
            (ac.DISCHARGE_LIFT, 0.3 * sign, 0.3),
            (ac.GUARD_LOAD, 0.0, 0.1),  # the guard asks for what the air brings, whatever else is wanted
            (ac.EEV, 0.5 * sign, 0.5),  # more flow needs a wider valve; a leak opens it for less
            keys=(ac.OUTDOOR_RISE, ac.POWER),  # without these it cannot be told from less air
        ),
        level=0.11,
        largest=0.15,
        failure=(1.0, 1.0, 1.0),
        cannot_see=FIRST_WEEKS,
    )
    for sign in (1.0, -1.0)
)

# One thermometer (or the power meter) that moved alone: far rarer than what it imitates (E: of a hundred units in a
# year fifteen foul their coil and most clog their filter, while one in a thousand has this very sensor drift). Less so
# for the discharge, which nothing but a leak moves alone, and that calls for a visit: a tenth as likely as a leak.
_THERMOMETERS: Final = tuple(
    Signature(
        fault=f"thermometer:{index}",
        kind=Kind.AIR_CONDITIONER,
        effects=effects_of((index, -1.0 if index == ac.GUARD_LOAD else 1.0, 0.4), keys=(index,)),
        odds=0.1 if index == ac.DISCHARGE_LIFT else 0.05,
        of_sensor=True,
        level=0.11,
        failure=(1.0, 1.0, 1.0),
        cannot_see=FIRST_WEEKS,
    )
    for index in (ac.AIR_DROP, ac.COIL_DROP, ac.OUTDOOR_RISE, ac.DISCHARGE_LIFT, ac.POWER, ac.GUARD_LOAD)
)

# A power meter that drifts or flips its unit moves what it measures and nothing else.
_METER_RIVAL: Final = Signature(
    fault="power_meter",
    kind=Kind.REFRIGERATOR,
    effects=effects_of(("on_power_w", 1.0, 0.1), ("mean_power_w", 1.0, 0.15), keys=("on_power_w",)),
    level=0.09,
    failure=(1.0, 1.0, 1.0),
    cannot_see=FIRST_WEEKS,
)

# So does a thermometer: a fresh-food side that really warms changes how the machine runs.
_THERMOMETER_RIVAL: Final = Signature(
    fault="fridge_thermometer",
    kind=Kind.REFRIGERATOR,
    effects=effects_of(("fridge_c", 8.0, 5.0), ("warmup_per_h", 0.0, 1.0), keys=("fridge_c",)),
    level=0.18,
    failure=(1.0, 1.0, 1.0),
    cannot_see=FIRST_WEEKS,
)

# A programme that dries further, as new software or a household has it: the dry load gets hotter, takes longer and has
# more to cool down from. Air is what it was, so a wet load, the inlet and how fast it cools stay as they were.
_DRIER_RIVAL: Final = Signature(
    fault="dried_further",
    kind=Kind.DRYER,
    effects=effects_of(
        ("dry_rise_k_per_kw", 1.0, 0.4),
        ("cooling_min", 20.0, 10.0),
        ("minutes_per_kg", 0.7, 0.5),
        ("wet_rise_k_per_kw", 0.0, 0.1),
        ("cooling_per_h", 0.0, 0.1),
        ("inlet_rise_k", 0.0, 0.05),
        keys=("dry_rise_k_per_kw",),
    ),
    odds=0.3,
    level=0.08,
    failure=(1.0, 1.0, 1.0),
    cannot_see=FIRST_WEEKS,
)

# What is worn shakes the more the faster it turns, and drags. A zero that drifts shows where it is quiet, nowhere else.
_SHAKE_RIVAL: Final = Signature(
    fault="vibration_sensor",
    kind=Kind.WASHING_MACHINE,
    effects=effects_of(
        ("tumble_vibration_mm_s", 1.0, 0.1),
        ("spin_vibration_mm_s", 0.1, 0.1),
        ("wash_power_w", 0.0, 0.1),
        ("spin_power_w", 0.0, 0.1),
        keys=("tumble_vibration_mm_s",),
    ),
    odds=0.3,  # a sensor drifts about as seldom as a bearing wears, and by so much more seldom still (E)
    level=0.12,
    failure=(1.0, 1.0, 1.0),
    cannot_see=FIRST_WEEKS,
)

_RIVALS: Final = (_METER_RIVAL, _THERMOMETER_RIVAL, _DRAWS_RIVAL, _DRIER_RIVAL, _SHAKE_RIVAL, *_THERMOMETERS, *_DEMAND)
"""What is no fault of its own here, but looks like one."""


def explanations_of(kind: Kind, deviations: Mapping[str, Deviation]) -> list[Signature]:
    """The rivals that this unit's sensors leave: none of a thermometer that was found right at rest."""
    return [
        one
        for one in rivals_of(kind)
        if not (one.of_sensor and any(e.index in deviations and deviations[e.index].rested for e in one.effects))
    ]


@cache
def rivals_of(kind: Kind) -> tuple[Signature, ...]:
    """Every fault that the pattern could be, for the right name."""
    return tuple(signature for signature in (*SIGNATURES, *_RIVALS) if signature.kind == kind)
