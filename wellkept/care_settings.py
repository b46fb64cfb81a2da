"""How often owners are bothered, from the environment: `WELLKEPT_CARE_` and a name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from domain.care import CareParams
from domain.errors import BadInput

PREFIX: Final = "WELLKEPT_CARE_"
LONGEST: Final = timedelta(days=366)
"""Longer than a year is a slip of the pen (E)."""


def _time(unit: timedelta) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        number = float(text)
        if not 0 <= number <= LONGEST / unit:
            raise ValueError(f"a number from 0 to {LONGEST / unit:.0f}")
        return number * unit

    return read


def _reminders(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError("a whole number from 1 to 100: an owner who is never asked cannot help")
    return number


_NAMES: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "HOUSEHOLD_GAP_HOURS": ("household_gap", _time(timedelta(hours=1))),
    "HOUSEHOLD_WEEK": ("household_week", _reminders),
    "REPEAT_GAP_DAYS": ("repeat_gap", _time(timedelta(days=1))),
    "REFUSAL_REST_DAYS": ("refusal_rest", _time(timedelta(days=1))),
}


def read_care(environ: Mapping[str, str]) -> CareParams:
    """The defaults with what is set; BadInput names a variable that is unknown or cannot be understood."""
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or not text:
            continue
        if (known := _NAMES.get(variable.removeprefix(PREFIX))) is None:
            raise BadInput(f"{variable} is not known; there are {', '.join(PREFIX + name for name in sorted(_NAMES))}")
        try:
            values[known[0]] = known[1](text)
        except ValueError as error:
            raise BadInput(f"{variable}={text!r} cannot be understood: {error}") from error
    return replace(CareParams(), **values)
