"""The table of known faults that show as a pattern of index deviations. Signs and proportions from the domain notes;
numbers in between are engineering judgement (E), with tolerances to match. Nothing here was fitted to a recording."""

from typing import Final

from models.detectors.known_faults import (
    air_conditioner,
    dishwasher,
    dryer,
    fan,
    refrigerator,
    washing_machine,
    water_heater,
)
from models.detectors.signature import Signature

SIGNATURES: Final[tuple[Signature, ...]] = (
    *air_conditioner.SIGNATURES,
    *refrigerator.SIGNATURES,
    *washing_machine.SIGNATURES,
    *dryer.SIGNATURES,
    *dishwasher.SIGNATURES,
    *water_heater.SIGNATURES,
    *fan.SIGNATURES,
)
