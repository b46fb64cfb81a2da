"""Known faults of a dryer as patterns of its indices."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature

SIGNATURES: Final[tuple[Signature, ...]] = (
    Signature(
        fault="vent_clog",
        kind=Kind.DRYER,
        # Less air takes the same heat away hotter. Drying slows down only when the thermostat holds the heater back,
        # and then the inlet rises no further: so minutes and duty may stay as they were.
        effects=effects_of(
            ("inlet_rise_k", 1.0, 0.4),
            ("minutes_per_kg", 0.4, 0.8),
            ("heater_duty", -0.2, 0.5),
            ("wet_rise_k_per_kw", 0.7, 0.3),  # what the heat has to go into, less what goes as vapour and by the walls
            ("dry_rise_k_per_kw", 0.7, 0.3),
            ("cooling_per_h", -0.9, 0.3),  # what the air does not take goes through the walls
            ("cooling_min", 25.0, 8.0),  # minutes; how many differs among units, but not from day to day
            keys=(
                "inlet_rise_k",
                "wet_rise_k_per_kw",
                "dry_rise_k_per_kw",
                "cooling_per_h",
                "minutes_per_kg",
                "heater_duty",
                "cooling_min",
            ),
        ),
        level=0.08,
        caution=0.65,  # a look at the filter costs its owner a minute
        strong=1.0,  # an owner looks at a filter: evidence that suffices need not wait for three days beyond the level
        fastest_per_day=0.03,  # lint takes weeks; what takes a quarter of the air in a few days is a limiter or a hose
        failure=(0.2, 0.3, 0.55),  # of the air; the time to dry follows later
        fallen=0.65,  # lint goes nowhere by itself: most of it gone is a filter that was cleaned, told or not
        cannot_see=FIRST_WEEKS
        + " Lint filter against duct: both take the air away. Loads washed at another spin speed. By power alone:"
        + " dryers whose load is cool as soon as it is dry, and those that cool by the clock.",
    ),
)
