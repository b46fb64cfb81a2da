"""A sensor that another one contradicts: at rest in the same air, or the fan's own switch."""

from collections.abc import Iterator
from typing import Final

from domain.signals import Kind
from models.detectors.trouble import RECENT_DAYS, Trouble, again, moved
from models.features.sensors import GAP, REST_PAIRS, STANDS_ON, TURNS_OFF
from models.history import FeatureHistory

GAP_K: Final = 3.0
"""Two thermometers that rest in the same air and differ by so much more than they did (E)."""


def contradicted(kind: Kind, history: FeatureHistory) -> Iterator[Trouble]:
    """Every sensor that another one contradicts now."""
    yield from _gaps(kind, history)
    yield from _speeds(history)


def _gaps(kind: Kind, history: FeatureHistory) -> Iterator[Trouble]:
    """Two thermometers that are equal at rest, and no longer are."""
    for one, other in REST_PAIRS.get(kind, ()):
        series = history.complete(f"{GAP}.{one}.{other}")
        trouble = moved(f"{one} - {other}", series, history, GAP_K, "K", "are no longer equal at rest,")
        if trouble is not None:
            yield trouble


def _speeds(history: FeatureHistory) -> Iterator[Trouble]:
    """A fan's speed that its own switch contradicts; of a hood few rows are at work, and all others tell as well."""
    for index, what in (
        (TURNS_OFF, "is not zero while the fan is switched off,"),
        (STANDS_ON, "is zero, or not said, while the fan runs,"),
    ):
        shares = history.complete(index)
        if len(shares) and (history.today - shares.days[-1]).days <= RECENT_DAYS:
            trouble = again("fan_rpm", shares, shares.values, what)
            if trouble is not None and trouble.expected is not None:  # not from the first days on
                yield trouble
