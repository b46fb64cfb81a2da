"""A sensor fault tells people which sensor, in words, also of two that contradict each other."""

import pytest

from models.detectors.sensor_fault import _named
from models.features.plausible import WATCHED
from models.features.sensors import REST_PAIRS


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        ("discharge_c", "Compressor discharge"),
        ("power_w", "Active power"),
        ("outdoor_c - coil_out_c", "Outdoor air against outdoor coil"),
    ],
)
def test_a_signal_is_said_by_what_it_measures(signal: str, said: str) -> None:
    assert _named(signal) == said


def test_every_watched_signal_and_pair_has_words() -> None:
    pairs = [f"{one} - {other}" for both in REST_PAIRS.values() for one, other in both]
    watched = [signal for signals in WATCHED.values() for signal in signals]
    assert not any("_" in _named(signal) for signal in [*watched, *pairs])
