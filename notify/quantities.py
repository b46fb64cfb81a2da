"""Numbers, units and times as a person reads them."""

from datetime import datetime
from math import floor, isfinite, log10
from zoneinfo import ZoneInfo

SIGNIFICANT = 3
"""Digits that a home's sensors can vouch for (E): 1 % class."""
PLAIN_UNITS = {"": "", "1": "", "l": "litres", "1/min": "rpm", "min": "minutes", "h": "hours", "s": "seconds"}


def say_number(value: float) -> str:
    """`value` to three significant digits, without exponent or needless zeros; whole from 100 on."""
    if not isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    places = SIGNIFICANT - 1 - floor(log10(abs(value)))
    text = f"{round(value, places):.{max(0, min(places, 6))}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def say_quantity(value: float, unit: str) -> str:
    """`value` with its unit in words or symbols: `46.4 seconds`, `13 °C`, `87 %`, `0.42`."""
    word = PLAIN_UNITS.get(unit, unit)
    return f"{say_number(value)} {word}".rstrip()


def say_day(moment: datetime, zone: ZoneInfo, months: tuple[str, ...]) -> str:
    """The day of `moment` where the household lives: `3 November 2026`."""
    local = moment.astimezone(zone)
    return f"{local.day} {months[local.month - 1]} {local.year}"


def say_minute(moment: datetime, zone: ZoneInfo, months: tuple[str, ...]) -> str:
    """Day and time of `moment` where the household lives: `3 November 2026, 18:05`."""
    return f"{say_day(moment, zone, months)}, {moment.astimezone(zone):%H:%M}"
