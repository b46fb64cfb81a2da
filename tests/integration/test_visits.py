"""Visits from end to end: the scheduler plans, the planner looks and accepts, and the day goes otherwise."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from domain.signals import Kind
from domain.states import ORDER
from scheduler.plan_days import plan_days
from store.database import Connection
from tests.integration.api_homes import NOW, add_technician, client, proposed_order
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
SOON = NOW + timedelta(hours=1)  # a Monday, 10:00


@pytest.fixture
def api(connection: Connection, database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    """A running API with two technicians of one outlet at 50 N, 8 E, who work Monday to Friday."""
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    add_technician(connection, "tech-2", Kind.AIR_CONDITIONER)
    with client(database_url, mqtt_url) as opened:
        yield opened


def order(
    connection: Connection, number: int, state: str = "approved", *, starts: datetime | None = None,
    who: str | None = None, hours: float = 1,
) -> UUID:  # fmt: skip
    """An order of a home near the outlet, walked to its state."""
    made = proposed_order(connection, f"home-{number}")
    connection.execute(
        "UPDATE household SET latitude = 50, longitude = %s WHERE id = %s", (8 + number / 100, f"home-{number}")
    )
    connection.execute(
        "UPDATE service_order SET outlet_id = 'outlet-1', technician_id = %s, visit_starts = %s, visit_ends = %s"
        " WHERE id = %s",
        (who, starts, starts and starts + timedelta(hours=hours), made),
    )
    for step in () if state == "proposed" else ORDER.path("proposed", state, frozenset(ORDER.moves)):
        connection.execute("UPDATE service_order SET state = %s WHERE id = %s", (step, made))
    return made


def say(api: httpx.Client, path: str, body: object = None, status: int = 200) -> Any:
    answer = api.post(f"/api/v1/visits/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def state_of(connection: Connection, order: UUID) -> tuple[Any, ...]:
    found = connection.execute(
        "SELECT state, technician_id, visit_starts FROM service_order WHERE id = %s", (order,)
    ).fetchone()
    assert found is not None
    return found


def test_the_scheduler_plans_and_the_planner_accepts_what_owners_agreed_to(
    api: httpx.Client, connection: Connection
) -> None:
    agreed = order(connection, 1, "confirmed", starts=SOON + timedelta(hours=1))
    open_ = order(connection, 2)
    changed = order(connection, 3, "confirmed", starts=SOON + timedelta(hours=4))
    kept = order(connection, 4, "scheduled", starts=SOON, who="tech-1")
    asked = say(api, "plan", {"seconds": 2, "days": 1}, 202)
    assert asked["state"] == "requested"
    did = plan_days(work_on(connection, NOW + timedelta(microseconds=123_456)))
    assert did == {"visits": 4, "left_out": 0}
    plan = api.get(f"/api/v1/visits/plans/{asked['id']}").json()
    assert (plan["state"], plan["figures"]["unassigned"]) == ("draft", 0)
    assert plan["progress"]
    touch = {v["id"]: (v["touch"], v["needs_owner"]) for v in plan["visits"]}
    assert touch == {
        str(agreed): ("new", False),
        str(open_): ("new", True),
        str(changed): ("new", False),
        str(kept): ("kept", False),
    }
    connection.execute("UPDATE service_order SET due_by = now() WHERE id = %s", (changed,))
    accepted = say(api, f"plans/{plan['id']}/accept")
    why = {o["order_id"]: (o["done"], o["why"]) for o in accepted["outcomes"]}
    assert why[str(agreed)][0] is True
    assert why[str(changed)] == (False, "it was changed since the plan was made; plan again")
    assert why[str(open_)][0] is False
    assert "the owner has not agreed" in why[str(open_)][1]
    assert state_of(connection, agreed)[0] == "scheduled"
    assert state_of(connection, agreed)[2] == SOON + timedelta(hours=1)
    assert [state_of(connection, o)[0] for o in (open_, changed, kept)] == ["approved", "confirmed", "scheduled"]
    again = api.post(f"/api/v1/visits/plans/{plan['id']}/accept")
    assert again.status_code == 409
    assert "only a draft" in again.json()["detail"]
    listed = api.get("/api/v1/visits", params={"technician": "tech-1"}).json()["items"]
    assert listed[0]["id"] == str(kept)


def test_plans_come_by_themselves_when_something_changed_and_an_older_draft_makes_room(
    api: httpx.Client, connection: Connection
) -> None:
    assert plan_days(work_on(connection, NOW)) == {}
    order(connection, 1)
    assert plan_days(work_on(connection, NOW)) == {"visits": 1, "left_out": 0}
    assert plan_days(work_on(connection, NOW + timedelta(hours=1))) == {}
    order(connection, 2)
    assert plan_days(work_on(connection, NOW + timedelta(hours=2))) == {"visits": 2, "left_out": 0}
    states = [p["state"] for p in api.get("/api/v1/visits/plans").json()["items"]]
    assert states == ["draft", "discarded"]
    board = api.get("/api/v1/visits/board", params={"day": "2025-06-02"}).json()
    assert [t["technician_id"] for t in board["technicians"]] == ["tech-1", "tech-2"]
    assert len(board["technicians"][0]["hours"]) == 1
    assert len(board["plan"]["visits"]) == 2
    assert api.get("/api/v1/visits/board", params={"day": "2025-02-30"}).status_code == 422
    discarded = say(api, f"plans/{board['plan']['id']}/discard")
    assert discarded["state"] == "discarded"


def test_a_plan_that_fails_by_a_bug_is_over_and_newer_questions_are_heard(
    api: httpx.Client, connection: Connection
) -> None:
    order(connection, 1)
    asked = say(api, "plan", {"days": 3, "seconds": 2.0}, status=202)
    with pytest.raises(psycopg.errors.CheckViolation, match="whole_place"):
        connection.execute("UPDATE household SET longitude = NULL")
    connection.execute("UPDATE visit_plan SET settings = settings - 'seed'")  # as another version could leave it
    with pytest.raises(KeyError):
        plan_days(work_on(connection, NOW))
    assert api.get(f"/api/v1/visits/plans/{asked['id']}").json()["state"] == "failed"
    again = say(api, "plan", {"days": 3, "seconds": 2.0}, status=202)
    assert plan_days(work_on(connection, NOW))["visits"] == 1
    assert api.get(f"/api/v1/visits/plans/{again['id']}").json()["state"] == "draft"


def test_a_named_order_whose_owner_said_yes_is_scheduled_and_strangers_are_refused(
    api: httpx.Client, connection: Connection
) -> None:
    first, second = order(connection, 1), order(connection, 2)
    plan_days(work_on(connection, NOW))
    plan = api.get("/api/v1/visits/board", params={"day": "2025-06-02"}).json()["plan"]
    unknown = api.post(f"/api/v1/visits/plans/{plan['id']}/accept", json={"orders": [str(uuid4())]})
    assert unknown.status_code == 422
    assert "is not in this plan" in unknown.json()["detail"]
    accepted = say(api, f"plans/{plan['id']}/accept", {"orders": [str(first)], "agreed": [str(first)]})
    assert [o["done"] for o in accepted["outcomes"]] == [True]
    assert [state_of(connection, o)[0] for o in (first, second)] == ["scheduled", "approved"]


def test_an_emergency_moves_one_visit_and_a_pinned_one_never(api: httpx.Client, connection: Connection) -> None:
    busy = [order(connection, n, "scheduled", who=f"tech-{n}", starts=SOON, hours=2) for n in (1, 2)]
    shock = order(connection, 3)
    connection.execute(
        "UPDATE service_order SET urgency = 'urgent', due_by = %s WHERE id = %s", (SOON + timedelta(hours=1), shock)
    )
    free = say(api, "emergency", {"order_id": str(shock)}, 201)
    touched = {v["touch"]: v["id"] for v in free["visits"]}
    assert touched["new"] == str(shock)
    assert touched["time"] in map(str, busy)
    assert len(free["visits"]) == 2
    for one in busy:
        pinned = say(api, f"{one}/pin")
        assert pinned["history"][-1]["reason"] == "technician and time locked"
    refused = api.post("/api/v1/visits/emergency", json={"order_id": str(order(connection, 9, "proposed"))})
    assert refused.status_code == 422
    assert "approve it" in refused.json()["detail"]
    with_pins = say(api, "emergency", {"order_id": str(shock)}, 201)
    assert [v["touch"] for v in with_pins["visits"]] == ["new"]  # too late, but beside everything locked
    assert api.post(f"/api/v1/visits/{shock}/pin").status_code == 422


def test_an_overrun_hands_the_next_visit_over_and_ends_later(api: httpx.Client, connection: Connection) -> None:
    running = order(connection, 1, "on_site", starts=NOW - timedelta(minutes=30), who="tech-1")
    following = order(connection, 2, "scheduled", starts=SOON, who="tech-1")
    too_long = api.post(f"/api/v1/visits/{running}/overrun", json={"ends": "2025-06-01T00:00:00Z"})
    assert too_long.status_code == 422
    ends = NOW + timedelta(hours=2)
    draft = say(api, f"{running}/overrun", {"ends": ends.isoformat()}, 201)
    moved = {v["id"]: (v["touch"], v["technician_id"]) for v in draft["visits"]}
    assert moved == {str(running): ("kept", "tech-1"), str(following): ("technician", "tech-2")}
    accepted = say(api, f"plans/{draft['id']}/accept")
    assert all(o["done"] for o in accepted["outcomes"]), accepted["outcomes"]
    assert state_of(connection, following) == ("scheduled", "tech-2", SOON)
    assert connection.execute("SELECT visit_ends FROM service_order WHERE id = %s", (running,)).fetchone() == (ends,)


def test_after_a_no_show_the_time_is_free_and_the_owner_is_called(api: httpx.Client, connection: Connection) -> None:
    missed = order(connection, 1, "on_site", starts=NOW - timedelta(minutes=30), who="tech-1")
    after = say(api, f"{missed}/no-show")
    assert (after["state"], after["visit_starts"]) == ("confirmed", None)
    calls = connection.execute("SELECT kind, order_id, about FROM obligation").fetchall()
    assert calls == [("call_back", missed, "nobody was at home")]
    again = api.post(f"/api/v1/visits/{missed}/no-show")
    assert again.status_code == 409
    assert "only a scheduled visit" in again.json()["detail"]
    assert api.post(f"/api/v1/visits/{uuid4()}/no-show").status_code == 404


def test_visits_of_somebody_who_is_away_go_to_somebody_else_at_the_agreed_time(
    api: httpx.Client, connection: Connection
) -> None:
    booked = order(connection, 1, "scheduled", starts=SOON, who="tech-1")
    connection.execute(
        "INSERT INTO technician_absence (technician_id, starts, ends) VALUES ('tech-1', %s, %s)",
        (NOW, NOW + timedelta(days=1)),
    )
    plan_days(work_on(connection, NOW))
    (plan,) = api.get("/api/v1/visits/plans").json()["items"]
    accepted = say(api, f"plans/{plan['id']}/accept")
    assert [o["done"] for o in accepted["outcomes"]] == [True]
    assert state_of(connection, booked) == ("scheduled", "tech-2", SOON)
