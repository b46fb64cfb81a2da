"""The live terminal of `wellkept up`: a line per thing that happens, and a line of figures at the bottom."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, TextIO

from store.overview import News, Totals

FIGURES_EVERY_S = 10.0
"""Where the output is no terminal, a line of figures is printed so often instead."""
_MARKS = {"finding": "finding ", "reminder": "reminder", "order": "order   "}
_COLOURS = {"finding": "33", "reminder": "36", "order": "35", "urgent": "31", "good": "32"}


@dataclass(slots=True)
class Screen:
    """Prints to `out`; on a terminal in colour and with a line that is rewritten in place."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    _figures: str = ""
    _figures_at: float = -1e9
    _rows_at: tuple[float, float] = (0.0, 0.0)
    _rate: float = 0.0

    def say(self, text: str = "") -> None:
        """Print a line above the figures."""
        if self.out.isatty():
            self.out.write(f"\r\x1b[K{text}\n{self._figures}")
        else:
            self.out.write(f"{text}\n")
        self.out.flush()

    def tell(self, news: News, now: datetime) -> None:
        """Print one change of state."""
        text = f"{now:%H:%M:%S}  {_MARKS.get(news.entity, news.entity)}  {in_words(news)}"
        self.say(self._coloured(text, _tone(news)))

    def show_figures(self, totals: Totals, rows: float, data_time: str) -> None:
        """Rewrite the line of figures; `rows` are all readings stored so far."""
        now_s = monotonic()
        before_s, before = self._rows_at
        if now_s - before_s >= 1.0:
            if before_s and rows >= before:
                self._rate = (rows - before) / (now_s - before_s)
            self._rows_at = (now_s, rows)
        text = (
            f"{data_time}  {self._rate:,.0f} readings/s, {rows:,.0f} stored | {totals.open_findings} findings open, "
            f"{totals.reminders} reminders, {totals.orders} orders"
        )
        if self.out.isatty():
            self._figures = text[: shutil.get_terminal_size().columns - 1]
            self.out.write(f"\r\x1b[K{self._figures}")
            self.out.flush()
        elif now_s - self._figures_at >= FIGURES_EVERY_S:
            self._figures_at = now_s
            self.say(text)

    def leave(self) -> None:
        """Give the line of figures up."""
        if self.out.isatty() and self._figures:
            self._figures = ""
            self.out.write("\r\x1b[K")

    def _coloured(self, text: str, tone: str) -> str:
        return f"\x1b[{_COLOURS[tone]}m{text}\x1b[0m" if self.out.isatty() and tone in _COLOURS else text


def in_words(news: News) -> str:
    """A change of state as a person would say it."""
    if news.entity == "order":
        return f"no. {news.order_number} {news.to_state} for {news.about}: {news.reason}"
    fault = (news.fault or "").replace("_", " ")
    if news.entity == "reminder":
        return f"{news.to_state} for {news.about}: {fault}"
    words = f"{news.to_state}: {news.about}, {fault}"
    if news.to_state != "open" or news.evidence is None:
        return words
    return f"{words} ({news.urgency}): {_evidence(news.evidence)}"


def _evidence(evidence: Mapping[str, Any]) -> str:
    observed, expected, unit = evidence.get("observed"), evidence.get("expected"), evidence.get("unit") or ""
    unit = "" if unit == "1" else unit  # of a mere share
    if observed is None or expected is None:
        return str(evidence.get("note") or evidence.get("signal"))
    since = str(evidence.get("since", ""))[:10]
    return f"{evidence['signal']} {observed:.3g} {unit}, expected {expected:.3g} {unit}, since {since}".replace(
        " ,", ","
    )


def _tone(news: News) -> str:
    if news.urgency == "urgent" and news.to_state == "open":
        return "urgent"
    return "good" if news.to_state in {"verified", "resolved"} else news.entity
