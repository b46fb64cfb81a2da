"""What a run tells counts once the run is over: no half value, no word while another goes on, nothing learned of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import pytest

from domain.findings import Verdict
from domain.readings import from_us, to_us
from domain.signals import Kind
from models.evaluation.arrivals import DAY_US, NO_ARRIVALS, Arrivals
from models.evaluation.engine import Watched, judge_round
from models.evaluation.walk import rounds
from models.features import daily_indices
from models.features.day import Day, Rows
from models.features.runs import RUNS_OVER
from models.history import history_of
from tests.unit.synthetic_days import dishwashing_rows

FIRST: Final = date(2025, 6, 1)
MIDNIGHT: Final = datetime(2025, 6, 1, tzinfo=UTC)
DAYS: Final = 24
BROKEN: Final = 22
"""The day from which on the heater gives nothing."""


def at(day: int, hour: float) -> datetime:
    return MIDNIGHT + timedelta(days=day, hours=hour)


def cut(rows: Rows, end: datetime) -> Rows:
    part = slice(0, int(np.searchsorted(rows.time_s, end.timestamp(), side="right")))
    texts = {name: one[part] for name, one in rows.texts.items()}
    return Rows(time_s=rows.time_s[part], numbers={n: one[part] for n, one in rows.numbers.items()}, texts=texts)


def runs_over(kind: Kind, day: Day) -> float | None:
    return next((one.value for one in daily_indices(kind, day) if one.index == RUNS_OVER), None)


@pytest.mark.parametrize("phases", [True, False])
def test_a_run_is_over_after_a_rest(phases: bool) -> None:
    rows = dishwashing_rows([(at(0, 9), True), (at(0, 15), True)], at(0, 0), at(1, 0), phases=phases)
    told = {hour: runs_over(Kind.DISHWASHER, Day(day=FIRST, readings=cut(rows, at(0, hour))))
            for hour in (8.0, 9.5, 10.5, 11.0, 14.9, 15.5, 16.5, 17.0)}  # fmt: skip
    assert told == {8.0: None, 9.5: None, 10.5: None, 11.0: 1.0, 14.9: 1.0, 15.5: 0.5, 16.5: 0.5, 17.0: 1.0}


def test_a_dryer_tells_of_its_room_by_a_longer_rest() -> None:
    rows = dishwashing_rows([(at(0, 9), True)], at(0, 0), at(1, 0), phases=False)
    assert runs_over(Kind.DRYER, Day(day=FIRST, readings=cut(rows, at(0, 12.0)))) is None
    assert runs_over(Kind.DRYER, Day(day=FIRST, readings=cut(rows, at(0, 13.0)))) == 1.0


def test_a_summary_alone_tells_of_a_run_that_is_over() -> None:
    cycles = Rows(time_s=np.array([at(0, 9).timestamp()]), numbers={"litres": np.array([9.0])})
    assert runs_over(Kind.WASHING_MACHINE, Day(day=FIRST, cycles=cycles)) == 1.0
    running = cut(dishwashing_rows([(at(0, 9), True)], at(0, 0), at(1, 0)), at(0, 9.5))
    assert runs_over(Kind.WASHING_MACHINE, Day(day=FIRST, readings=running, cycles=cycles)) is None
    assert runs_over(Kind.WASHING_MACHINE, Day(day=FIRST)) is None


@pytest.mark.parametrize("kind", [Kind.REFRIGERATOR, Kind.RANGE_HOOD, Kind.WATER_HEATER, Kind.AIR_CONDITIONER])
def test_what_does_not_work_in_runs_waits_for_the_end_of_the_day(kind: Kind) -> None:
    rows = dishwashing_rows([(at(0, 9), True)], at(0, 0), at(1, 0))
    assert runs_over(kind, Day(day=FIRST, readings=rows)) is None
    watched = _watched([(at(0, 9), True)], kind)
    assert [from_us(one.at_us) for one in rounds(watched)] == [at(day, 1) for day in range(DAYS + 1)]


@pytest.mark.parametrize(("over", "counts"), [(1.0, True), (0.5, False), (None, False)])
def test_today_counts_only_where_it_is_judged_and_its_runs_are_over(over: float | None, counts: bool) -> None:
    rows = [(FIRST + timedelta(days=day), "heat_duty", 1.0, 0.0, 30.0) for day in range(3)]
    rows += [] if over is None else [(FIRST + timedelta(days=2), RUNS_OVER, over, 0.0, 1.0)]
    history = history_of(rows, at(2, 12))
    assert len(history.complete("heat_duty")) == 2  # what is learned from
    assert len(history.with_runs().complete("heat_duty")) == (3 if counts else 2)


def _watched(runs: list[tuple[datetime, bool]], kind: Kind = Kind.DISHWASHER) -> Watched:
    rows = dishwashing_rows(runs, at(0, 0), at(DAYS, 0))
    at_us = np.array([round(one * 1e6) for one in rows.time_s.tolist()], dtype=np.int64)
    readings = Arrivals(at_us=at_us, received_us=at_us + 2_000_000, rows=rows)
    return Watched(kind=kind, readings=readings, cycles=NO_ARRIVALS)


def _two_a_day() -> list[tuple[datetime, bool]]:
    return [(at(day, hour + 0.1 * (day % 3)), day < BROKEN) for day in range(DAYS) for hour in (9, 15)]


def test_it_is_judged_at_night_and_after_every_run() -> None:
    watched = _watched([(at(0, 9), True), (at(0, 12), True), (at(1, 23.5), True)])
    by = [from_us(one.at_us) for one in rounds(watched)]
    nights = {at(day, 1) for day in range(DAYS + 1)}
    # Each by the half-hourly row after half an hour at rest, which arrives two seconds later.
    assert sorted(set(by) - nights) == [at(0, 11.25), at(0, 14.25), at(2, 1.75)]
    assert by == sorted(by)
    assert nights <= set(by)
    after = next(one for one in rounds(watched) if one.at_us == to_us(at(0, 11.25)))
    assert (from_us(after.data_to_us), after.days) == (at(0, 11), [FIRST])


def test_rows_that_come_late_among_others_make_no_run_anew() -> None:
    watched = _watched([(at(day, 9), True) for day in range(4)])
    late = (watched.readings.at_us >= to_us(at(1, 0))) & (watched.readings.at_us < to_us(at(2, 0)))
    came_us = watched.readings.received_us + np.where(late, DAY_US, 0)
    watched.readings = replace(watched.readings, received_us=came_us)
    by = {from_us(one.at_us) for one in rounds(watched)} - {at(day, 1) for day in range(DAYS + 1)}
    assert sorted(by) == [at(0, 11.25), at(2, 11.25), at(3, 11.25)]  # of the other day the night tells


def _said(watched: Watched, every: list[datetime]) -> dict[datetime, list[Verdict]]:
    """Judged at these times, with all that was touched so far: live scoring may come at any of them."""
    said = {}
    for moment in every:
        arrived = watched.readings.at_us[watched.readings.received_us <= to_us(moment)]
        newest = int(arrived.max())
        days = [FIRST + timedelta(days=day) for day in range((from_us(newest).date() - FIRST).days + 1)][-2:]
        said[moment] = judge_round(watched, days, newest, to_us(moment))
    return said


def test_one_run_without_heat_is_told_at_once_and_stays_told() -> None:
    nights = [at(day, 1) for day in range(1, DAYS)]
    quarters = [at(day, 0.25 * number) for day in range(BROKEN, DAYS) for number in range(96)]
    quarters = sorted({*nights, *quarters})
    watched, nightly = _watched(_two_a_day()), _watched(_two_a_day())
    said = _said(watched, quarters)
    told = [moment for moment, verdicts in said.items()
            if any(one.present and one.fault == "heater_failure" for one in verdicts)]  # fmt: skip
    by_night = _said(nightly, nights)
    first_night = min(m for m, verdicts in by_night.items() if any(one.present for one in verdicts))
    assert at(BROKEN, 10) < told[0] < at(BROKEN, 12)
    assert first_night == at(BROKEN + 1, 1)
    later = [moment for moment in quarters if moment > told[0]]
    gone = [m for m in later if any(not v.present and v.fault == "heater_failure" for v in said[m])]
    assert not gone  # nothing comes and goes with the second run
    silent = [moment for moment in later if not said[moment]]
    assert at(BROKEN, 15.75) in silent  # while it goes on nothing is said of half of it
    assert watched.remembered.references.keys() == nightly.remembered.references.keys()
    for index, reference in nightly.remembered.references.items():
        assert watched.remembered.references[index] == reference, "learned from whole days only"


def test_an_end_is_told_by_days_that_are_over() -> None:
    runs = [(at(day, hour), not 17 <= day < 20) for day in range(DAYS) for hour in (9, 15)]
    watched = _watched(runs)
    told = [
        (one.at_us, verdict.present)
        for one in rounds(watched)
        for verdict in judge_round(watched, one.days, one.data_to_us, one.at_us)
        if verdict.fault == "heater_failure"
    ]
    begins = next(at_us for at_us, present in told if present)
    ends = next(at_us for at_us, present in told if not present and at_us > begins)
    assert from_us(begins) == at(17, 11.25)
    assert from_us(ends) == at(23, 1)  # the third whole day of heat
