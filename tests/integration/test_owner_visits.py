"""Owners choose, move and refuse visits by their personal links; nobody is asked for ever."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest

from dispatch.travel import BY_DISTANCE, SpeedModel
from domain.signals import Kind
from domain.states import ORDER
from notify.links import Purpose, personal_link
from scheduler.obligations import keep_promises
from scheduler.offer import offer
from scheduler.settings import Pace
from scheduler.work import Work
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import NOW, add_technician, client, proposed_order
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
SECRET = "0123456789abcdef0123456789abcdef"
HOUR = timedelta(hours=1)


def home(connection: Connection, household: str = "home-1", state: str = "approved") -> UUID:
    """A home near the outlet, whose order has come to `state`."""
    order = proposed_order(connection, household)
    connection.execute("UPDATE household SET latitude = 50.01, longitude = 8.0 WHERE id = %s", (household,))
    connection.execute("UPDATE service_order SET outlet_id = (SELECT id FROM outlet)")
    walk(connection, order, state)
    return order


def walk(connection: Connection, order: UUID, state: str) -> None:
    if state != "proposed":
        with connection.transaction():
            move(connection, ORDER, order, state, actor="t", reason="t", at=NOW, via=frozenset(ORDER.moves))


def crew(connection: Connection) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    connection.execute("UPDATE outlet SET phone = '+49 69 1234', name = 'North'")


def at(connection: Connection, hours: float = 0, link_secret: str = SECRET) -> Work:
    """The scheduler's tools, so many hours later, with the clocks of production."""
    work = work_on(connection, NOW + hours * HOUR)
    settings = replace(work.settings, pace=Pace.PRODUCTION, link_secret=link_secret, public_url="https://care.test")
    return replace(work, settings=settings)


def path(order: UUID, purpose: Purpose = Purpose.VISIT, *, days: float = 9) -> str:
    return personal_link("", SECRET, purpose, order, made_at=NOW, life=timedelta(days=days))


def times(page: httpx.Response) -> list[str]:
    return [unescape(value) for value in re.findall(r'name="slot" value="([^"]+)"', page.text)]


def told(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT payload ->> 'text' FROM outbox WHERE channel = 'owner' ORDER BY id").fetchall()
    return [row[0] for row in rows]


def states(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT kind, state, answer FROM obligation ORDER BY number").fetchall()


def test_an_offer_is_repeated_and_then_goes_to_the_list_of_calls(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    crew(connection)
    order = home(connection)
    assert offer(at(connection))["offered"] == 1
    assert offer(at(connection))["offered"] == 0, "once"
    for hours, step in ((0, "asked"), (23.9, None), (24, "reminded"), (47.9, None), (48, "to_call"), (80, None)):
        done = keep_promises(at(connection, hours))
        assert {name: done[name] for name in ("asked", "reminded", "to_call") if done[name]} == (
            {step: 1} if step else {}
        )
    first, second = told(connection)
    assert "Refrigerant is leaking" in first
    assert "https://care.test/visit/" in first
    assert "we have not heard from you" in second.lower()
    with client(database_url, mqtt_url, now=lambda: NOW + 80 * HOUR) as api:
        (call,) = api.get("/api/v1/obligations", params={"state": "to_call"}).json()["items"]
        assert (call["kind"], call["overdue"], call["order_id"]) == ("consent", True, str(order))
        assert [api.get("/api/v1/obligations", params={"overdue": flag}).json()["items"] for flag in ("false",)] == [[]]
        url = f"/api/v1/obligations/{call['id']}"
        assert api.post(f"{url}/tried", json={"reason": "nobody there"}).json()["note"] == "nobody there"
        done = api.post(f"{url}/settle", json={"answer": "agreed", "note": "Friday by phone"}).json()
        assert (done["state"], done["answer"]) == ("met", "agreed")
        assert [change["to_state"] for change in done["history"]] == [
            *("open", "asked", "reminded", "to_call", "to_call", "met"),
        ]
        again = api.post(f"{url}/void", json={"reason": "x"})
        assert (again.status_code, again.json()["type"]) == (409, "urn:wellkept:problem:illegal-move")


def test_an_owner_chooses_moves_and_calls_off(connection: Connection, database_url: str, mqtt_url: str) -> None:
    crew(connection)
    order = home(connection)
    offer(at(connection))
    link = path(order)
    with client(database_url, mqtt_url, link_secret=SECRET) as api:
        page = api.get(link)
        assert page.status_code == 200
        for words in ("When may we come?", "Refrigerant is leaking", "about 45 min", "+49 69 1234", "North"):
            assert words in page.text
        assert "Not known yet" in page.text, "the cost"
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert "http" not in re.sub(r"<!doctype[^>]*>", "", page.text), "nothing comes from elsewhere"
        first, second = times(page)[:2]
        done = api.post(f"{link}/choose", data={"slot": first}, follow_redirects=True)
        assert "Your visit is booked" in done.text
        assert api.post(f"{link}/choose", data={"slot": first}).status_code == 303, "tapped twice"
        moved = api.post(f"{link}/choose", data={"slot": second}, follow_redirects=True)
        assert moved.status_code == 200
        found = api.get(f"/api/v1/orders/{order}").json()
        assert found["visit_starts"][:16] == second.split("|")[1][:16]
        assert [change["to_state"] for change in found["history"]] == [
            *("proposed", "approved", "offered", "confirmed", "scheduled", "confirmed", "scheduled"),
        ]
        assert found["history"][-1]["actor"] == "owner"
        assert states(connection) == [("consent", "met", "chosen")]
        assert told(connection)[-1].startswith("Your visit is booked: tech-1 comes on")
        off = api.post(f"{link}/decline", data={"note": "moved away"}, follow_redirects=True)
        assert "No visit is planned" in off.text
        assert api.get(f"/api/v1/orders/{order}").json()["state"] == "cancelled"
        late = api.post(f"{link}/choose", data={"slot": first})
        assert (late.status_code, "text/html" in late.headers["content-type"]) == (409, True)
        assert "cannot be chosen for this visit any more" in late.text, "not that somebody was faster"


def test_of_two_owners_who_choose_one_time_one_gets_it_and_the_other_fresh_times(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    crew(connection)
    links = [path(home(connection, f"home-{n}")) for n in (1, 2)]
    offer(at(connection))
    with client(database_url, mqtt_url, link_secret=SECRET) as api:
        offered = [times(api.get(link)) for link in links]
        assert offered[0][0] == offered[1][0]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda link: api.post(f"{link}/choose", data={"slot": offered[0][0]}), links))
        lost, won = sorted(answers, key=lambda answer: -answer.status_code)
        assert (won.status_code, lost.status_code) == (303, 409)
        assert "has just been taken" in lost.text
        fresh = times(lost)
        assert fresh
        assert offered[0][0] not in fresh
        loser = links[answers.index(lost)]
        assert api.post(f"{loser}/choose", data={"slot": fresh[0]}).status_code == 303


def test_what_goes_wrong_says_what_to_do(connection: Connection, database_url: str, mqtt_url: str) -> None:
    crew(connection)
    order = home(connection)
    good = path(order)
    past = "tech-1|2025-05-02T09:00:00+00:00|2025-05-02T09:45:00+00:00"
    wrongs: list[tuple[str, dict[str, str] | None, int, str]] = [
        (path(order, days=-1), None, 410, "expired"),
        (good[:-3], None, 404, "not complete"),
        (path(order, Purpose.FOLLOW_UP).replace("follow-up", "visit"), None, 404, "not complete"),
        (path(UUID(int=5)), None, 404, "not complete"),
        (f"{good}/choose", {}, 422, "choose one of the times first"),
        (f"{good}/choose", {"slot": "tech-1|yesterday|today"}, 422, "choose one of the times first"),
        (f"{good}/choose", {"slot": past}, 409, "choose another one"),
        (f"{good}/explode", {}, 404, "nothing here"),
    ]
    with client(database_url, mqtt_url, link_secret=SECRET) as api:
        for address, form, status, says in wrongs:
            page = api.get(address) if form is None else api.post(address, data=form)
            assert (page.status_code, says in page.text) == (status, True), page.text
            assert page.headers["content-type"].startswith("text/html")


def test_times_are_offered_by_the_travel_source_that_is_set(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    crew(connection)
    order = home(connection)
    on_foot = SpeedModel(town_kmh=0.1, country_kmh=0.1, motorway_kmh=0.1)  # 1.5 km on the road take 15 hours
    for travel, offered in ((BY_DISTANCE, True), (on_foot, False)):
        with client(database_url, mqtt_url, link_secret=SECRET, travel=travel) as api:
            assert bool(times(api.get(path(order)))) is offered


def test_a_link_opens_nothing_without_the_secret_and_the_public_name_only_its_pages(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    crew(connection)
    link = path(home(connection))
    with client(database_url, mqtt_url) as api:
        assert api.get(link).status_code == 404
    with client(database_url, mqtt_url, link_secret=SECRET, public_url="https://care.test") as api:
        public = {"Host": "care.test"}
        assert api.get(link, headers=public).status_code == 200
        assert api.get("/api/v1/orders", headers=public).status_code == 421
        assert api.get("/", headers=public).status_code == 421


def test_a_hazard_that_is_declined_and_an_order_without_free_time_go_to_people(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = home(connection)
    connection.execute("UPDATE service_order SET urgency = 'urgent'")
    assert offer(at(connection))["without_time"] == 1
    why = connection.execute("SELECT why FROM present_choice WHERE choice = 'slots'").fetchone()
    assert why is not None
    assert "nobody who knows air_conditioner can be there for 45 minutes" in why[0]
    crew(connection)
    offer(at(connection))
    with client(database_url, mqtt_url, link_secret=SECRET) as api:
        assert "safety matter" in api.get(path(order)).text
        asked = api.post(f"{path(order)}/call", data={"note": "after five"}, follow_redirects=True)
        assert "Somebody will call you" in asked.text
        assert states(connection) == [("consent", "to_call", None)]
        api.post(f"{path(order)}/decline", data={"note": "no"})
    keep_promises(at(connection))
    assert states(connection) == [("consent", "met", "declined"), ("call_back", "to_call", None)]
    due = connection.execute("SELECT due_at FROM obligation WHERE kind = 'call_back'").fetchone()
    assert due == (NOW + 2 * HOUR,)


def test_every_service_is_followed_up_within_72_hours(connection: Connection, database_url: str, mqtt_url: str) -> None:
    crew(connection)
    orders = [home(connection, f"home-{n}", "approved") for n in range(3)]
    for n, order in enumerate(orders):
        connection.execute(
            "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s WHERE id = %s",
            (NOW + n * HOUR, NOW + (n + 1) * HOUR, order),
        )
        walk(connection, order, "completed")
    assert keep_promises(at(connection))["begun"] == 3
    assert keep_promises(at(connection, 24))["asked"] == 3
    answered, problem, silent = (
        connection.execute("SELECT id FROM obligation WHERE order_id = %s", (order,)).fetchone() for order in orders
    )
    assert answered is not None
    assert problem is not None
    with client(database_url, mqtt_url, link_secret=SECRET) as api:
        outlet = api.get("/api/v1/outlets/outlet-1")
        version = {"If-Match": outlet.headers["ETag"]}
        phoned = api.patch("/api/v1/outlets/outlet-1", json={"phone": "+49 69 99"}, headers=version)
        assert phoned.json()["phone"] == "+49 69 99"
        link = path(answered[0], Purpose.FOLLOW_UP)
        assert 'href="tel:+496999"' in api.get(link).text
        assert "We were with you on 2 June 2025" in api.get(link).text
        assert 'name="stars" value="5"' in api.get(link).text
        well = {"answer": "ok", "stars": "5", "note": "Quick and clean."}
        assert "Thank you" in api.post(link, data=well, follow_redirects=True).text
        assert api.post(link, data={"answer": "problem"}).status_code == 303, "answered already: nothing happens"
        assert api.post(link, data={"answer": "great"}).status_code == 422
        wrong = {"answer": "problem", "note": "it drips", "stars": "seven"}
        api.post(path(problem[0], Purpose.FOLLOW_UP), data=wrong)
        said = api.get("/api/v1/opinions").json()["items"]
        assert [(one["kind"], one["text"], one["order_id"]) for one in said] == [
            ("complaint", "it drips", str(orders[1])),
            ("praise", "Quick and clean.", str(orders[0])),
        ]
        rated = connection.execute("SELECT order_id, stars, channel FROM rating").fetchall()
        assert rated == [(orders[0], 5, "web")], "who owners judge is never typed in, and seven are no stars"
        walk(connection, orders[1], "verified")
    keep_promises(at(connection, 48))
    assert keep_promises(at(connection, 60))["to_call"] == 1
    assert states(connection) == [
        ("follow_up", "met", "ok"),
        ("follow_up", "met", "problem"),
        ("follow_up", "to_call", None),
        ("call_back", "to_call", None),
    ]
    assert silent is not None
    walk(connection, orders[2], "reopened")
    assert keep_promises(at(connection, 61))["closed"] == 1, "work that is not over is not asked about"
    assert keep_promises(at(connection, 61))["begun"] == 0


def test_without_a_secret_people_are_called_and_a_promise_of_a_call_is_kept_once(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    crew(connection)
    order = home(connection)
    offer(at(connection))
    assert keep_promises(at(connection, link_secret=""))["to_call"] == 1
    assert told(connection) == []
    with client(database_url, mqtt_url) as api:
        body = {"household_id": "home-1", "order_id": str(order), "reason": "wants to talk"}
        made = api.post("/api/v1/obligations", json=body)
        assert (made.status_code, made.json()["due_at"]) == (201, "2025-06-03T09:00:00Z")
        assert api.post("/api/v1/obligations", json=body).status_code == 409
        for wrong, status in (
            ({**body, "household_id": "home-9"}, 404),
            ({**body, "kind": "consent"}, 422),
            ({**body, "kind": "remote_follow_up", "urgent": True}, 422),
        ):
            assert api.post("/api/v1/obligations", json=wrong).status_code == status
        guided = api.post("/api/v1/obligations", json={**body, "kind": "remote_follow_up", "order_id": None}).json()
        assert guided["due_at"] == "2025-06-02T09:30:00Z"
