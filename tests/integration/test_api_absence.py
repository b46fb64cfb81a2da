"""Holiday mode over the API: said, moved, ended, and what it is refused for."""

from datetime import datetime, timedelta

import pytest

from store.database import Connection
from store.homes import away
from tests.integration.api_homes import NOW, add_home, client

pytestmark = pytest.mark.integration

URL = "/api/v1/households/home-1/absence"


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def test_a_home_says_that_it_is_away_and_back(connection: Connection, database_url: str, mqtt_url: str) -> None:
    add_home(connection)
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=8)
    with client(database_url, mqtt_url) as api:
        nothing = api.get(URL)
        assert (nothing.json()["starts_at"], nothing.json()["away_now"]) == (None, False)

        said = api.put(URL, json={"starts_at": text(soon), "ends_at": text(later)}, headers={"If-Match": '"1"'})
        assert said.status_code == 200, said.text
        assert said.headers["ETag"] == '"2"'
        assert (said.json()["starts_at"], said.json()["away_now"]) == (text(soon), False)
        stale = api.put(URL, json={"ends_at": text(later)}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412

        for _ in range(2):  # said twice is said once
            gone = api.put(URL, json={"ends_at": text(later)})
            assert (gone.json()["starts_at"], gone.json()["away_now"]) == (text(NOW), True)
        assert away(connection, "home-1") == [(NOW, later)]
        assert api.get(URL).json() == gone.json()

        for _ in range(2):
            back = api.delete(URL)
            assert (back.status_code, back.json()["ends_at"]) == (200, None)


def test_the_part_of_a_holiday_that_has_passed_stays_known(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    began, home = NOW - timedelta(days=3), NOW + timedelta(days=3)
    with client(database_url, mqtt_url) as api:
        assert api.put(URL, json={"starts_at": text(began), "ends_at": text(home)}).json()["away_now"] is True
        assert api.delete(URL).json()["away_now"] is False
    assert away(connection, "home-1") == [(began, NOW)]


def test_what_is_no_absence_is_refused_with_a_reason(connection: Connection, database_url: str, mqtt_url: str) -> None:
    add_home(connection)
    refusals: list[tuple[dict[str, str], str]] = [
        ({"ends_at": text(NOW)}, "DELETE the absence"),
        ({"starts_at": text(NOW + timedelta(days=2)), "ends_at": text(NOW + timedelta(days=1))}, "later than"),
        ({"ends_at": text(NOW + timedelta(days=400))}, "366 days"),
        ({}, "ends_at"),
        ({"ends_at": "tomorrow"}, "RFC 3339"),
    ]
    with client(database_url, mqtt_url) as api:
        for body, hint in refusals:
            refused = api.put(URL, json=body)
            assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
            assert hint in refused.text
        for ask in (api.get, api.delete):
            assert ask(URL.replace("home-1", "nowhere")).status_code == 404
    assert away(connection, "home-1") == []
