"""Personal links open one thing, for one purpose, for a while; who pays is said only if it is known."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput, NotFound
from domain.warranty import Cover, cover_of, warranty_ends
from notify.links import LinkExpired, Purpose, personal_link, read_token, was_taken_back
from wellkept.kept_secret import kept_secret
from wellkept.settings import read_settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = "s" * 32


def token(about: UUID, purpose: Purpose = Purpose.VISIT, secret: str = SECRET) -> str:
    return personal_link("https://care.test/", secret, purpose, about, made_at=NOW, life=DAY).rsplit("/", 1)[1]


@given(st.uuids(), st.sampled_from(Purpose))
def test_a_link_leads_to_what_it_was_made_for_and_nowhere_else(about: UUID, purpose: Purpose) -> None:
    made = token(about, purpose)
    found = read_token(made, SECRET, purpose, NOW)
    assert (found.about_id, found.made_at) == (about, NOW)
    other = next(one for one in Purpose if one is not purpose)
    with pytest.raises(NotFound):
        read_token(made, SECRET, other, NOW)
    with pytest.raises(NotFound):
        read_token(made, "t" * 32, purpose, NOW)


@given(st.text(max_size=120))
def test_what_was_not_made_here_opens_nothing(text: str) -> None:
    with pytest.raises(NotFound):
        read_token(text, SECRET, Purpose.VISIT, NOW)


def test_a_link_is_good_up_to_its_end() -> None:
    made = token(UUID(int=1))
    assert read_token(made, SECRET, Purpose.VISIT, NOW + DAY - timedelta(seconds=1)).about_id == UUID(int=1)
    with pytest.raises(LinkExpired):
        read_token(made, SECRET, Purpose.VISIT, NOW + DAY)


def test_what_was_made_before_links_were_ended_is_taken_back_and_a_new_one_is_good() -> None:
    old = read_token(token(UUID(int=1)), SECRET, Purpose.VISIT, NOW)
    assert not was_taken_back(old, None)
    assert was_taken_back(old, NOW + timedelta(seconds=1))
    assert not was_taken_back(old, NOW), "made in the moment in which the others were ended"


def test_a_home_is_no_order() -> None:
    link = personal_link("", SECRET, Purpose.HOME, "home-1", made_at=NOW, life=DAY)
    found = read_token(link.rsplit("/", 1)[1], SECRET, Purpose.HOME, NOW)
    assert found.about == "home-1"
    with pytest.raises(NotFound):
        _ = found.about_id


def test_a_changed_letter_is_noticed() -> None:
    made = token(UUID(int=1))
    for place in (0, len(made) // 2):
        changed = made[:place] + ("A" if made[place] != "A" else "B") + made[place + 1 :]
        with pytest.raises(NotFound):
            read_token(changed, SECRET, Purpose.VISIT, NOW)


def test_the_secret_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "home" / "link-secret"
    first = kept_secret(file)
    assert kept_secret(file) == first
    assert len(first) >= 32
    assert file.stat().st_mode & 0o077 == 0
    assert kept_secret(tmp_path / "other") != first


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("WELLKEPT_LINK_SECRET", "too-short-to-keep"),
        ("WELLKEPT_PUBLIC_URL", "care.example.org"),
        ("WELLKEPT_PUBLIC_URL", "ftp://care.example.org"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_a_secret_is_not_repeated(variable: str, text: str) -> None:
    with pytest.raises(BadInput, match=variable) as refused:
        read_settings({variable: text})
    assert (text in str(refused.value)) is (variable != "WELLKEPT_LINK_SECRET")


@pytest.mark.parametrize(
    ("installed", "months", "ends"),
    [
        (date(2024, 3, 10), 24, date(2026, 3, 10)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),  # there is no 30 February
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2024, 3, 10), "24", date(2026, 3, 10)),  # facts from a file
        (date(2024, 3, 10), 24.0, date(2026, 3, 10)),
        (date(2024, 1, 31), 0, None),
        (date(2024, 1, 31), 1_200, None),
        (date(9999, 12, 1), 2, None),
        (date(2024, 1, 31), True, None),
        (date(2024, 1, 31), 1.5, None),
        (date(2024, 1, 31), float("nan"), None),
        (None, 24, None),
    ],
)
def test_when_a_warranty_ends(installed: date | None, months: object, ends: date | None) -> None:
    assert warranty_ends(installed, {"warranty_months": months}) == ends


def test_who_pays() -> None:
    on, new, old = date(2026, 3, 10), date(2027, 1, 1), date(2026, 3, 10)
    assert cover_of([new], on) is Cover.ALL
    assert cover_of([new, old], on) is Cover.SOME  # the old one ends on this very day
    assert cover_of([old], on) is Cover.UNKNOWN
    assert cover_of([None], on) is Cover.UNKNOWN
    assert cover_of([], on) is Cover.UNKNOWN
