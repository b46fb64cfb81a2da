"""A finding that rests on power alone says so: whoever acts on it should know how little was measured. Pure."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from domain.findings import Evidence, Verdict
from domain.signals import COMMON, SIGNALS, Kind
from models.features.scope import ONLY_POWER
from models.history import FeatureHistory

LOOK_BACK: Final = timedelta(days=14)
LEAST_DAYS: Final = 2
"""A machine that says more may be heard of by its meter alone on one odd day (E)."""
WORDS: Final = "only its power is measured"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def with_scope(verdict: Verdict, kind: Kind, history: FeatureHistory) -> Verdict:
    """The verdict whose evidence says that it rests on power alone, for an appliance behind a plug; else as it is.

    A circuit's meter measures what a circuit has, so that nothing is missing there.
    """
    if not verdict.present or kind is Kind.CIRCUIT or not only_power(history):
        return verdict
    first, *others = (replace(one, signal=_measured(one.signal), only_power=True) for one in verdict.evidence)
    return replace(verdict, evidence=(replace(first, note=_noted(first)), *others))


def only_power(history: FeatureHistory) -> bool:
    """True if on every day of the last fortnight that told anything, two at least, nothing but power was said."""
    said = history.complete(ONLY_POWER)
    if len(said) < LEAST_DAYS:
        return False
    first = history.today - LOOK_BACK
    told: set[date] = set()
    for series in history.series.values():
        told.update(series.since(first).days)
    alone = {day for day in said.days if day >= first}
    return len(alone) >= LEAST_DAYS and told <= alone | {history.today}


def _measured(signal: str) -> str:
    """What the plug measured of it: the heater of a dryer is known by the power of the whole."""
    names = _NAME.findall(signal)
    return "power_w" if any(name in SIGNALS and name not in COMMON for name in names) else signal


def _noted(one: Evidence) -> str:
    note = one.note.strip().rstrip(".")
    return f"{note} ({WORDS})." if note else f"{WORDS.capitalize()}."
