"""The table of known faults that show as a pattern of index deviations. Signs and proportions from the domain notes;
numbers in between are engineering judgement (E), with tolerances to match. Nothing here was fitted to a recording."""

from typing import Final

from domain.signals import Kind
from models.detectors.signature import Effect, Signature
from models.features import air_conditioner as ac
from models.features.fan import FAN_LAW, STEPS, WATTS
from models.features.mains import MAINS

FIRST_WEEKS: Final = "What was wrong from the first day on; units without these signals; the first one to two weeks."


def effects_of(
    *rows: tuple[str, float, float], keys: tuple[str, ...], sometimes: tuple[str, ...] = ()
) -> tuple[Effect, ...]:
    return tuple(
        Effect(index=index, size=size, tolerance=tolerance, key=index in keys, sometimes=index in sometimes)
        for index, size, tolerance in rows
    )


_AIR_CONDITIONER: Final = (
    Signature(
        fault="outdoor_coil_fouled",
        kind=Kind.AIR_CONDITIONER,
        effects=effects_of(
            (ac.OUTDOOR_RISE, 1.0, 0.3),
            (ac.POWER, 0.35, 0.3),
            (ac.DISCHARGE_LIFT, 0.4, 0.4),
            (ac.AIR_DROP, -0.1, 0.2),
            (ac.COIL_DROP, -0.1, 0.2),
            (ac.EEV, 0.0, 0.3),
            (ac.GUARD_LOAD, 0.1, 0.2),
            keys=(ac.OUTDOOR_RISE, ac.POWER),
        ),
        level=0.15,
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
            (ac.AIR_DROP, -0.1, 0.2),
            (ac.COIL_DROP, -0.1, 0.2),
            (ac.OUTDOOR_RISE, -0.1, 0.2),
            (ac.POWER, 0.0, 0.2),
            (ac.GUARD_LOAD, 0.1, 0.2),
            keys=(ac.EEV, ac.DISCHARGE_LIFT),
        ),
        level=0.10,
        steady_days=5,
        gradual=True,
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
        level=0.11,
        fastest_per_day=0.015,
        gradual=True,
        failure=(0.2, 0.3, 0.45),
        cannot_see=FIRST_WEEKS + " A failing fan or blocked outlet looks the same; units without coil and supply.",
    ),
)
# Whatever makes a machine run more makes its runs longer, until they join.
_LONGER_RUNS: Final = ("starts_per_h", -0.5, 2.0)
_REFRIGERATOR: Final = (
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
            ("gross_cooling_k_per_h", -0.7, 0.4),  # a hotter condenser: a tenth less cold for a fifth more power
            ("pulldown_k_per_h", -1.2, 0.6),
            _LONGER_RUNS,
            keys=("on_power_w",),
        ),
        level=0.09,
        fastest_per_day=0.008,  # dust takes a season: 40 % in fifty days is already a dusty house
        hurried_odds=0.2,  # a building site, a cat: one house in five that it looks like (E)
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
            ("pulldown_k_per_h", -1.0, 1.0),  # what is left of capacity after the load
            _LONGER_RUNS,
            keys=("warmup_per_h", "duty"),
        ),
        level=0.10,
        fastest_per_day=0.015,
        lowest_of=4,
        lowest_within=6,  # a torn gasket leaks on every day, a hot spell in the kitchen passes (E)
        lowest_without="ambient_c",
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
            ("evap_depth_k", -0.4, 0.6),  # less refrigerant boils in it
            ("gross_cooling_k_per_h", -1.0, 0.25),  # it is what the compressor is for
            ("pulldown_k_per_h", -1.3, 0.7),
            _LONGER_RUNS,
            ("warmup_per_h", 0.0, 0.2),
            ("freezer_warmup_per_h", 0.0, 0.2),
            ("fridge_c", 2.0, 2.5),  # the thermostat makes up for it as long as it can
            ("freezer_c", 5.0, 3.5),
            keys=("short_start_share", "pulldown_k_per_h", "gross_cooling_k_per_h", "duty"),
            sometimes=("short_start_share", "fridge_c", "freezer_c"),
        ),
        level=0.09,
        # A hot kitchen or a torn seal makes it run as long and cool as slowly.
        decisive="gross_cooling_k_per_h",
        decisive_without="ambient_c",
        failure=(0.4, 0.6, 1.0),
        cannot_see=FIRST_WEEKS
        + " A compressor that stops at once; failed starts shorter than the sampling; behind a plug, where nothing"
        + " tells a worn machine from a hot kitchen.",
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
_WASHING_MACHINE: Final = (
    Signature(
        fault="drain_filter_clog",
        kind=Kind.WASHING_MACHINE,
        effects=effects_of(("drain_s_per_l", 1.0, 0.2), keys=("drain_s_per_l",)),
        level=0.10,
        failure=(0.2, 0.3, 0.55),  # flow -25 % is +33 % time, 0.29 in the logarithm
        cannot_see=(
            "A filter that was clogged during the first eight cycles; a machine that does not report drain time and "
            "litres per cycle; a worn pump or a kinked hose look the same; a sudden block inside one cycle is that "
            "machine's own error code, not this."
        ),
    ),
    Signature(
        fault="inlet_valve_weak",
        kind=Kind.WASHING_MACHINE,
        effects=effects_of(("fill_s_per_l", 1.0, 0.2), keys=("fill_s_per_l",)),
        level=0.12,
        failure=(0.6, 1.0, 1.6),
        lowest_of=3,
        lowest_within=7,  # works on the mains last days, not weeks (E)
        steady_days=1,
        lowest_unless=MAINS,
        hidden=0.05,  # a dishwasher that holds its flow may lose a tenth of the pressure unseen (E)
        cannot_see=FIRST_WEEKS
        + " A tap half closed looks the same; so do weeks of low mains pressure where no dishwasher tells of them.",
    ),
    Signature(
        fault="inlet_valve_weak",
        stage="far",
        kind=Kind.WASHING_MACHINE,
        effects=effects_of(("fill_s_per_l", 1.0, 0.2), keys=("fill_s_per_l",)),
        level=0.5,  # the mains would have to lose nearly two thirds of their pressure
        failure=(0.6, 1.0, 1.6),
        lowest_of=3,
        lowest_within=2,
        steady_days=1,
        cannot_see=FIRST_WEEKS + " A tap half closed looks the same.",
    ),
    Signature(
        fault="bearing_wear",
        kind=Kind.WASHING_MACHINE,
        effects=effects_of(
            ("tumble_vibration_mm_s", 1.0, 0.5),
            ("spin_vibration_mm_s", 1.0, 0.6),
            ("wash_power_w", 0.5, 0.4),
            ("spin_power_w", 0.5, 0.4),
            keys=("tumble_vibration_mm_s", "spin_vibration_mm_s", "wash_power_w"),
        ),
        level=0.12,
        failure=(0.4, 0.7, 1.2),
        least_probability=0.55,  # months of time, and a visit of hours: the first weak sign can wait
        cannot_see=FIRST_WEEKS
        + " The coast-down, which sampling once a minute does not show; shock absorbers look alike.",
    ),
)
_DRYER: Final = (
    Signature(
        fault="vent_clog",
        kind=Kind.DRYER,
        # Less air takes the same heat away hotter. Drying slows down only when the thermostat holds the heater back,
        # and then the inlet rises no further: so minutes and duty may stay as they were.
        effects=effects_of(
            ("inlet_rise_k", 1.0, 0.4),
            ("minutes_per_kg", 0.4, 0.8),
            ("heater_duty", -0.2, 0.5),
            ("exhaust_rise_k", 0.7, 0.4),  # what the heat has to go into, less the part that goes as vapour
            ("cooling_min", 25.0, 20.0),  # minutes; strong motors cool in few of them, so it is vague
            keys=("inlet_rise_k", "exhaust_rise_k", "minutes_per_kg", "heater_duty", "cooling_min"),
        ),
        level=0.10,
        fastest_per_day=0.03,  # lint takes weeks; what takes a quarter of the air in a few days is a limiter or a hose
        failure=(0.2, 0.3, 0.55),  # of the air; the time to dry follows later
        cannot_see=FIRST_WEEKS
        + " Lint filter against duct: both take the air away. Loads washed at another spin speed. By power alone:"
        + " dryers whose load is cool as soon as it is dry, and those that cool by the clock.",
    ),
)
_DISHWASHER: Final = (
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
        failure=(0.2, 0.3, 0.55),
        lowest_of=3,
        steady_days=2,
        fastest_per_day=0.05,
        cannot_see=FIRST_WEEKS + " Foam in every wash for weeks; a kinked hose.",
    ),
    Signature(
        fault="heater_failure",
        kind=Kind.DISHWASHER,
        effects=effects_of(
            ("heat_duty", -1.0, 0.3),
            ("heat_rate_k_per_h", -1.0, 0.5),
            ("heat_kwh_per_wash_h", -0.7, 0.9),
            ("heater_on_w", -0.4, 0.8),
            ("plateau_c", -0.3, 0.4),
            keys=("heat_duty", "heat_rate_k_per_h"),  # less heat alone is a household that washes colder
        ),
        level=0.12,  # a sound relay gives all the heat that is asked for; a mended one nearly all (E)
        failure=(0.6, 1.0, 1.5),
        cannot_see=FIRST_WEEKS
        + " Units that tell neither water temperature nor phase: less heat is a colder programme as well.",
        steady_days=2,
    ),
)
_WATER_HEATER: Final = (
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
        level=0.035,
        failure=(0.12, 0.2, 0.3),
        cannot_see=FIRST_WEEKS + " An element that breaks at once.",
    ),
    Signature(
        fault="limescale",
        kind=Kind.WATER_HEATER,
        effects=effects_of(
            ("top_share", 0.5, 0.25),
            ("cutout_trips", 1.5, 2.0),
            ("burst_min", -0.5, 0.6),
            ("starts_per_heat_h", 0.4, 0.5),
            ("bottom_lag_k", 3.0, 3.0),
            ("resistance_ohm", 0.0, 0.03),
            keys=("top_share", "bottom_lag_k", "cutout_trips"),  # short heatings alone: many small draws
        ),
        level=0.2,
        steady_days=7,  # however fast it comes: the first trip is a threshold
        failure=(0.6, 1.0, 1.6),
        cannot_see=FIRST_WEEKS + " Lime that touches neither sensor nor cut-out.",
    ),
    Signature(
        fault="limescale",
        stage="early",
        kind=Kind.WATER_HEATER,
        # Lime and sludge send the heat past the bottom long before the element is hot enough to trip its cut-out.
        effects=effects_of(
            ("top_share", 0.5, 0.15),
            ("bottom_lag_k", 1.0, 1.0),
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


def _fan(kind: Kind) -> Signature:
    rows = [row for step in STEPS for row in ((f"{FAN_LAW}_{step}", -2.0, 1.0), (f"{WATTS}_{step}", -1.0, 0.5))]
    return Signature(
        fault="filter_clog",
        kind=kind,
        effects=effects_of(*rows, keys=tuple(index for index, *_ in rows)),
        level=0.045,
        failure=(0.08, 0.12, 0.2),
        cannot_see=FIRST_WEEKS + " Fans that are held at constant flow; hours and smell.",
    )


SIGNATURES: Final[tuple[Signature, ...]] = (
    *_AIR_CONDITIONER,
    *_REFRIGERATOR,
    *_WASHING_MACHINE,
    *_DRYER,
    *_DISHWASHER,
    *_WATER_HEATER,
    _fan(Kind.AIR_PURIFIER),
    _fan(Kind.RANGE_HOOD),
)
