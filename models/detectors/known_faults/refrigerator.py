"""Known faults of a refrigerator as patterns of its indices."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature

# Whatever makes a machine run more makes its runs longer, until they join.
_LONGER_RUNS: Final = ("starts_per_h", -0.5, 2.0)
SIGNATURES: Final[tuple[Signature, ...]] = (
    Signature(
        fault="condenser_dust",
        kind=Kind.REFRIGERATOR,
        effects=effects_of(
            ("on_power_w", 1.0, 0.2),
            ("duty", 0.9, 0.3),
            ("mean_power_w", 1.8, 0.5),
            ("evap_depth_k", -0.5, 0.6),
            ("warmup_per_h", 0.0, 0.15),
            ("freezer_warmup_per_h", 0.0, 0.15),
            ("short_start_share", 0.0, 0.2),
            ("gross_cooling_k_per_h", -0.9, 0.4),  # a hotter condenser: nearly as much cold is lost as power is added
            ("cycle_pace_per_h", -0.9, 0.4),  # the same cold, by its runs and rests
            ("pulldown_k_per_h", -1.2, 0.6),
            _LONGER_RUNS,
            keys=("on_power_w",),
        ),
        level=0.09,
        pace=(0.0025, 0.6),  # dust takes a season: five weeks to its level, three in a dusty house
        failure=(0.25, 0.4, 0.7),
        cannot_see=FIRST_WEEKS + " A failing condenser fan looks the same.",
    ),
    Signature(
        fault="door_seal_leak",
        kind=Kind.REFRIGERATOR,
        effects=effects_of(
            ("warmup_per_h", 1.0, 0.35),  # it is the cabinet's own; without it nothing leaks
            ("freezer_warmup_per_h", 0.4, 0.4),
            ("duty", 0.8, 0.5),
            ("mean_power_w", 0.9, 0.5),
            ("on_power_w", 0.3, 0.3),  # a warmer evaporator loads the machine more
            ("short_start_share", 0.0, 0.2),
            ("gross_cooling_k_per_h", -0.1, 0.2),  # moist air on the evaporator, nothing else
            ("cycle_pace_per_h", -0.2, 0.2),
            ("pulldown_k_per_h", -1.0, 1.0),  # what is left of capacity after the load
            _LONGER_RUNS,
            keys=("warmup_per_h", "duty"),
        ),
        level=0.10,
        pace=(0.005, 0.7),  # three weeks to its level
        lowest_of=4,
        lowest_within=6,  # a torn gasket leaks on every day, a hot spell in the kitchen passes (E)
        failure=(0.3, 0.45, 0.8),
        cannot_see=FIRST_WEEKS + " A door left ajar for days, and a hot kitchen where the unit does not measure it.",
    ),
    Signature(
        fault="compressor_failing",
        kind=Kind.REFRIGERATOR,
        # Less cold for each hour of running: it runs longer and cools slower, while its power hardly changes. Dust
        # on the condenser, the other way round, shows in power first.
        effects=effects_of(
            ("short_start_share", 0.5, 0.8),
            ("on_power_w", 0.4, 0.2),
            ("duty", 1.0, 0.4),
            ("mean_power_w", 1.4, 0.5),
            ("evap_depth_k", -0.8, 0.4),  # less refrigerant boils in it; frost works against it
            ("gross_cooling_k_per_h", -1.0, 0.25),  # it is what the compressor is for
            ("cycle_pace_per_h", -1.0, 0.25),
            ("pulldown_k_per_h", -1.3, 0.7),
            _LONGER_RUNS,
            ("warmup_per_h", 0.0, 0.2),
            ("freezer_warmup_per_h", 0.0, 0.2),
            ("fridge_c", 2.0, 2.5),  # the thermostat makes up for it as long as it can
            ("freezer_c", 5.0, 3.5),
            keys=("short_start_share", "pulldown_k_per_h", "gross_cooling_k_per_h", "cycle_pace_per_h", "duty"),
            sometimes=("short_start_share", "fridge_c", "freezer_c"),
        ),
        level=0.09,
        # A hot kitchen or a torn seal makes it run as long and cool as slowly. The seal takes of the cold as well: what
        # warms the fresh food opens the damper, and that cold is missing where it is measured (E: 0.1 to 0.5 of it).
        # How far its evaporator is below the compartment tells of the same cold, and alone where a machine never rests;
        # behind a plug its runs and rests do.
        decisive=("gross_cooling_k_per_h", "evap_depth_k", "cycle_pace_per_h"),
        outdated_days=3,  # once it runs on and on, its last rests tell what it could do then
        taken=("warmup_per_h", 0.4),
        surer_without="ambient_c",  # a warm kitchen raises the power as dust does
        pace=(0.01, 0.7),  # it fails within days to weeks: nine days to its level
        strong=1.5,  # it fails within weeks: what has lost nearly as much for days on end need not wait for more
        failure=(0.4, 0.6, 1.0),
        cannot_see=FIRST_WEEKS
        + " A compressor that stops at once; failed starts shorter than the sampling; behind a plug a machine that"
        + " never rests, and one that dust may explain nearly half as well.",
    ),
    Signature(
        fault="defrost_failure",
        kind=Kind.REFRIGERATOR,
        effects=effects_of(
            ("fridge_c", 8.0, 5.0),
            ("short_start_share", 0.3, 1.0),
            ("gross_cooling_k_per_h", 0.0, 1.0),
            ("pulldown_k_per_h", 0.0, 1.0),
            ("starts_per_h", 0.0, 2.0),
            ("evap_depth_k", 0.6, 1.0),
            ("freezer_c", 0.0, 0.6),
            ("warmup_per_h", 0.0, 1.0),
            ("duty", 0.4, 1.0),
            ("mean_power_w", 0.4, 1.0),
            ("on_power_w", 0.0, 0.5),
            keys=("fridge_c",),
        ),
        level=0.18,
        failure=(0.4, 0.6, 1.0),
        cannot_see=FIRST_WEEKS + " Units with one evaporator per compartment, whose freezer warms first.",
    ),
)
