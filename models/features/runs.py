"""Machines that work in runs: which of a day's runs are over, so that what they tell is known before the day is."""

from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.day import Day, DayIndex, Floats, Rows, Whole, single
from models.features.dryer import HOUR_S, REST_S
from models.features.plausible import working

RUNS_OVER: Final = "runs_over"
"""Share of the day's runs that are over: 1 once the machine rests, less while another run is going on; absent while
none is over."""
RESTED_S: Final = MappingProxyType({Kind.WASHING_MACHINE: 1800.0, Kind.DISHWASHER: 1800.0, Kind.DRYER: REST_S + HOUR_S})
"""After so long at rest a run is over, by kind: no programme soaks longer with nothing moving (E), and the room of a
dryer's run is told by the rest after it as well."""


def run_indices(day: Day, *, kind: Kind) -> list[DayIndex]:
    """How many of the day's runs are over; a machine heard of by cycle summaries alone tells of each once it is."""
    if kind not in RESTED_S:
        return []
    ended, going_on = len(over_at(kind, day.readings)), _goes_on(kind, day.readings)
    ended = ended or (0 if going_on else len(day.cycles))
    return single(RUNS_OVER, ended / (ended + going_on), ended) if ended else []


def over_at(kind: Kind, rows: Rows) -> Whole:
    """The places of the rows by which a run is over, in the order of the rows: as they were said, or as they came."""
    over = _rests_for(kind, rows) >= RESTED_S[kind]
    return np.flatnonzero(over & ~np.concatenate(([False], over[:-1])))


def _goes_on(kind: Kind, rows: Rows) -> bool:
    return len(rows) > 0 and bool(_rests_for(kind, rows)[-1] < RESTED_S[kind])


def _rests_for(kind: Kind, rows: Rows) -> Floats:
    """Seconds from the last time at work to the newest known by each row; NaN before the first."""
    worked_s = np.maximum.accumulate(np.where(working(kind, rows), rows.time_s, -np.inf))
    return np.where(np.isfinite(worked_s), np.maximum.accumulate(rows.time_s) - worked_s, np.nan)
