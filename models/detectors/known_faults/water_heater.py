"""Known faults of a water heater as patterns of its indices."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature

SIGNATURES: Final[tuple[Signature, ...]] = (
    Signature(
        fault="element_failing",
        kind=Kind.WATER_HEATER,
        effects=effects_of(
            ("resistance_ohm", 1.0, 0.1),
            ("heater_on_w", -1.0, 0.2),
            ("leakage_on_ma", 2.0, 6.0),
            ("starts_per_heat_h", 0.0, 0.5),
            keys=("resistance_ohm", "heater_on_w"),
        ),
        level=0.02,
        steady_days=2,
        failure=(0.12, 0.2, 0.3),
        cannot_see=FIRST_WEEKS + " An element that breaks at once (heat_lost tells it).",
    ),
    Signature(
        fault="limescale",
        kind=Kind.WATER_HEATER,
        effects=effects_of(
            ("top_share", 0.5, 0.25),
            ("cutout_trips", 1.5, 2.0),
            ("burst_min", -0.5, 0.6),
            ("starts_per_heat_h", 0.4, 0.5),
            ("end_lag_k", 5.0, 3.0),
            ("end_fall_k", 0.0, 2.0),
            ("resistance_ohm", 0.0, 0.03),
            keys=("top_share", "end_lag_k", "cutout_trips"),  # short heatings alone: many small draws
            sometimes=("end_fall_k",),
        ),
        level=0.2,
        steady_days=7,  # however fast it comes
        failure=(0.6, 1.0, 1.6),
        cannot_see=FIRST_WEEKS + " Lime that touches neither sensor nor cut-out.",
    ),
    Signature(
        fault="limescale",
        stage="tripping",
        kind=Kind.WATER_HEATER,
        # No sound element trips its cut-out: three trips on a day are enough, or two on each of two days.
        effects=effects_of(("cutout_trips", 3.0, 0.5), keys=("cutout_trips",)),
        level=0.2,
        steady_days=1,
        failure=(0.6, 1.0, 1.6),
        cannot_see=FIRST_WEEKS + " Lime that does not trip the cut-out yet.",
    ),
    Signature(
        fault="limescale",
        stage="early",
        kind=Kind.WATER_HEATER,
        # Lime and sludge send the heat past the bottom long before the element is hot enough to trip its cut-out.
        effects=effects_of(
            ("top_share", 0.5, 0.15),
            ("cutout_trips", 0.0, 0.3),
            ("burst_min", 0.0, 0.2),
            ("starts_per_heat_h", 0.0, 0.2),
            ("resistance_ohm", 0.0, 0.03),
            keys=("top_share",),
        ),
        level=0.2,
        steady_days=7,
        gradual=True,
        fastest_per_day=0.03,
        failure=(0.6, 1.0, 1.6),
        cannot_see=FIRST_WEEKS + " Units without thermometers at top and bottom.",
    ),
    Signature(
        fault="limescale",
        stage="cold",
        kind=Kind.WATER_HEATER,
        # Where heatings are short or draws many, a bottom that is still cold when the heating ends tells it first.
        effects=effects_of(
            ("end_lag_k", 5.0, 1.5),
            ("top_share", 0.5, 0.5),
            ("cutout_trips", 0.0, 0.3),
            ("burst_min", 0.0, 0.2),
            ("starts_per_heat_h", 0.0, 0.2),
            ("resistance_ohm", 0.0, 0.03),
            keys=("end_lag_k",),
        ),
        level=0.2,
        steady_days=7,
        gradual=True,
        fastest_per_day=0.03,
        failure=(0.6, 1.0, 1.6),
        cannot_see=FIRST_WEEKS + " Units without thermometers at top and bottom.",
    ),
    Signature(
        fault="limescale",
        stage="falling",
        kind=Kind.WATER_HEATER,
        # With one thermometer alone: hot water that lies over a cold bottom evens out once the heating ends.
        effects=effects_of(
            ("end_fall_k", 2.0, 0.8),
            ("cutout_trips", 0.0, 2.0),
            ("resistance_ohm", 0.0, 0.03),
            keys=("end_fall_k",),
        ),
        level=0.2,
        steady_days=7,
        failure=(0.6, 1.0, 1.6),
        cannot_see=FIRST_WEEKS + " Units whose flow is not measured.",
    ),
    Signature(
        fault="anode_spent",
        kind=Kind.WATER_HEATER,
        effects=effects_of(("anode_ma", -1.0, 0.2), keys=("anode_ma",)),
        level=0.12,
        steady_days=5,
        gradual=True,
        failure=(0.5, 1.0, 2.0),
        cannot_see=FIRST_WEEKS + " Anodes without current of their own, which give no signal at all.",
    ),
)
