"""Mains water pressure, as the home's other wet machine feels it: a tap that the appliance itself has no part in."""

from types import MappingProxyType
from typing import Final

from domain.signals import Kind
from models.features.day import Day, DayIndex, Floats, Rows, ratio_of, summarise

MAINS: Final = "mains_s_per_l"
"""Seconds to fill one litre at the home's machine of another kind."""
BESIDE: Final = MappingProxyType({Kind.WASHING_MACHINE: Kind.DISHWASHER})
"""Whose cycles stand beside those of a kind, within a home."""
LEAST_LITRES: Final = 2.0
LEAST_FILL_S: Final = 2.0


def mains_indices(day: Day) -> list[DayIndex]:
    """How fast water came to the home's other machine on this day, whether or not this one ran as well."""
    return summarise(MAINS, fill_pace(day.beside, LEAST_LITRES))


def fill_pace(cycles: Rows, least_litres: float) -> Floats:
    """Seconds per litre of each cycle; NaN where too little was filled to tell."""
    fill_s, litres = cycles.number("fill_s"), cycles.number("litres")
    return ratio_of(fill_s, litres, (litres >= least_litres) & (fill_s >= LEAST_FILL_S))
