"""Which tip is due: by purchase, by season and climate, and never too often."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.care_plans import TIPS, Owned, Season, Tip, TipParams, due_tip, speaking_months
from domain.signals import Kind

MAY = date(2026, 5, 10)
PARAMS = TipParams()


def owned(
    kind: Kind = Kind.AIR_CONDITIONER,
    latitude: float | None = 48.0,
    installed_on: date | None = None,
    told: frozenset[tuple[str, str]] = frozenset(),
) -> Owned:
    return Owned(key=1, kind=kind, latitude=latitude, climate="temperate", installed_on=installed_on, told=told)


@pytest.mark.parametrize(
    ("season", "latitude", "climate", "months"),
    [
        ("before_summer", 48.0, "temperate", (4, 5)),
        ("before_summer", -33.0, "subtropical", (10, 11)),
        ("before_winter", -33.0, "subtropical", (3, 4)),
        ("before_summer", 5.0, "tropical", (4, 5)),
        ("before_winter", 5.0, "tropical", ()),
        ("before_winter", -0.2, "cold", (3, 4)),  # a home high in the Andes that said so
        ("before_summer", None, None, ()),
    ],
)
def test_seasons_follow_the_sun_and_the_climate(
    season: Season, latitude: float | None, climate: str | None, months: tuple[int, ...]
) -> None:
    assert speaking_months(season, latitude, climate) == months


def test_a_new_appliance_comes_before_a_season() -> None:
    due = due_tip([owned(installed_on=MAY - timedelta(days=5))], None, MAY, PARAMS)
    assert due is not None
    assert (due.tip.code, due.occasion) == ("ac_start", "purchase")


@pytest.mark.parametrize(("days", "is_due"), [(2, False), (3, True), (33, True), (34, False)])
def test_a_purchase_tip_has_its_days(days: int, is_due: bool) -> None:
    january = date(2026, 1, 20)
    found = due_tip([owned(installed_on=january - timedelta(days=days))], None, january, PARAMS)
    assert (found is not None) is is_due


def test_a_home_with_two_of_a_kind_hears_of_the_season_once_and_of_each_purchase() -> None:
    told = frozenset({("ac_summer", "before_summer 2026"), ("ac_start", "purchase")})
    assert due_tip([owned(told=told), owned()], None, MAY, PARAMS) is None
    new = due_tip([owned(told=told), owned(installed_on=MAY - timedelta(days=5))], None, MAY, PARAMS)
    assert new is not None
    assert new.tip.code == "ac_start"


def test_what_was_said_this_year_is_said_again_only_next_year() -> None:
    told = frozenset({("ac_summer", "before_summer 2026")})
    assert due_tip([owned(told=told)], None, MAY, PARAMS) is None
    again = due_tip([owned(told=told)], None, MAY.replace(year=2027), PARAMS)
    assert again is not None
    assert again.occasion == "before_summer 2027"


@given(st.integers(0, 40))
def test_a_home_is_not_spoken_to_twice_in_a_fortnight(days: int) -> None:
    found = due_tip([owned()], MAY - timedelta(days=days), MAY, PARAMS)
    assert (found is not None) is (days >= 14)


def test_every_tip_has_a_code_of_its_own_and_one_occasion() -> None:
    assert len({tip.code for tip in TIPS}) == len(TIPS)
    with pytest.raises(ValueError, match="one occasion"):
        Tip(code="x", kind=Kind.DRYER, text="x")
