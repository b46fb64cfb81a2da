"""When the anode of a water heater is due, by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.planned_care import YEAR, AnodeParams, Tank, anode_life, judge_anode

PARAMS = AnodeParams()


def tank(hardness: float | None = None, top_c: float | None = None, renewed_at: datetime | None = None) -> Tank:
    return Tank(installed_on=date(2022, 1, 1), renewed_at=renewed_at, hardness_dh=hardness, top_c=top_c)


@pytest.mark.parametrize(
    ("hardness", "top_c", "years"),
    [
        (None, None, 4.0),
        (13.9, 64.9, 4.0),
        (14, 60, 3.2),  # 4 * 0.8
        (21, 60, 2.4),  # 4 * 0.6
        (5, 65, 2.8),  # 4 * 0.7
        (25, 70, 1.68),  # 4 * 0.6 * 0.7
    ],
)
def test_hard_and_hot_water_takes_an_anode_sooner(hardness: float | None, top_c: float | None, years: float) -> None:
    assert anode_life(tank(hardness, top_c), PARAMS) / YEAR == pytest.approx(years)


def test_it_is_on_the_list_60_days_before_its_time_and_off_it_once_renewed() -> None:
    due = datetime(2022, 1, 1, tzinfo=UTC) + 4 * YEAR  # 1461 days: 2026-01-01
    assert due == datetime(2026, 1, 1, tzinfo=UTC)
    early = judge_anode(tank(), due - timedelta(days=60, seconds=1), PARAMS)
    soon = judge_anode(tank(), due - timedelta(days=60), PARAMS)
    late = judge_anode(tank(), due + timedelta(days=30), PARAMS)
    assert (early.present, soon.present, late.present) == (False, True, True)
    assert (soon.fails_p10, late.fails_p10) == (due, due + timedelta(days=30))
    assert (soon.evidence[0].observed, soon.evidence[0].expected) == (3.84, 4.0)  # 1401 / 365.25
    renewed = judge_anode(tank(renewed_at=due - timedelta(days=1)), due + timedelta(days=30), PARAMS)
    assert renewed.present is False


def test_an_anode_that_was_found_sound_is_looked_at_again_a_year_later() -> None:
    looked = datetime(2026, 2, 1, tzinfo=UTC)  # a month past its time by the rule
    sound = replace(tank(), found_sound_at=looked)
    again = looked + YEAR - timedelta(days=60)
    assert judge_anode(sound, looked, PARAMS).present is False
    assert judge_anode(sound, again - timedelta(seconds=1), PARAMS).present is False
    late = judge_anode(sound, again, PARAMS)
    assert (late.present, late.fails_p10) == (True, looked + YEAR)
    early = replace(tank(), found_sound_at=datetime(2023, 1, 1, tzinfo=UTC))
    assert judge_anode(early, datetime(2025, 12, 1, tzinfo=UTC), PARAMS).present is True  # what was seen then is old
