"""Known faults of a washing machine as patterns of its indices."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature
from models.features.mains import MAINS

SIGNATURES: Final[tuple[Signature, ...]] = (
    Signature(
        fault="drain_filter_clog",
        kind=Kind.WASHING_MACHINE,
        effects=effects_of(("drain_s_per_l", 1.0, 0.2), keys=("drain_s_per_l",)),
        level=0.08,  # three standard deviations of a level that wanders by a fiftieth
        caution=0.65,  # a look at the filter costs its owner some minutes
        fallen=0.65,  # what cleaning leaves is no small share of a clog that was cleaned early (E)
        strong=1.0,  # it only grows, as lint in a duct does: evidence that suffices need not wait for the level
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
        apart=4,  # what was told of the mains holds for three days (`spells.SPELLS`)
        away=0.6,  # two standard deviations of a day and of what its level wanders by over months
        steady_days=1,
        lowest_unless=MAINS,
        hidden=0.05,  # a dishwasher that holds its flow may lose a tenth of the pressure unseen (E)
        each_from=4,  # washed on most days of a week: no few days of low pressure (E)
        strong=2.0,
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
        lowest_of=3,  # the mains may be lowest for two days (E); one that hardly opens is told on its third washing day
        lowest_within=1,
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
