"""The clogged filter of a fan that moves room air: air purifiers and range hoods."""

from typing import Final

from domain.signals import Kind
from models.detectors.known_faults.effects import FIRST_WEEKS, effects_of
from models.detectors.signature import Signature
from models.features.fan import FAN_LAW, STEPS, WATTS


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


SIGNATURES: Final[tuple[Signature, ...]] = (_fan(Kind.AIR_PURIFIER), _fan(Kind.RANGE_HOOD))
