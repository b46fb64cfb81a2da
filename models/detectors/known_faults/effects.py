"""How a table of known faults is written down."""

from typing import Final

from models.detectors.signature import Effect

FIRST_WEEKS: Final = "What was wrong from the first day on; units without these signals; the first one to two weeks."


def effects_of(
    *rows: tuple[str, float, float], keys: tuple[str, ...], sometimes: tuple[str, ...] = ()
) -> tuple[Effect, ...]:
    return tuple(
        Effect(index=index, size=size, tolerance=tolerance, key=index in keys, sometimes=index in sometimes)
        for index, size, tolerance in rows
    )
