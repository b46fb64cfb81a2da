"""The evidence of a finding as a picture: observed by day against expected, since when, limit, and prognosis. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import chain
from math import isfinite
from typing import Final

from api.charts.plane import BLUE, FAINT, INK, ORANGE, PALE, Plane, day_ticks, said, said_day, text, ticks
from domain.signals import SIGNALS
from models.picture import DatedValues, Picture

WIDTH: Final = 440
HEIGHT: Final = 466
"""Of two rows of legend and one more. It scales with its place: letters of 15 are 10 pixels high in a card on a phone
of 360 pixels."""
ROW: Final = 25
OTHER_WORDS: Final = {
    "anode_age": "age of the anode",
    "contact_ohm": "resistance of the joint",
    "telemetry": "time without a word",
    "told": "what somebody told",
}
_LETTER: Final = 10.5
"""Width of a letter of size 18, with room to spare: words that do not fit beside their bar stand below it."""
NO_UNIT: Final = ("", "1")
"""Of what only counts, or is a share."""
SHOWN_BEFORE: Final = timedelta(days=70)
SHOWN_AFTER: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the finding says beside its daily values."""

    title: str
    appliance: str
    since: date
    fails: tuple[date, date, date] | None = None


def draw_evidence(picture: Picture, told: Told) -> str:
    """The picture as SVG with a title and a description for those who cannot see it."""
    plane = _plane(picture, told)
    parts = [
        *_axes(plane, picture.unit),
        _path(plane.band(picture.days, picture.low, picture.high), fill=PALE),
        _path(_level(plane, picture.days, picture.expected), stroke=FAINT, width=2.0),
        _path(_level(plane, picture.days, picture.threshold), stroke=ORANGE, width=2.0, dash="8 5"),
        *_dots(plane, picture),
        *_crosses(plane, picture),
        *_since(plane, told.since),
        *(_prognosis(plane, picture, told.fails) if told.fails else ()),
    ]
    legend, end = _legend(plane, picture, told)
    height = max(HEIGHT, end + 33)
    return _svg(told, describe(picture, told), [*parts, *legend], _name(picture), height)


def describe(picture: Picture, told: Told) -> str:
    """The picture in words."""
    observed, expected, year = picture.observed[-1], picture.expected[-1], picture.days[-1].year
    words = (
        f"{picture.name} by day from {said_day(picture.days[0])} to {said_day(picture.days[-1])}. "
        f"On the last day {_measured(observed, picture.unit)} was observed where {said(expected)} was expected; a "
        f"healthy day lies between {said(picture.low[-1])} and {said(picture.high[-1])}. Raised by days from "
        f"{said_day(told.since, year)} on{''.join(f', {one}' for one in _adding_up(picture))}; "
        f"the {_limit(picture)} is {said(picture.threshold[-1])}."
    )
    crossed = [one for one in picture.uncompared if one[0] >= min(picture.days[0], told.since)]
    if crossed:
        day, value = crossed[-1]
        count = "1 more day was" if len(crossed) == 1 else f"{len(crossed)} more days were"
        words += f" {count} measured but not compared, the last on {said_day(day, year)}: "
        words += f"{_measured(value, picture.unit)}."
    if told.fails is None:
        return f"{words} There is no trend that would tell when it fails."
    early, middle, late = (said_day(day, year) for day in told.fails)
    return f"{words} It fails or needs care between {early} and {late}, most likely around {middle}."


def draw_values(told: Told, signal: str, unit: str, expected: float | None, observed: float | None) -> str:
    """Two bars, for a finding whose signal is not kept by day (an alarm of the moment, say)."""
    subject = in_words(signal)
    known = [(name, value) for name, value in (("expected", expected), ("observed", observed)) if value is not None]
    most = max((abs(value) for _, value in known), default=0.0) or 1.0
    parts = []
    for number, (name, value) in enumerate(known):
        y = 130 + 110 * number
        length = max(2.0, 200 * abs(value) / most)
        parts.append(text(110, y + 34, name, anchor="end", size=18))
        parts.append(f'<rect x="124" y="{y}" width="{length:.1f}" height="52" fill="{PALE if number == 0 else BLUE}" '
                     f'stroke="{INK}"/>')  # fmt: skip
        words = _measured(value, unit)
        beside = 124 + length + 10
        fits = beside + _LETTER * len(words) <= WIDTH
        parts.append(text(beside if fits else 124, y + (34 if fits else 74), words, size=18))
    if not known:
        parts.append(text(WIDTH / 2, 220, "Nothing was measured: that is the finding.", anchor="middle", size=18))
    since = f"since {said_day(told.since, of=0)}"  # an anode's is years ago
    parts.append(text(24, HEIGHT - 40, since, size=16, ink=FAINT))
    words = ", ".join(f"{name} {_measured(value, unit)}" for name, value in known) or "nothing was measured"
    return _svg(told, f"{subject}: {words}, {since}.", parts, subject)


def in_words(signal: str) -> str:
    """What people call a signal of evidence, beginning with a capital."""
    known = SIGNALS.get(signal)
    spoken = known.about.partition(";")[0] if known else OTHER_WORDS.get(signal, signal.replace("_", " "))
    return spoken[:1].upper() + spoken[1:]


def _plane(picture: Picture, told: Told) -> Plane:
    others = (*picture.learned, *picture.uncompared)
    first = max(min([picture.days[0], *(day for day, _ in others)]), picture.days[-1] - SHOWN_BEFORE)
    last = max([picture.days[-1], *(day for day, _ in others)]) + timedelta(days=3)
    if told.fails:
        last = max(last, min(told.fails[2], last + SHOWN_AFTER))
    rows = (zip(picture.days, row, strict=True) for row in (picture.observed, picture.low, picture.high))
    shown = [value for day, value in chain(others, *rows) if day >= first]
    limits = [picture.threshold[-1], picture.failure[-1]] if told.fails else [picture.threshold[-1]]
    values = [value for value in (*shown, *limits) if isfinite(value)]
    low, high = min(values), max(values)
    room = 0.06 * (high - low or abs(high) or 1.0)
    return Plane(
        left=58, top=92, width=WIDTH - 76, height=240, first=first, last=last, low=low - room, high=high + room
    )


def _axes(plane: Plane, unit: str) -> list[str]:
    right, bottom = plane.left + plane.width, plane.top + plane.height
    parts = [f'<path d="M{plane.left} {plane.top}V{bottom}H{right}" fill="none" stroke="{FAINT}"/>']
    for value in ticks(plane.low, plane.high):
        y = plane.y(value)
        parts.append(f'<path d="M{plane.left} {y:.1f}H{right}" stroke="#e3e6ea"/>')
        parts.append(text(plane.left - 8, y + 5, said(value), anchor="end", ink=FAINT))
    for day in day_ticks(plane.first, plane.last, most=4):
        parts.append(f'<path d="M{plane.x(day):.1f} {bottom}v6" stroke="{FAINT}"/>')
        anchor = "end" if plane.x(day) > right - 20 else "middle"
        parts.append(text(min(plane.x(day), right + 12), bottom + 22, said_day(day), anchor=anchor, ink=FAINT))
    if unit not in NO_UNIT:
        parts.append(text(plane.left - 8, plane.top - 10, unit, anchor="end", ink=FAINT))
    return parts


def _dots(plane: Plane, picture: Picture) -> list[str]:
    parts = [
        f'<circle cx="{plane.x(day):.1f}" cy="{plane.y(value):.1f}" r="3" fill="#fff" stroke="{FAINT}"/>'
        for day, value in _in_view(plane, picture.learned)
    ]
    seen = [(day, value) for day, value in zip(picture.days, picture.observed, strict=True) if day >= plane.first]
    parts.append(_path(plane.line(*zip(*seen, strict=True)), stroke=BLUE, width=1.5))
    parts += [
        f'<circle cx="{plane.x(day):.1f}" cy="{plane.y(value):.1f}" r="3.2" fill="{BLUE}"/>'
        for day, value in seen
        if isfinite(value)
    ]
    return parts


def _level(plane: Plane, days: Sequence[date], values: Sequence[float]) -> str:
    """A line that shows a day without neighbours as well, as a short stroke."""
    pieces = plane.line(days, values).split("M")[1:]
    return "".join(f"M{one}" if "L" in one else f"M{one}m-5 0h10" for one in pieces)


def _crosses(plane: Plane, picture: Picture) -> list[str]:
    return [_cross(plane.x(day), plane.y(value)) for day, value in _in_view(plane, picture.uncompared)]


def _cross(x: float, y: float) -> str:
    return _path(f"M{x - 3.5:.1f} {y - 3.5:.1f}l7 7m0 -7l-7 7", stroke=FAINT, width=1.5)


def _in_view(plane: Plane, values: DatedValues) -> list[tuple[date, float]]:
    return [(day, value) for day, value in values if day >= plane.first and isfinite(value)]


def _since(plane: Plane, since: date) -> list[str]:
    x = plane.x(max(since, plane.first))
    side = "start" if x < plane.left + plane.width * 0.7 else "end"
    words = text(x + (6 if side == "start" else -6), plane.top - 10, f"since {said_day(since)}", anchor=side, bold=True)
    return [
        f'<path d="M{x:.1f} {plane.top - 4}V{plane.top + plane.height}" stroke="{INK}" stroke-dasharray="2 4"/>',
        words,
    ]


def _prognosis(plane: Plane, picture: Picture, fails: tuple[date, date, date]) -> list[str]:
    """A bar at the level of failure from P10 to P90, with a mark at P50."""
    early, middle, late = (plane.x(min(max(day, plane.first), plane.last)) for day in fails)
    y = plane.y(picture.failure[-1])
    open_end = f'<path d="M{late - 9:.1f} {y - 6:.1f}l9 6l-9 6" fill="none" stroke="{ORANGE}" stroke-width="2.5"/>'
    return [
        f'<path d="M{early:.1f} {y:.1f}H{late:.1f}" stroke="{ORANGE}" stroke-width="5" stroke-opacity="0.45"/>',
        f'<path d="M{middle:.1f} {y - 9:.1f}l9 9l-9 9l-9 -9z" fill="{ORANGE}"/>',
        *([open_end] if fails[2] > plane.last else []),
    ]


def _legend(plane: Plane, picture: Picture, told: Told) -> tuple[list[str], int]:
    """What the marks mean, in rows below the picture, and where the last one stands."""
    y = 374
    parts = [
        _path(f"M24 {y}h30", stroke=BLUE, width=1.5),
        f'<circle cx="39" cy="{y}" r="3.2" fill="{BLUE}"/>',
        text(62, y + 5, "observed"),
        f'<rect x="170" y="{y - 8}" width="30" height="16" fill="{PALE}"/>',
        _path(f"M170 {y}h30", stroke=FAINT, width=2.0),
        text(208, y + 5, "expected of a healthy day"),
    ]
    y += ROW
    parts.append(_path(f"M170 {y}h30", stroke=ORANGE, width=2.0, dash="8 5"))
    parts.append(text(208, y + 5, _limit(picture)))
    if _in_view(plane, picture.learned):
        parts.append(f'<circle cx="39" cy="{y}" r="3" fill="#fff" stroke="{FAINT}"/>')
        parts.append(text(62, y + 5, "learned from"))
    if _in_view(plane, picture.uncompared):
        y += ROW
        parts += [_cross(39, y), text(62, y + 5, "measured, but not compared")]
    if adding := _adding_up(picture):
        y += ROW
        parts.append(_path(f"M39 {y - 8}v16", stroke=INK, dash="2 4"))
        parts.append(text(62, y + 5, f"since: {adding[0]}"))
        for words in adding[1:]:
            y += ROW - 5
            parts.append(text(62, y + 5, words))
    if told.fails:
        y += ROW
        early, middle, late = (said_day(day, picture.days[-1].year) for day in told.fails)
        when = f"may fail around {middle} ({early} to {late})"
        parts.append(_path(f"M39 {y - 8}l8 8l-8 8l-8 -8z", fill=ORANGE))
        parts.append(text(62, y + 5, when, size=15 if len(when) < 48 else 13))  # years take room
    return parts, y + 9


def _limit(picture: Picture) -> str:
    """Where each sign is once the fault counts; a single one may be beyond it long before."""
    return "limit for all signs together" if picture.signs > 1 else "limit"


def _adding_up(picture: Picture) -> list[str]:
    """What `since` means where evidence adds up over days."""
    if not picture.signs:
        return []
    words = ["when all signs together began to add up" if picture.signs > 1 else "when it began to add up"]
    if picture.lowest_of > 1:
        words.append(f"only the least of every {picture.lowest_of} days counts")
    return words


def _measured(value: float, unit: str) -> str:
    return said(value) if unit in NO_UNIT else f"{said(value)} {unit}"


def _name(picture: Picture) -> str:
    return picture.name if picture.unit in NO_UNIT else f"{picture.name}, {picture.unit}"


def _path(data: str, *, fill: str = "none", stroke: str = "none", width: float = 1.0, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{data}" fill="{fill}" stroke="{stroke}" stroke-width="{width}"{dashes}/>' if data else ""


def _svg(told: Told, words: str, parts: list[str], subject: str, height: int = HEIGHT) -> str:
    title = f"{told.title}: {told.appliance}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-labelledby="chart-title chart-words" font-family="system-ui, sans-serif">'
        f'<title id="chart-title">{escape(title)}</title><desc id="chart-words">{escape(words)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        + text(24, 34, told.title, size=20, bold=True)
        + text(24, 58, subject, size=15, ink=FAINT)
        + text(WIDTH - 18, height - 10, told.appliance, anchor="end", size=13, ink=FAINT)
        + "".join(parts)
        + "</svg>\n"
    )
