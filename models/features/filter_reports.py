"""Counters and alarms about a filter that the appliance itself keeps."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Rows

FILTER_USED: Final = "filter_used_pct"
"""Share of the filter's life or of its cleaning interval that is used, percent; the last value said on the day."""
FILTER_ALARM: Final = "filter_clean_alarm"
"""1 if the appliance asks for its filter to be cleaned at the end of the day, else 0."""


def reported_indices(day: Day) -> list[DayIndex]:
    """The last used share and the last alarm state of the day."""
    used = _last(day.readings, day.readings.number(FILTER_USED))
    capacity_h = day.readings.number("filter_capacity_h")
    if used is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(capacity_h > 0, 100.0 * day.readings.number("filter_h") / capacity_h, np.nan)
        used = _last(day.readings, share)
    found = [] if used is None else [DayIndex(index=FILTER_USED, value=used[1], spread=0.0, weight=1.0)]
    alarms = [_last(day.readings, day.readings.number(FILTER_ALARM)), _last(day.events, _edges(day.events))]
    said = [alarm for alarm in alarms if alarm is not None]
    if said:
        found.append(DayIndex(index=FILTER_ALARM, value=float(max(said)[1] > 0), spread=0.0, weight=1.0))
    return found


def _edges(events: Rows) -> Floats:
    """The `active` flag of filter alarms among the events, NaN for every other event."""
    return np.where(events.text("code") == FILTER_ALARM, events.number("active"), np.nan)


def _last(rows: Rows, values: Floats) -> tuple[float, float] | None:
    known = np.flatnonzero(np.isfinite(values))
    return None if len(known) == 0 else (float(rows.time_s[known[-1]]), float(values[known[-1]]))
