"""A defrost heater that no longer pulses is missed by the hours that the compressor runs, from pulse to pulse."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors import defrost_silence
from models.features import daily_indices
from models.features.day import Day, Rows
from models.history import history_of
from tests.unit.synthetic_days import FIRST, evening

MIDNIGHT_S = 1_748_736_000.0  # 2025-06-01 00:00 UTC
NOON = {"run_h": 12.0, "defrost_h": 0.33, "run_before_pulse_h": 6.0, "run_since_pulse_h": 6.0}
"""A timer of twelve hours of running, on a machine that runs so long a day."""
NONE = {"run_h": 12.0, "defrost_h": 0.0}


@pytest.mark.parametrize(("pulses", "rows"), [([100], [50, 184]), ([100, 200], [50, 84]), ([], [])])
def test_how_long_it_ran_before_the_first_pulse_and_since_the_last(pulses: list[int], rows: list[int]) -> None:
    """Rows of five minutes: two at work and two at rest by turns until row 100, then at work but for the pulses."""
    on = np.concatenate([np.tile([1.0, 1.0, 0.0, 0.0], 25), np.ones(188)])
    defrost = np.zeros(288)
    for start in pulses:
        defrost[start : start + 4] = 1.0
    on[defrost > 0] = 0.0
    readings = Rows(
        time_s=MIDNIGHT_S + np.arange(0.0, 86400.0, 300.0, dtype=np.float64),
        numbers={"compressor_on": on, "defrost": defrost},
    )
    found = daily_indices(Kind.REFRIGERATOR, Day(day=date(2025, 6, 1), readings=readings))
    told = {one.index: one.value for one in found}
    hours = [told[index] for index in ("run_before_pulse_h", "run_since_pulse_h") if index in told]
    assert hours == pytest.approx([number / 12.0 for number in rows])


def test_a_silence_of_one_and_a_half_gaps_suffices_where_every_hour_was_seen() -> None:
    """Six hours after the last pulse and twelve more are 18: one and a half times twelve."""
    assert missed([NONE])
    assert not missed([])


@pytest.mark.parametrize(
    ("hours", "days", "said"), [((20.0,), 1, False), ((20.0, 24.0), 2, True), ((24.0, 20.0), 2, True)]
)
def test_a_pulse_may_have_come_while_nobody_listened(hours: tuple[float, ...], days: int, *, said: bool) -> None:
    """Two gaps together, 26.4 h of running: a day later there are 30."""
    assert missed([NONE] * days, hours) is said


def test_a_day_that_nobody_saw_may_have_had_one() -> None:
    assert not missed([{}, NONE])
    assert missed([{}, NONE, NONE])


def test_where_it_is_not_known_when_the_pulse_came_whole_days_count() -> None:
    old = {"run_h": 12.0, "defrost_h": 0.33}
    assert not missed([NONE], usual=old)
    assert missed([NONE] * 2, usual=old)


def missed(
    silent: Sequence[dict[str, float]], hours: Sequence[float] = (), usual: dict[str, float] | None = None
) -> bool:
    """What is said after twenty usual days and the silent ones, of which so many hours were seen."""
    days = [usual or NOON] * 20 + list(silent)
    seen = [24.0] * 20 + [*hours, *[24.0] * (len(silent) - len(hours))]
    rows = [
        (FIRST + timedelta(days=number), index, value, 0.0, seen[number])
        for number, day in enumerate(days)
        for index, value in day.items()
    ]
    verdict = defrost_silence.judge(history_of(rows, evening(len(days))), {}, evening(len(days)))
    return verdict is not None and verdict.present
