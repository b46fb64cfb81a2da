"""A plane to draw on: data coordinates to SVG, ticks at round numbers, text that is safe in markup. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from math import floor, isfinite, log10
from typing import Final

INK: Final = "#1b1b1b"
FAINT: Final = "#5d6470"
BLUE: Final = "#0b5fa5"
"""Blue and orange are told apart by all common kinds of colour blindness and differ in grey (Okabe and Ito 2008)."""
ORANGE: Final = "#c2410c"
PALE: Final = "#cfe0ee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The drawing area in pixels and the data range that it shows."""

    left: float
    top: float
    width: float
    height: float
    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        """Pixels from the left edge of the picture."""
        span = max(1, (self.last - self.first).days)
        return self.left + self.width * (day - self.first).days / span

    def y(self, value: float) -> float:
        """Pixels from the top edge of the picture; values outside of the range lie on its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / max(self.high - self.low, 1e-12)
        return self.top + self.height * (1.0 - share)

    def line(self, days: Iterable[date], values: Iterable[float]) -> str:
        """Path data through the points, broken where a value is missing or a week is."""
        pieces: list[str] = []
        before: date | None = None
        for day, value in zip(days, values, strict=True):
            if not isfinite(value):
                before = None
                continue
            near = before is not None and day - before <= timedelta(days=7)
            pieces.append(f"{'L' if near else 'M'}{self.x(day):.1f} {self.y(value):.1f}")
            before = day
        return "".join(pieces)

    def band(self, days: Sequence[date], low: Sequence[float], high: Sequence[float]) -> str:
        """Path data around the area between two lines; a single day is a few pixels wide."""
        known = [(day, lo, hi) for day, lo, hi in zip(days, low, high, strict=True) if isfinite(lo) and isfinite(hi)]
        if not known:
            return ""
        half = 5.0 if len(known) == 1 else 0.0
        first, last = known[0], known[-1]
        edge = [(self.x(first[0]) - half, *first[1:]), *((self.x(day), lo, hi) for day, lo, hi in known[1:-1])]
        edge.append((self.x(last[0]) + half, *last[1:]))
        there = [f"{x:.1f} {self.y(hi):.1f}" for x, _, hi in edge]
        back = [f"{x:.1f} {self.y(lo):.1f}" for x, lo, _ in reversed(edge)]
        return f"M{'L'.join(there)}L{'L'.join(back)}Z"


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers within the range, at most `most` and at least two where it has any width."""
    if not high > low:
        return [low]
    raw = (high - low) / most
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first = -floor(-low / step)
    return [round(number * step, 10) for number in range(first, floor(high / step) + 1)]


def day_ticks(first: date, last: date, most: int = 5) -> list[date]:
    """Days at equal distance from the first one."""
    step = max(1, -(-(last - first).days // most))
    return [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]


def said(value: float) -> str:
    """A number with three digits that matter."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def said_day(day: date, of: int | None = None) -> str:
    """`5 Jun`, or `5 Jun 2020` where that is not in the year `of`."""
    return f"{day.day} {day:%b}" if of in (None, day.year) else f"{day.day} {day:%b} {day.year}"


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 15, ink: str = INK, bold: bool = False
) -> str:
    """A line of text; the words are escaped."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{ink}"{weight}>'
        f"{escape(words)}</text>"
    )
