"""Known faults of a dishwasher as patterns of its indices."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature

SIGNATURES: Final[tuple[Signature, ...]] = (
    Signature(
        fault="filter_clog",
        kind=Kind.DISHWASHER,
        effects=effects_of(
            ("drain_s_per_l", 1.0, 0.4),
            ("circ_rough", 4.0, 4.0),
            ("turbidity_ntu", 1.0, 1.5),
            ("circ_power_w", -0.1, 0.3),
            keys=("drain_s_per_l", "circ_rough"),
        ),
        level=0.10,
        caution=0.65,  # a look at the sieve costs its owner a minute
        failure=(0.2, 0.3, 0.55),
        lowest_of=3,
        steady_days=2,
        fastest_per_day=0.05,
        fallen=0.65,  # as of a washing machine's filter: a sieve that is cleaned early keeps a third of little (E)
        strong=1.0,  # it only grows, as lint in a duct does: evidence that suffices need not wait for the level
        cannot_see=FIRST_WEEKS + " Foam in every wash for weeks; a kinked hose.",
    ),
    Signature(
        fault="heater_failure",
        kind=Kind.DISHWASHER,
        effects=effects_of(
            ("heat_duty", -1.0, 0.3),
            ("heat_rate_k_per_h", -1.0, 0.5),
            ("heat_kwh_per_wash_h", -0.7, 0.9),
            ("heater_on_w", -0.2, 0.8),  # rows on the edge average on and off
            ("plateau_c", -0.3, 0.4),
            keys=("heat_duty", "heat_rate_k_per_h"),  # less heat alone is a household that washes colder
        ),
        decisive=("heat_duty", "heat_rate_k_per_h"),
        level=0.08,  # a sound relay gives all the heat that is asked for: one row in thirteen of two washes
        caution=0.65,  # none in half a million rows of sound machines was missed
        failure=(0.6, 1.0, 1.5),
        cannot_see=FIRST_WEEKS
        + " Units that tell neither water temperature nor phase: less heat is a colder programme as well.",
        steady_days=2,
    ),
)
