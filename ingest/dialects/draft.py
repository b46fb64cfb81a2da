"""A reading while it is being put together: only storable scalars get in, everything left out gets a note."""

from collections.abc import Mapping
from math import copysign, inf
from typing import Final

from domain.readings import Device, Item, Reading, Refusal, Refused, Value, check_time
from ingest.dialects.address import is_storable, shown
from ingest.dialects.json_text import Tree

LONGEST_TEXT: Final = 1000
"""Characters of a text value; states and codes are short, anything longer is a document (E)."""
LONGEST_SIGNAL: Final = 1000
"""Characters of a signal's name (E)."""
DEEPEST: Final = 8
"""Levels that `put_tree` follows (E); the deepest real message seen has four."""


class Draft:
    """Values and notes of one reading, growing; `put` never raises and never stores what the database could not."""

    __slots__ = ("notes", "values")

    def __init__(self) -> None:
        self.values: dict[str, Value | None] = {}
        self.notes: dict[str, str] = {}

    def put(self, name: str, value: Tree, *, keep_null: bool = False) -> None:
        """Take `value` under `name`; null says nothing (unless kept), what is no storable scalar becomes a note."""
        kind = type(value)
        if not is_storable(name) or len(name) > LONGEST_SIGNAL:
            self.note(name, "its name cannot be stored")
        elif kind is bool or kind is float:
            self.values[name] = value
        elif kind is int:
            self.values[name] = as_float(value)
        elif kind is str:
            self._put_text(name, value)
        elif value is None:
            if keep_null:
                self.values[name] = None
        else:
            self.note(name, "a list, not a single value" if kind is list else "an object, not a single value")

    def _put_text(self, name: str, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            self.note(name, f"text of {len(text)} characters: {shown(text, 40)}")
        elif not is_storable(text):
            self.note(name, f"text that cannot be stored: {shown(text)}")
        else:
            self.values[name] = text

    def put_number(self, name: str, value: Tree, factor: float = 1.0, *, digits: int = 9) -> None:
        """Take a number given in another unit, times `factor`; a text of digits counts as the number it spells."""
        if value is None:
            return
        number = as_number(value)
        if number is None:
            self.note(name, f"not a number: {shown(str(value))}")
        elif factor == 1.0:
            self.values[name] = number
        else:
            self.values[name] = round(number * factor, digits) if abs(number) < 1e15 else number * factor

    def put_celsius(self, name: str, value: Tree, unit: Tree) -> None:
        """Take a temperature given in `unit` (C or F); an unknown unit is noted, never guessed."""
        number = as_number(value)
        if number is None:
            self.put_number(name, value)
        elif unit == "C":
            self.values[name] = number
        elif unit == "F":
            self.values[name] = round((number - 32) * 5 / 9, 3)
        else:
            self.note(name, f"{number:g} in unknown unit {shown(str(unit))}")

    def put_tree(self, prefix: str, tree: Mapping[str, Tree], depth: int = 0) -> None:
        """Take every scalar below `tree` under snake-cased joined names; what lies too deep is noted."""
        for key, value in tree.items():
            name = f"{prefix}_{snake(key)}" if prefix else snake(key)
            if type(value) is dict and depth < DEEPEST:
                self.put_tree(name, value, depth + 1)
            else:
                self.put(name, value)

    def note(self, name: str, words: str) -> None:
        """Say why `name` has no value."""
        self.notes[shown(name, 120)] = words

    def settle(self, device: Device, at_us: int, received_us: int, *, seq: int | None = None) -> list[Item]:
        """The finished reading, or why it is none: no value at all, or a time that cannot be believed."""
        if not self.values:
            left = "; ".join(f"{name}: {words}" for name, words in list(self.notes.items())[:5])
            return [Refused(why=Refusal.NO_SIGNAL, detail=left or "no measurement in it", device=device, seq=seq)]
        why = check_time(at_us, received_us)
        if why is not None:
            return [Refused(why=why, detail=time_words(why, at_us), device=device, seq=seq)]
        return [Reading(device=device, at_us=at_us, values=self.values, seq=seq, notes=self.notes)]


def time_words(why: Refusal, at_us: int) -> str:
    """What is wrong with the time `at_us`, for a person."""
    if why is Refusal.CLOCK_UNSET:
        return f"stamped {at_us / 1e6:.0f} s after 1970: the device's clock is not set"
    return f"stamped {at_us / 1e6:.0f} s after 1970, more than five minutes after it arrived: check the device's clock"


def as_float(whole: int) -> float:
    """`whole` as a float; beyond the range of floats, infinity."""
    try:
        return float(whole)
    except OverflowError:
        return copysign(inf, 1 if whole > 0 else -1)


def as_number(value: Tree) -> float | None:
    """The number that `value` is or spells; None for anything else, flags included."""
    kind = type(value)
    if kind is float:
        return float(value)
    if kind is int:
        return as_float(value)
    if kind is str and len(value) <= 40:
        try:
            return float(value) if "_" not in value else None
        except ValueError:
            return None
    return None


def snake(name: str) -> str:
    """`name` in snake case: DewPoint -> dew_point, SCD40 -> scd40, co2Value -> co2_value."""
    out: list[str] = []
    before = ""
    for position, letter in enumerate(name[:200]):
        if not letter.isalnum():
            out.append("_")
        elif letter.isupper() and (
            before.islower()
            or (
                name[position + 1 : position + 2].islower()
                and (before.isdigit() or (before.isupper() and position > 1))
            )
        ):
            out.append("_" + letter.lower())
        else:
            out.append(letter.lower())
        before = letter
    return "_".join(piece for piece in "".join(out).split("_") if piece) or "_"
