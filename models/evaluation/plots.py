"""Small plots as inline SVG: no library, no script, no outside resource, readable in light and dark."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from math import ceil, floor, log10
from typing import Any, Final, NamedTuple

WIDTH: Final = 460
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 44


class Series(NamedTuple):
    """Points `(x, y)` of one name; `style` is a class of the page's style sheet, `line` joins them."""

    name: str
    points: Sequence[tuple[float, float]]
    style: str
    line: bool = False
    dots: bool = True
    sizes: Sequence[float] = ()
    """Radius of each point; without them all are alike."""


class Axis(NamedTuple):
    """A linear axis."""

    label: str
    low: float
    high: float


def chart(x: Axis, y: Axis, series: Sequence[Series], *, title: str) -> str:
    """Points and lines over two linear axes; what lies outside is drawn at the edge."""
    marks = [_grid(x, y)]
    for one in series:
        placed = [(_x(x, a), _y(y, b)) for a, b in one.points]
        if one.line and len(placed) > 1:
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in placed)
            marks.append(f'<polyline class="{one.style} line" points="{path}"/>')
        marks += [
            f'<circle class="{one.style} dot" cx="{a:.1f}" cy="{b:.1f}" r="{size:.1f}"><title>{escape(one.name)}: '
            f"{u:.3g}, {v:.3g}</title></circle>"
            for (a, b), (u, v), size in zip(placed, one.points, one.sizes or [3.5] * len(placed), strict=True)
            if one.dots
        ]
    keys = "".join(f'<span class="key"><i class="{one.style}"></i>{escape(one.name)}</span>' for one in series)
    return _svg(title, "".join(marks), keys)


def histogram(values: Sequence[float], *, label: str, title: str, step: float) -> str:
    """How often values fall into steps, which begin at multiples of `step`."""
    if not values:
        return f'<p class="none">{escape(title)}: none to show.</p>'
    low = step * floor(min(values) / step)
    bins = floor((max(values) - low) / step) + 1
    counts = [0] * bins
    for value in values:
        counts[int((value - low) / step)] += 1
    x, y = Axis(label, low, low + bins * step), Axis("faults", 0, max(5, *counts))  # whole numbers at its lines
    bars = "".join(
        f'<rect class="ours" x="{_x(x, low + k * step) + 1:.1f}" y="{_y(y, n):.1f}" '
        f'width="{max(1.0, (WIDTH - _LEFT - _RIGHT) / bins - 2):.1f}" height="{HEIGHT - _BOTTOM - _y(y, n):.1f}">'
        f"<title>{n}</title></rect>"
        for k, n in enumerate(counts)
    )
    every = step * max(1, round(bins / 6))
    return _svg(title, _grid(x, y, across=[low + k * every for k in range(int(bins * step / every) + 1)]) + bars)


def timeline(times: dict[str, datetime], *, title: str) -> str:
    """Moments of one fault on a line, in order, with their names; nothing for a single one."""
    if len(times) < 2:
        return ""
    ordered = sorted(times.items(), key=lambda item: item[1])
    first, last = ordered[0][1], ordered[-1][1]
    length = (last - first).total_seconds() or 1.0
    marks = ['<line class="grid" x1="20" y1="46" x2="440" y2="46"/>']
    for number, (name, at) in enumerate(ordered):
        x = 20 + 420 * (at - first).total_seconds() / length
        anchor = "start" if x < 150 else "end" if x > 310 else "middle"
        y = 34 - 17 * (number % 2) if number % 4 < 2 else 67 + 17 * (number % 2)
        style = "ours" if name == "raised" else "truth"
        marks.append(f'<circle class="{style}" cx="{x:.1f}" cy="46" r="4"/>')
        marks.append(f'<text class="{style} tick" text-anchor="{anchor}" x="{x:.1f}" y="{y}">{escape(name)} '
                     f"{at:%Y-%m-%d %H:%M}</text>")  # fmt: skip
    return (
        f'<svg class="moments" viewBox="0 0 {WIDTH} 92" role="img" aria-label="{escape(title)}">{"".join(marks)}</svg>'
    )


def _svg(title: str, inside: str, keys: str = "") -> str:
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{inside}</svg>'
        f"<figcaption>{escape(title)}<br>{keys}</figcaption></figure>"
    )


def _grid(x: Axis, y: Axis, across: Sequence[float] = ()) -> str:
    """Lines and numbers at round values, or at those of `across` along the x axis."""
    marks: list[str] = []
    for value in across or round_values(x.low, x.high):
        left = _x(x, value)
        marks.append(f'<line class="grid" x1="{left:.1f}" y1="{_TOP}" x2="{left:.1f}" y2="{HEIGHT - _BOTTOM}"/>')
        marks.append(_tick(left, HEIGHT - _BOTTOM + 16, "middle", f"{value:.4g}"))
    for value in round_values(y.low, y.high):
        top = _y(y, value)
        marks.append(f'<line class="grid" x1="{_LEFT}" y1="{top:.1f}" x2="{WIDTH - _RIGHT}" y2="{top:.1f}"/>')
        marks.append(_tick(_LEFT - 6, top + 4, "end", f"{value:.4g}"))
    marks.append(_tick((_LEFT + WIDTH) / 2, HEIGHT - 6, "middle", x.label))
    marks.append(f'<text class="tick" text-anchor="middle" transform="translate(12 {HEIGHT / 2}) rotate(-90)">'
                 f"{escape(y.label)}</text>")  # fmt: skip
    return "".join(marks)


def round_values(low: float, high: float) -> list[float]:
    """Three to six values of 1, 2 or 5 times a power of ten, apart alike, within `low` and `high`."""
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [round(number * step, 10) for number in range(first, floor(high / step + 1e-9) + 1)]


def _tick(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="tick" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _x(axis: Axis, value: float) -> float:
    return _LEFT + _share(axis, value) * (WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    return HEIGHT - _BOTTOM - _share(axis, value) * (HEIGHT - _TOP - _BOTTOM)


def _share(axis: Axis, value: float) -> float:
    span = axis.high - axis.low or 1.0
    return min(1.0, max(0.0, (value - axis.low) / span))


def moments(entry: dict[str, Any]) -> dict[str, datetime]:
    """The known moments of an example, by the name they are shown with."""
    truth = entry.get("truth") or {}
    named = {name: truth.get(name) for name in ("onset", "detectable", "failure", "end")}
    named |= {"raised": entry.get("raised_at")}
    return {name: datetime.fromisoformat(text) for name, text in named.items() if text}
