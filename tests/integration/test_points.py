"""Licence points taken by the system: once per event, with evidence, appealable; and what follows at none."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.parts import van_of
from domain.signals import Kind
from domain.states import ORDER
from scheduler.points import take_points
from store.api_orders import Slot, book
from store.database import Connection
from store.moves import move
from store.stock import count_stock
from store.technician_record import add_points
from tests.integration.api_homes import NOW, Clock, add_technician, client
from tests.integration.field_homes import TO_SCHEDULED, add_visit
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
DAY = timedelta(days=1)
ANY = frozenset(ORDER.moves)
RECORD = "/api/v1/technicians/tech-1/record"
Points = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(database_url: str, mqtt_url: str, clock: Clock, connection: Connection) -> Iterator[httpx.Client]:
    add_technician(connection, "tech-1", Kind.REFRIGERATOR)
    add_technician(connection, "tech-2", Kind.REFRIGERATOR)
    with client(database_url, mqtt_url, now=clock) as opened:
        yield opened


@pytest.fixture
def entries(api: httpx.Client, connection: Connection, clock: Clock) -> Points:
    def read() -> list[dict[str, Any]]:
        for _ in range(2):  # running twice takes nothing twice
            take_points(work_on(connection, clock.now))
        found: list[dict[str, Any]] = api.get(RECORD).json()["points_entries"]
        return found

    return read


def told(api: httpx.Client, order: UUID, kind: str, at: datetime, number: int, **body: object) -> str:
    """One action of a phone; what became of it."""
    action = {"id": str(UUID(int=number)), "order_id": str(order), "kind": kind, "at": at.isoformat(), "body": body}
    sent = api.post("/api/v1/field/sync", json={"technician_id": "tech-1", "actions": [action]})
    return str(sent.json()["results"][0]["state"])


def again(connection: Connection, order: UUID, at: datetime, technician: str = "tech-1") -> None:
    """Book another time for an order that is confirmed or open again."""
    with connection.transaction():
        move(connection, ORDER, order, "confirmed", actor="planner", reason="r", at=NOW, via=TO_SCHEDULED)
        book(
            connection,
            order,
            Slot(technician_id=technician, starts=at, ends=at + timedelta(hours=2)),
            outside_hours=True,
        )
        move(connection, ORDER, order, "scheduled", actor="planner", reason="r", at=NOW)


def test_who_comes_late_or_not_at_all_has_broken_a_promise(
    api: httpx.Client, connection: Connection, clock: Clock, entries: Points
) -> None:
    late, gone, away, nobody, moved = (add_visit(connection, f"home-{n}", hours=24 * n).order for n in range(1, 6))
    for number, minutes in enumerate((29, 45)):  # within half an hour it is kept; the first word counts
        order = (moved, late)[number]
        when = NOW + DAY * (5, 1)[number]
        clock.now = when + timedelta(hours=20)  # the phone had no network all day
        assert told(api, order, "arrive", when + timedelta(minutes=minutes), 20 + number) == "applied"
    clock.now = NOW + 2 * DAY + timedelta(hours=3)
    with connection.transaction():  # after its time the planner gives it up
        move(connection, ORDER, gone, "confirmed", actor="planner", reason="nobody came", at=clock.now)
    absent = {"starts": (NOW + 3 * DAY).isoformat(), "ends": (NOW + 4 * DAY).isoformat(), "reason": "ill"}
    api.post("/api/v1/technicians/tech-1/absences", json=absent).raise_for_status()
    clock.now = NOW + 4 * DAY + timedelta(hours=1)
    api.post(f"/api/v1/visits/{nobody}/no-show").raise_for_status()
    clock.now = NOW + 9 * DAY
    found = {one["order_id"]: one for one in entries()}
    assert set(found) == {str(late), str(gone)}, f"not {away}: away; not {nobody}: nobody at home; not {moved}: in time"
    assert "45 minutes later" in found[str(late)]["note"]
    assert found[str(late)]["evidence"]["arrived"] == (NOW + DAY + timedelta(minutes=45)).isoformat()
    assert "planner gave the time up" in found[str(gone)]["note"]
    entry = found[str(gone)]["id"]
    made = api.post(f"/api/v1/technicians/tech-1/points/{entry}/appeal", json={"appeal": "The road was closed."}).json()
    api.post(f"/api/v1/appeals/{made['id']}/decide", json={"overturned": True, "answer": "So it was."})
    assert api.get(RECORD).json()["points"] == 10
    body = {"reason": "broken_promise", "order_id": str(late), "note": "x"}
    with connection.transaction():
        move(connection, ORDER, late, "completed", actor="tech-1", reason="r", at=clock.now)
    assert api.post("/api/v1/technicians/tech-1/points", json=body).status_code == 409, "the system took them already"
    assert len([one for one in entries() if one["points"] < 0]) == 2


def test_a_call_that_was_taken_on_is_a_promise(
    api: httpx.Client, connection: Connection, clock: Clock, entries: Points
) -> None:
    order = add_visit(connection)
    asked = {"household_id": "home-1", "order_id": str(order.order), "reason": "wants to know the price"}
    call = api.post("/api/v1/obligations", json=asked).json()
    url = f"/api/v1/obligations/{call['id']}"
    assert api.post(f"{url}/give", json={"technician_id": "nobody"}).status_code == 422
    given = api.post(f"{url}/give", json={"technician_id": "tech-1"}, headers={"If-Match": f'"{call["version"]}"'})
    assert given.json()["technician_id"] == "tech-1"
    assert api.get("/api/v1/obligations?technician=tech-1").json()["items"][0]["id"] == call["id"]
    assert not entries()
    clock.now = NOW + timedelta(hours=25)
    api.post(f"{url}/settle", json={"answer": "ok", "note": "told"}).raise_for_status()
    clock.now = NOW + 2 * DAY
    (entry,) = entries()
    assert (entry["reason"], "was settled at" in entry["note"]) == ("broken_promise", True)


def test_work_that_has_to_be_done_again_costs_whoever_did_it(
    api: httpx.Client, connection: Connection, clock: Clock, entries: Points
) -> None:
    visit = add_visit(connection, hours=2)
    connection.execute("UPDATE order_task SET outcome = 'confirmed' WHERE id = %s", (visit.task,))
    done = NOW + timedelta(hours=3)
    with connection.transaction():
        for state in ("completed", "reopened"):
            move(connection, ORDER, visit.order, state, actor="t", reason="r", at=done, via=ANY)
    again(connection, visit.order, NOW + 2 * DAY, "tech-2")
    clock.now = NOW + 3 * DAY
    assert not entries(), "nothing is repeated until somebody has been there"
    connection.execute("UPDATE order_task SET outcome = 'confirmed' WHERE id = %s", (visit.task,))
    with connection.transaction():
        move(connection, ORDER, visit.order, "completed", actor="t", reason="r", at=clock.now, via=ANY)
    (entry,) = entries()
    assert (entry["reason"], entry["points"], entry["order_id"]) == ("repeat_repair", -1, str(visit.order))


def test_a_charge_above_the_price_list_costs_points(
    api: httpx.Client, connection: Connection, clock: Clock, entries: Points
) -> None:
    visit = add_visit(connection, hours=1)
    url = f"/api/v1/orders/{visit.order}"
    charge = {"said_by": "owner", "cents": 12_600, "note": "receipt shown"}
    assert api.post(f"{url}/charges", json=charge).status_code == 409, "nothing is finished yet"
    prices = {"valid_from": NOW.date().isoformat(), "call_out_cents": 4_000, "hour_cents": 6_000}
    api.post("/api/v1/prices", json=prices).raise_for_status()
    assert api.post("/api/v1/prices", json=prices).status_code == 409
    connection.execute("UPDATE order_task SET outcome = 'confirmed' WHERE id = %s", (visit.task,))
    clock.now = NOW + timedelta(hours=2)
    assert told(api, visit.order, "charge", clock.now, 30, cents=11_500) == "applied"
    assert told(api, visit.order, "complete", clock.now, 31) == "applied"
    quote = api.get(f"{url}/quote").json()
    assert quote["cents"] == 4_000 + 75 * 6_000 // 60  # coming, and 75 planned minutes
    assert not entries(), "115 is what the list allows"
    api.post(f"{url}/charges", json=charge).raise_for_status()
    (entry,) = entries()
    assert (entry["reason"], entry["points"], entry["evidence"]["allowed_cents"]) == ("overcharging", -6, 11_500)


def test_what_a_missing_price_may_hide_is_said(api: httpx.Client, connection: Connection, clock: Clock) -> None:
    visit = add_visit(connection, hours=1)
    connection.execute("INSERT INTO part (id, name, role) VALUES ('heater-a', 'Heater A', 'defrost_heater')")
    count_stock(connection, "heater-a", van_of("tech-1"), 1, actor="test")
    prices = {"valid_from": NOW.date().isoformat(), "call_out_cents": 4_000, "hour_cents": 6_000}
    api.post("/api/v1/prices", json=prices).raise_for_status()
    connection.execute("UPDATE order_task SET outcome = 'confirmed' WHERE id = %s", (visit.task,))
    clock.now = NOW + timedelta(hours=2)
    for minute, (kind, body) in enumerate(
        (
            ("use_part", {"task_id": str(visit.task), "part_id": "heater-a", "used_before": 0}),
            ("charge", {"cents": 99_900}),
            ("complete", {}),
        )
    ):
        assert told(api, visit.order, kind, clock.now, 30 + minute, **body) == "applied"
    clock.now += timedelta(hours=1)
    quote = api.get(f"/api/v1/orders/{visit.order}/quote").json()
    assert (quote["cents"], quote["known_cents"]) == (None, 11_500)
    assert "1 of 3 lines have no price: 1 x Heater A" in quote["missing"]
    settlement, costs = f"/api/v1/technicians/tech-1/settlement?month={NOW:%Y-%m}", "/api/v1/reports/costs"
    (unchecked,) = api.get(settlement).json()["missing"]["charges_not_checked"]
    assert (unchecked["order_id"], unchecked["cents"]) == (str(visit.order), 99_900)
    assert api.get(costs).json()["missing"] == {"parts_without_price": 1}
    connection.execute("UPDATE part SET price_cents = 5000 WHERE id = 'heater-a'")
    assert api.get(settlement).json()["missing"] == {"charges_not_checked": []}
    assert api.get(costs).json()["missing"] == {"parts_without_price": 0}


def test_who_has_no_points_left_gets_no_visits_until_a_person_decides(
    api: httpx.Client, connection: Connection, clock: Clock
) -> None:
    def lose(points: int) -> str:
        add_points(connection, "tech-1", -points, "broken_promise", order_id=None, note="n", actor="a", at=clock.now)
        visit = add_visit(connection, f"home-{clock.now:%d%H}", "proposed").order  # something that the job finds
        connection.execute(
            "INSERT INTO appointment (order_id, technician_id, starts, ends, arrived_at)"
            " VALUES (%s, 'tech-1', %s, %s, %s)",
            (visit, clock.now - DAY, clock.now - DAY, clock.now),
        )
        take_points(work_on(connection, clock.now))
        return str(api.get(RECORD).json()["active"])

    assert lose(9) == "True"  # 12 - 9 - 2
    clock.now += timedelta(hours=1)
    assert lose(1) == "False"
    record = api.get(RECORD).json()
    (suspended,) = record["suspensions"]
    assert (record["points"], suspended["cause"], suspended["state"]) == (0, "points", "suspended")
    version = api.get("/api/v1/technicians/tech-1").headers["ETag"]
    refused = api.patch("/api/v1/technicians/tech-1", json={"active": True}, headers={"If-Match": version})
    assert (refused.status_code, "decide that first" in refused.json()["detail"]) == (409, True)
    url, ruling = f"/api/v1/suspensions/{suspended['id']}/decide", {"reinstated": True, "answer": "Trained anew."}
    assert api.post(url, json=ruling).status_code == 428
    clock.now += timedelta(hours=1)
    assert api.post(url, json=ruling, headers={"If-Match": '"1"'}).json()["state"] == "reinstated"
    take_points(work_on(connection, clock.now))
    assert api.get(RECORD).json()["active"], "what was decided is not decided again"
    clock.now += timedelta(hours=1)
    assert lose(1) == "False", "the next entry suspends anew"
    for entry in api.get(RECORD).json()["points_entries"]:
        made = api.post(f"/api/v1/technicians/tech-1/points/{entry['id']}/appeal", json={"appeal": "not so"}).json()
        api.post(
            f"/api/v1/appeals/{made['id']}/decide", json={"overturned": True, "answer": "right"}
        ).raise_for_status()
    record = api.get(RECORD).json()
    assert (record["active"], record["suspensions"][0]["state"], record["points"]) == (True, "lifted", 12)


def test_points_that_a_person_took_suspend_as_well(
    api: httpx.Client, connection: Connection, clock: Clock, entries: Points
) -> None:
    for _ in range(2):
        said = {"reason": "overcharging", "note": "took 90 for 45"}
        api.post("/api/v1/technicians/tech-1/points", json=said).raise_for_status()
    entries()
    record = api.get(RECORD).json()
    assert (record["points"], record["active"]) == (0, False)
    assert [one["cause"] for one in record["suspensions"]] == ["points"]
    assert api.get("/api/v1/technicians/tech-2/record").json()["active"]
