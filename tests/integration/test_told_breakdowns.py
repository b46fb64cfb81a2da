"""People say that something does not work: an urgent order, an omission unless it was foretold, ended by the work."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import ORDER
from notify.links import Purpose, personal_link
from scheduler.obligations import keep_promises
from scheduler.omissions import find_omissions
from scheduler.propose import propose
from scheduler.settle import settle
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import (
    NOW,
    Clock,
    add_appliance,
    add_finding,
    add_home,
    add_technician,
    client,
    proposed_order,
)
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
SECRET = "0123456789abcdef0123456789abcdef"
HOUR = timedelta(hours=1)
EVER = {"since": "2020-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(database_url: str, mqtt_url: str, clock: Clock) -> Iterator[httpx.Client]:
    settings = {"link_secret": SECRET, "public_url": "http://127.0.0.1"}
    with client(database_url, mqtt_url, now=clock, **settings) as opened:
        yield opened


def walk(connection: Connection, order: UUID, state: str) -> None:
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s WHERE id = %s",
        (NOW, NOW + HOUR, order),
    )
    with connection.transaction():
        move(connection, ORDER, order, state, actor="t", reason="t", at=NOW, via=frozenset(ORDER.moves))


def hear(connection: Connection, key: int, hours: float) -> None:
    connection.execute(
        "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, '{}')"
        " ON CONFLICT (appliance_key) DO UPDATE SET at = excluded.at",
        (key, NOW + hours * HOUR, NOW + hours * HOUR),
    )


def one(connection: Connection, sql: str) -> Any:
    row = connection.execute(sql.encode()).fetchone()
    return None if row is None else row[0]


def test_a_call_becomes_an_urgent_order_and_an_omission_and_the_work_ends_it(
    connection: Connection, api: httpx.Client
) -> None:
    add_home(connection, "home-1")
    add_technician(connection, "tech-1", Kind.REFRIGERATOR, Kind.WASHING_MACHINE)
    dead = add_appliance(connection, "fridge-1", Kind.REFRIGERATOR, "home-1")
    foretold = add_appliance(connection, "washer-1", Kind.WASHING_MACHINE, "home-1")
    add_finding(
        connection, foretold, Kind.WASHING_MACHINE, "bearing_wear", Urgency.VISIT, raised_at=NOW - timedelta(days=3)
    )
    url = "/api/v1/appliances/{}/breakdown"
    said = api.post(url.format("fridge-1"), json={"text": "Dead, no light inside."})
    assert (said.status_code, said.json()["urgency"], said.json()["fault"]) == (201, "urgent", "breakdown")
    again = api.post(url.format("fridge-1"), json={"text": "Still dead.", "channel": "web"})
    assert again.json()["id"] == said.json()["id"], "told twice is one breakdown"
    api.post(url.format("washer-1"), json={"text": "Makes a terrible noise."}).raise_for_status()
    assert api.post(url.format("nothing"), json={"text": "x"}).status_code == 404
    assert api.post(url.format("fridge-1"), json={"text": " "}).status_code == 422

    work = work_on(connection, NOW)
    propose(work)
    (order,) = api.get("/api/v1/orders").json()["items"]
    assert (order["urgency"], order["household_id"]) == ("urgent", "home-1")
    titles = [task["title"] for task in api.get(f"/api/v1/orders/{order['id']}").json()["tasks"]]
    assert titles.count("It does not work") == 2
    assert find_omissions(work)["breakdowns"] == 1  # the washer's bearing was announced three days before
    omitted = api.get("/api/v1/reports/omissions", params=EVER).json()["items"]
    assert [one["finding_id"] for one in omitted] == [said.json()["id"]]

    connection.execute("UPDATE order_task SET outcome = 'confirmed'")
    connection.execute("UPDATE finding SET cleared_at = %s WHERE fault = 'bearing_wear'", (NOW,))
    walk(connection, UUID(order["id"]), "completed")
    for hours, state in ((23.0, "completed"), (25.0, "verified")):  # a day of readings without another word
        for key in (dead, foretold):
            hear(connection, key, hours)
        settle(work_on(connection, NOW + hours * HOUR))
        settle(work_on(connection, NOW + hours * HOUR))
        assert one(connection, "SELECT state FROM service_order") == state


def test_what_is_told_again_after_the_work_opens_the_order_again(connection: Connection, api: httpx.Client) -> None:
    add_home(connection, "home-1")
    add_technician(connection, "tech-1", Kind.REFRIGERATOR)
    add_appliance(connection, "fridge-1", Kind.REFRIGERATOR, "home-1")
    api.post("/api/v1/appliances/fridge-1/breakdown", json={"text": "Dead."}).raise_for_status()
    propose(work_on(connection, NOW))
    walk(connection, one(connection, "SELECT id FROM service_order"), "completed")
    settle(work_on(connection, NOW))
    connection.execute("UPDATE finding SET judged_at = %s, cleared_at = NULL", (NOW + HOUR / 2,))  # told again
    settle(work_on(connection, NOW + HOUR))
    assert one(connection, "SELECT state FROM service_order") == "reopened"


def test_an_owner_tells_by_the_link_to_the_home_until_the_link_is_taken_back(
    connection: Connection, api: httpx.Client, clock: Clock
) -> None:
    add_home(connection, "home-1")
    add_home(connection, "home-2")
    add_appliance(connection, "fridge-1", Kind.REFRIGERATOR, "home-1")
    add_appliance(connection, "fridge-2", Kind.REFRIGERATOR, "home-2")
    assert api.post("/api/v1/households/home-1/link").json()["sent"] is True
    text = one(connection, "SELECT payload ->> 'text' FROM outbox")
    link = "/home/" + text.split("/home/")[1].split(" ")[0]
    page = api.get(link)
    assert (page.status_code, "Refrigerator" in page.text, "fridge-2" in page.text) == (200, True, False)
    foreign = api.post(link, data={"appliance": "fridge-2", "note": "x"})
    assert (foreign.status_code, "choose what does not work" in foreign.text) == (422, True)
    done = api.post(link, data={"appliance": "fridge-1", "note": "It is <b>warm</b>."}, follow_redirects=True)
    assert "Somebody will come" in done.text
    assert "we know already" in done.text
    assert one(connection, "SELECT evidence -> 0 ->> 'note' FROM finding") == "It is <b>warm</b>."

    clock.now = NOW + HOUR
    revoked = api.post("/api/v1/households/home-1/links/revoke", json={"reason": "the tenant moved out"}).json()
    assert (revoked["revoked"], revoked["sent"]) == (True, True)
    assert api.get(link).status_code == 410
    assert api.post(link, data={"appliance": "fridge-1"}).status_code == 410
    text = one(connection, "SELECT payload ->> 'text' FROM outbox ORDER BY id DESC")
    assert api.get("/home/" + text.split("/home/")[1].split(" ")[0]).status_code == 200
    assert api.post("/api/v1/households/nobody/links/revoke", json={"reason": "x"}).status_code == 404


def test_links_of_an_order_end_alone_and_a_problem_afterwards_opens_it_again_and_counts(
    connection: Connection, api: httpx.Client, clock: Clock
) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    order = proposed_order(connection, "home-1")
    connection.execute("UPDATE order_task SET outcome = 'confirmed'")
    walk(connection, order, "completed")
    keep_promises(work_on(connection, NOW))
    promise = one(connection, "SELECT id FROM obligation WHERE kind = 'follow_up'")

    def link(purpose: Purpose, about: UUID) -> str:
        return personal_link("", SECRET, purpose, about, made_at=clock.now, life=timedelta(days=3))

    visit, question = link(Purpose.VISIT, order), link(Purpose.FOLLOW_UP, promise)
    assert {api.get(visit).status_code, api.get(question).status_code} == {200}
    clock.now = NOW + HOUR
    done = api.post(f"/api/v1/orders/{order}/links/revoke", json={"reason": "passed on", "send_new": False}).json()
    assert (done["revoked"], done["sent"], done["order_id"]) == (True, False, str(order))
    assert {api.get(visit).status_code, api.get(question).status_code} == {410}
    last = api.get(f"/api/v1/orders/{order}").json()["history"][-1]
    assert last["reason"] == "links ended: passed on"

    api.post(link(Purpose.FOLLOW_UP, promise), data={"answer": "problem", "note": "It hums."})
    shown = api.get(f"/api/v1/orders/{order}").json()
    assert shown["state"] == "reopened"
    assert "It hums." in shown["history"][-1]["reason"]
    assert (shown["tasks"][0]["outcome"], shown["tasks"][0]["earlier"][0]["outcome"]) == (None, "confirmed")
    assert one(connection, "SELECT count(*) FROM obligation WHERE kind = 'call_back'") == 1
    figures = api.get("/api/v1/reports/quality", params=EVER).json()["groups"][0]
    assert figures["dissatisfaction_ppm"]["count"] == 1


def test_a_problem_after_proved_work_is_a_new_order_that_repeats_the_first(
    connection: Connection, api: httpx.Client
) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    order = proposed_order(connection, "home-1")
    connection.execute("UPDATE order_task SET outcome = 'confirmed'")
    walk(connection, order, "verified")
    connection.execute("UPDATE finding SET state = 'resolved'")
    keep_promises(work_on(connection, NOW))
    promise = one(connection, "SELECT id FROM obligation WHERE kind = 'follow_up'")
    link = personal_link("", SECRET, Purpose.FOLLOW_UP, promise, made_at=NOW, life=timedelta(days=3))
    api.post(link, data={"answer": "problem", "note": "Warm again."})
    propose(work_on(connection, NOW))
    first, second = sorted(api.get("/api/v1/orders").json()["items"], key=lambda o: o["number"])
    assert (first["state"], second["urgency"]) == ("verified", "urgent")
    task = api.get(f"/api/v1/orders/{second['id']}").json()["tasks"][0]
    assert (task["fault"], task["repeats_order"]) == ("breakdown", first["number"])
