"""All detectors of slow faults, in one table. A new one is a module with a `Detector` and one more line here."""

from typing import Final

from domain.signals import Kind
from models.detectors import (
    ac_filter_clog,
    cooling_lost,
    defrost_silence,
    heat_lost,
    pattern,
    power_lost,
    reported_filter,
    sensor_fault,
)
from models.detectors.contract import Detector

DETECTORS: Final[tuple[Detector, ...]] = (
    ac_filter_clog.DETECTOR,
    *pattern.DETECTORS,
    defrost_silence.DETECTOR,
    cooling_lost.DETECTOR,
    power_lost.DETECTOR,
    heat_lost.DETECTOR,
    *sensor_fault.DETECTORS,
    *reported_filter.DETECTORS,
)


def detectors_of(kind: Kind) -> tuple[Detector, ...]:
    """The detectors that judge appliances of `kind`."""
    return tuple(detector for detector in DETECTORS if kind in detector.kinds)
