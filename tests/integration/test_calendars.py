"""Calendars of homes and technicians follow every move of a visit, whoever made it, and can be taken back."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from icalendar import Calendar

from domain.signals import Kind
from domain.states import ORDER
from notify.links import LINK_LIFE, Purpose, calendar_link, personal_link
from store.api_orders import Slot, book
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import NOW, add_technician, client, proposed_order

pytestmark = pytest.mark.integration
SECRET = "0123456789abcdef0123456789abcdef"
DAY = timedelta(days=1)
HERE = "http://care.test"


def to(connection: Connection, order: UUID, state: str) -> None:
    with connection.transaction():
        move(connection, ORDER, order, state, actor="t", reason="t", at=NOW, via=frozenset(ORDER.moves))


def at(connection: Connection, order: UUID, days: int, technician: str = "tech-1") -> None:
    """The visit is at nine, so many days from now; however it stood before."""
    with connection.transaction():
        starts = NOW + days * DAY
        book(
            connection,
            order,
            Slot(technician_id=technician, starts=starts, ends=starts + timedelta(hours=1)),
            outside_hours=True,
        )


def events(answer: httpx.Response) -> list[tuple[str, int, str, str]]:
    assert answer.headers["content-type"].startswith("text/calendar"), answer.text
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return [(str(e["uid"]), int(e["sequence"]), f"{e['dtstart'].dt:%d %H:%M}", str(e["status"])) for e in found]


def test_every_move_of_a_visit_reaches_the_calendars(connection: Connection, database_url: str, mqtt_url: str) -> None:
    for name in ("tech-1", "tech-2"):
        add_technician(connection, name, Kind.AIR_CONDITIONER)
    order = proposed_order(connection)
    feed = calendar_link("", SECRET, "home", "home-1", made_at=NOW)
    with client(database_url, mqtt_url, link_secret=SECRET, public_url=HERE) as api:
        work = {n: api.get(f"/api/v1/technicians/{n}/calendar").json()["url"] for n in ("tech-1", "tech-2")}
        assert all(url.startswith(f"{HERE}/calendar/") and url.endswith(".ics") for url in work.values())
        own, other = (url.removeprefix(HERE) for url in work.values())
        assert events(api.get(feed)) == []
        to(connection, order, "confirmed")
        assert events(api.get(feed)) == [], "nothing is agreed yet"
        at(connection, order, 1)
        to(connection, order, "scheduled")
        assert events(api.get(feed)) == [(f"{order}-1@wellkept", 0, "03 09:00", "CONFIRMED")]
        connection.execute("UPDATE service_order SET locked = true")
        assert events(api.get(feed))[0][1] == 0, "nothing that a calendar shows has changed"
        at(connection, order, 2)
        assert events(api.get(feed)) == [(f"{order}-1@wellkept", 1, "04 09:00", "CONFIRMED")]
        at(connection, order, 2, "tech-2")
        assert events(api.get(own)) == [(f"{order}-1-tech-1@wellkept", 2, "04 09:00", "CANCELLED")]
        assert events(api.get(other)) == [(f"{order}-1-tech-2@wellkept", 0, "04 09:00", "CONFIRMED")]
        assert events(api.get(feed))[0][1:] == (1, "04 09:00", "CONFIRMED"), "for the home it is the same visit"
        to(connection, order, "cancelled")
        assert events(api.get(feed)) == [(f"{order}-1@wellkept", 2, "04 09:00", "CANCELLED")]
        assert events(api.get(other)) == [(f"{order}-1-tech-2@wellkept", 1, "04 09:00", "CANCELLED")]


def test_a_visit_that_was_made_stays_and_the_next_one_is_another_entry(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    order = proposed_order(connection)
    to(connection, order, "confirmed")
    at(connection, order, 1)
    to(connection, order, "completed")
    to(connection, order, "reopened")
    to(connection, order, "confirmed")
    at(connection, order, 5)
    to(connection, order, "scheduled")
    with client(database_url, mqtt_url, link_secret=SECRET) as api:
        assert events(api.get(calendar_link("", SECRET, "home", "home-1", made_at=NOW))) == [
            (f"{order}-1@wellkept", 0, "03 09:00", "CONFIRMED"),
            (f"{order}-2@wellkept", 0, "07 09:00", "CONFIRMED"),
        ]


def test_pages_lead_to_calendars_that_are_cheap_to_ask_again_and_end_with_the_links(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    order = proposed_order(connection)
    home, visit = (
        personal_link("", SECRET, purpose, about, made_at=NOW, life=LINK_LIFE)
        for purpose, about in ((Purpose.HOME, "home-1"), (Purpose.VISIT, order))
    )
    with client(database_url, mqtt_url, link_secret=SECRET, public_url=HERE) as api:
        assert api.get(f"{visit}/visit.ics").status_code == 404, "no time is agreed"
        to(connection, order, "confirmed")
        at(connection, order, 1)
        to(connection, order, "scheduled")
        assert f'href="{visit}/visit.ics"' in api.get(visit).text
        assert len(events(api.get(f"{visit}/visit.ics"))) == 1
        page = api.get(home)
        assert "Booked: Tuesday, 3 June 2025, 09:00 to 10:00" in page.text
        assert f'href="{visit}"' in page.text
        (feed,) = re.findall(r'href="webcal://care\.test(/calendar/[^"]+\.ics)"', page.text)
        # Under the public name, as subscribers ask.
        first = api.get(feed, headers={"Host": "care.test"})
        assert len(events(first)) == 1
        again = api.get(feed, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert api.head(feed).headers["etag"] == first.headers["etag"]
        assert api.get(calendar_link("", "x" * 32, "home", "home-1", made_at=NOW)).status_code == 404
        assert api.get(calendar_link("", SECRET, "home", "nobody", made_at=NOW)).status_code == 404
        assert api.get(calendar_link("", SECRET, "technician", "home-1", made_at=NOW)).status_code == 404
        assert "Show visits in my calendar" in api.get("/field/tech-1").text
        work = api.get("/api/v1/technicians/tech-1/calendar").json()["url"].removeprefix(HERE)
        assert api.get(work).status_code == 200
        ended = api.post("/api/v1/technicians/tech-1/calendar/revoke", json={"reason": "phone lost"}).json()["url"]
        assert (api.get(work).status_code, api.get(ended.removeprefix(HERE)).status_code) == (410, 200)
        connection.execute("UPDATE household SET links_from = %s", (NOW + DAY,))
        for address in (feed, home, f"{visit}/visit.ics"):
            assert api.get(address).status_code == 410
    with client(database_url, mqtt_url) as api:
        refused = api.get("/api/v1/technicians/tech-1/calendar")
        assert (refused.status_code, "WELLKEPT_LINK_SECRET" in refused.text) == (409, True)
