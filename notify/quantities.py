"""Numbers, units and times as a person reads them."""

from datetime import datetime
from math import floor, isfinite, log10
from zoneinfo import ZoneInfo

from notify.phrase_book import Phrases

SIGNIFICANT = 3
"""Digits that a home's sensors can vouch for (E): 1 % class."""

SHARE = "share of rows"
"""How sensors that lie are measured; people are told per cent."""


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


def say_quantity(value: float, unit: str, say: Phrases) -> str:
    """`value` with its unit in words or symbols: `46.4 seconds`, `13 °C`, `87 %`, `0.42`, `38 % of its readings`."""
    if unit == SHARE:
        value *= 100.0
    number = say_number(value).replace(".", say.decimal)
    return f"{number} {say.units.get(unit, unit)}".rstrip()


def say_day(moment: datetime, zone: ZoneInfo, say: Phrases) -> str:
    """The day of `moment` where the household lives: `3 November 2026`."""
    local = moment.astimezone(zone)
    return say.day.format(day=local.day, month=say.months[local.month - 1], year=local.year)


def say_minute(moment: datetime, zone: ZoneInfo, say: Phrases) -> str:
    """Day and time of `moment` where the household lives: `3 November 2026, 18:05`."""
    return f"{say_day(moment, zone, say)}, {moment.astimezone(zone):%H:%M}"
