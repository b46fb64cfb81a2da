"""Known faults of an air conditioner as patterns of its indices."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature
from models.features import air_conditioner as ac

SIGNATURES: Final[tuple[Signature, ...]] = (
    Signature(
        fault="outdoor_coil_fouled",
        kind=Kind.AIR_CONDITIONER,
        effects=effects_of(
            (ac.OUTDOOR_RISE, 1.0, 0.3),
            (ac.POWER, 0.3, 0.2),
            (ac.DISCHARGE_LIFT, 0.25, 0.2),
            (ac.AIR_DROP, -0.1, 0.2),
            (ac.COIL_DROP, -0.1, 0.2),
            (ac.EEV, 0.0, 0.3),
            (ac.GUARD_LOAD, 0.1, 0.2),
            keys=(ac.OUTDOOR_RISE, ac.POWER),
        ),
        level=0.12,
        strong=1.0,  # an owner looks at it: evidence that suffices need not wait for three days beyond the level
        fastest_per_day=0.02,
        failure=(0.4, 0.6, 1.0),
        cannot_see=FIRST_WEEKS + " A failing outdoor fan looks the same. Units without outdoor coil and power.",
    ),
    Signature(
        fault="refrigerant_leak",
        kind=Kind.AIR_CONDITIONER,
        # Less refrigerant carries less heat: both sides do less, at less power, while the valve stands wide open.
        effects=effects_of(
            (ac.AIR_DROP, -0.8, 0.4),
            (ac.COIL_DROP, -0.5, 0.5),
            (ac.EEV, 0.6, 0.6),
            (ac.DISCHARGE_LIFT, 0.5, 0.4),
            (ac.OUTDOOR_RISE, -0.6, 0.5),
            (ac.POWER, -0.4, 0.4),
            (ac.GUARD_LOAD, 0.7, 0.5),  # more turns for the same heat, until the guard need not hold the coil any more
            keys=(ac.AIR_DROP, ac.COIL_DROP),
        ),
        level=0.12,
        named_by=3,  # its last weeks are fast: five days ago hardly anything may have been lost
        strong=1.0,  # it only grows: evidence that suffices need not wait for the level
        refuted_by=ac.POWER,  # a compressor that moves less refrigerant at the same speed never takes more power
        least_probability=0.55,  # weather that the unit has not shown yet looks alike at first
        failure=(0.25, 0.35, 0.5),
        cannot_see=FIRST_WEEKS + " The first fifth of the charge, where neither valve nor discharge is told.",
    ),
    Signature(
        fault="refrigerant_leak",
        stage="early",
        kind=Kind.AIR_CONDITIONER,
        # The valve hides the first fifth of the loss (domain notes): it opens, superheat creeps up, nothing else moves.
        effects=effects_of(
            (ac.EEV, 1.0, 0.4),
            (ac.DISCHARGE_LIFT, 0.6, 0.5),
            (ac.AIR_DROP, -0.05, 0.15),
            (ac.COIL_DROP, -0.05, 0.15),
            (ac.OUTDOOR_RISE, -0.05, 0.15),
            (ac.POWER, 0.0, 0.1),
            (ac.GUARD_LOAD, 0.1, 0.15),
            keys=(ac.EEV, ac.DISCHARGE_LIFT),
        ),
        level=0.07,
        named_by=3,
        steady_days=5,
        strong=1.0,
        refuted_by=ac.POWER,
        gradual=True,
        step_share=0.8,  # the last weeks of a leak are fast; a valve that lost its place, or a sensor, comes in a day
        least_probability=0.55,
        failure=(0.3, 0.45, 0.7),
        cannot_see=FIRST_WEEKS + " Units that tell neither valve nor discharge; a blocked drier looks alike.",
    ),
    Signature(
        fault="filter_clog",
        kind=Kind.AIR_CONDITIONER,
        # Beside the detector that follows one temperature difference: several weak signs together, for units whose
        # supply air is not measured.
        effects=effects_of(
            (ac.AIR_DROP, 1.0, 0.3),
            (ac.COIL_DROP, 0.6, 0.4),
            (ac.OUTDOOR_RISE, -0.3, 0.3),
            (ac.POWER, -0.2, 0.2),
            (ac.DISCHARGE_LIFT, 0.0, 0.15),
            (ac.EEV, -0.1, 0.3),
            (ac.GUARD_LOAD, -0.9, 0.3),  # the guard slows the compressor to what the air still brings
            keys=(ac.AIR_DROP, ac.COIL_DROP, ac.GUARD_LOAD),
        ),
        level=0.09,
        strong=1.0,
        fastest_per_day=0.015,
        gradual=True,
        failure=(0.2, 0.3, 0.45),
        cannot_see=FIRST_WEEKS + " A failing fan or blocked outlet looks the same; units without coil and supply.",
    ),
)
