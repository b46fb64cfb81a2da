"""What planners do with orders."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from api.planning import ACTIONS
from domain.signals import Kind
from domain.states import ORDER
from store.database import Connection
from tests.integration.api_homes import NOW, add_technician, client, proposed_order

pytestmark = pytest.mark.integration

TOMORROW = NOW + timedelta(days=1)


def slot(technician: str = "tech-1", hours: float = 0, length_h: float = 2) -> dict[str, str]:
    """A visit tomorrow, `hours` after this time of day."""
    starts = TOMORROW + timedelta(hours=hours)
    return {
        "technician_id": technician,
        "starts": starts.isoformat(),
        "ends": (starts + timedelta(hours=length_h)).isoformat(),
    }


def act(api: httpx.Client, order: UUID, action: str, body: object = None, **headers: str) -> httpx.Response:
    return api.post(
        f"/api/v1/orders/{order}/{action}", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_a_planner_takes_an_order_to_its_end_and_every_step_is_recorded(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER, Kind.CIRCUIT)
    with client(database_url, mqtt_url) as api:
        found = api.get(f"/api/v1/orders/{order}").json()
        assert found["actions"] == ["approve", "decline", "cancel"]
        assert found["tasks"][0]["evidence"][0]["since"] == "2025-06-02T09:00:00Z"
        assert found["tasks"][0]["title"] == "Refrigerant is leaking"
        assert act(api, order, "approve", X_Actor="dispatch desk").json()["state"] == "approved"
        scheduled = act(api, order, "schedule", slot()).json()
        assert (scheduled["state"], scheduled["outlet_id"]) == ("scheduled", "outlet-1")
        assert scheduled["visit_starts"] == "2025-06-03T09:00:00Z"
        moved = act(api, order, "schedule", slot(hours=3)).json()
        assert (moved["state"], moved["visit_starts"]) == ("scheduled", "2025-06-03T12:00:00Z")
        assert act(api, order, "depart").json()["state"] == "en_route"
        assert act(api, order, "arrive").json()["state"] == "on_site"
        task = found["tasks"][0]["id"]
        done = act(api, order, "complete", {"outcomes": [{"task_id": task, "outcome": "confirmed"}]}).json()
        assert (done["state"], done["tasks"][0]["outcome"]) == ("completed", "confirmed")
        assert done["completed_at"] == "2025-06-02T09:00:00Z"
        assert done["actions"] == ["reopen"]
        assert act(api, order, "reopen", {"reason": "still warm"}).json()["state"] == "reopened"
        history = api.get(f"/api/v1/orders/{order}").json()["history"]
    assert [change["to_state"] for change in history] == [
        *("proposed", "approved", "offered", "confirmed", "scheduled", "confirmed", "scheduled"),
        *("en_route", "on_site", "completed", "reopened"),
    ]
    assert (history[1]["actor"], history[2]["actor"]) == ("dispatch desk", "planner")
    assert history[-1]["reason"] == "still warm"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (slot(technician="tech-9"), 422, "no technician tech-9"),
        (slot(technician="electrician"), 422, "not trained for air_conditioner; able and free then: tech-1"),
        (slot(technician="retired"), 422, "not active; able and free then: tech-1"),
        (slot(hours=-48), 422, "start in the past; choose a time after 2025-06-02T09:00:00Z"),
        (slot(hours=9000), 422, "more than 366 days ahead"),
        (slot(length_h=-1), 422, "ends must be later than starts"),
        (slot(length_h=0), 422, "ends must be later than starts"),
        ({**slot(), "starts": "2025-06-03T09:00:00"}, 422, "RFC 3339 with a zone"),
        ({**slot(), "starts": 1748941200}, 422, "RFC 3339 with a zone"),
        ({**slot(), "colour": "red"}, 422, "body.colour"),
        ({}, 422, "body.technician_id"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_with_what_to_do(
    body: dict[str, object], status: int, says: str, connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    add_technician(connection, "electrician", Kind.CIRCUIT)
    add_technician(connection, "retired", Kind.AIR_CONDITIONER, active=False)
    with client(database_url, mqtt_url) as api:
        act(api, order, "approve")
        answer = act(api, order, "schedule", body)
        assert answer.status_code == status, answer.text
        assert says in answer.json()["detail"]
        assert api.get(f"/api/v1/orders/{order}").json()["state"] == "approved"


def test_a_technician_is_not_sent_to_two_homes_at_once(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    first, second = proposed_order(connection, "home-1"), proposed_order(connection, "home-2")
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    add_technician(connection, "tech-2", Kind.AIR_CONDITIONER)
    with client(database_url, mqtt_url) as api:
        for order in (first, second):
            act(api, order, "approve")
        assert act(api, first, "schedule", slot()).status_code == 200
        refused = act(api, second, "schedule", slot(hours=1))
        assert refused.status_code == 409
        assert "booked for order 1 from 2025-06-03 09:00 to 11:00 UTC" in refused.json()["detail"]
        assert "able and free then: tech-2" in refused.json()["detail"]
        gone = {"starts": "2025-06-03T00:00:00Z", "ends": "2025-06-03T12:00:00Z", "reason": "ill"}
        api.post("/api/v1/technicians/tech-2/absences", json=gone).raise_for_status()
        away = act(api, second, "schedule", slot(hours=1, technician="tech-2"))
        assert away.status_code == 409
        assert "tech-2 is away from 2025-06-03 00:00 to 2025-06-03 12:00 UTC (ill)" in away.json()["detail"]
        assert "nobody else is able and free then" in away.json()["detail"], "tech-1 is booked"
        assert act(api, second, "schedule", slot(hours=2)).status_code == 200, "one visit may end as the next starts"


def test_a_visit_outside_working_hours_is_booked_on_purpose_only(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    for name in ("tech-1", "late"):
        add_technician(connection, name, Kind.AIR_CONDITIONER)
    day = {"weekday": 1, "starts": "12:00", "ends": "21:00", "break_minutes": 0}
    evening, sunday = slot(hours=9), slot(hours=5 * 24)  # Tuesday 18:00 to 20:00; the usual week is 8 to 17
    with client(database_url, mqtt_url) as api:
        late = {"If-Match": api.get("/api/v1/technicians/late/work").headers["ETag"]}
        api.put("/api/v1/technicians/late/hours", json={"days": [day]}, headers=late).raise_for_status()
        act(api, order, "approve")
        refused = act(api, order, "schedule", evening)
        assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
        said = refused.json()["detail"]
        assert "tech-1 works 08:00 to 17:00 on Tuesday 2025-06-03 (UTC)" in said, said
        assert "from 18:00 to 20:00" in said
        assert "outside_hours true and a reason" in said
        assert said.endswith("able and free then: late")
        assert "tech-1 does not work on Sunday" in act(api, order, "schedule", sunday).json()["detail"]
        over = act(api, order, "schedule", slot(hours=7, length_h=1.5))
        assert over.status_code == 409, "it begins within and ends half an hour after work"
        to_the_minute = act(api, order, "schedule", slot(hours=6))
        assert to_the_minute.status_code == 200, to_the_minute.text
        assert act(api, order, "schedule", evening).status_code == 409, "a visit is not moved there either"
        why = {"outside_hours": True, "reason": "she works days, he agreed"}
        assert "reason" in act(api, order, "schedule", evening | {"outside_hours": True}).json()["detail"]
        booked = act(api, order, "schedule", evening | why, X_Actor="night desk").json()
        assert booked["visit_starts"] == "2025-06-03T18:00:00Z"
        read = api.get(f"/api/v1/orders/{order}").json()
    (choice,) = [one for one in read["choices"] if one["choice"] == "hours"]
    assert (choice["actor"], choice["by_person"], choice["why"]) == ("night desk", True, "she works days, he agreed")
    assert choice["value"] == "outside, tech-1 at 2025-06-03 18:00 UTC"


def test_of_planners_who_book_the_same_technician_at_the_same_moment_one_wins(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    orders = [proposed_order(connection, f"home-{i}") for i in range(6)]
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    with client(database_url, mqtt_url) as api:
        for order in orders:
            act(api, order, "approve")
        with ThreadPoolExecutor(len(orders)) as pool:
            answers = list(pool.map(lambda order: act(api, order, "schedule", slot()), orders))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409, 409]
    booked = connection.execute("SELECT count(*) FROM service_order WHERE state = 'scheduled'").fetchone()
    assert booked == (1,)


def test_two_planners_who_read_the_same_order_do_not_overwrite_each_other(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    with client(database_url, mqtt_url) as api:
        read = api.get(f"/api/v1/orders/{order}").headers["ETag"]
        assert act(api, order, "approve", If_Match=read).status_code == 200
        late = act(api, order, "cancel", {"reason": "not needed"}, If_Match=read)
        assert late.status_code == 412
        assert api.get(f"/api/v1/orders/{order}").json()["state"] == "approved"
        now = api.get(f"/api/v1/orders/{order}").headers["ETag"]
        assert act(api, order, "cancel", {"reason": "not needed"}, If_Match=now).status_code == 200


def bring_to(connection: Connection, order: UUID, state: str) -> None:
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s WHERE id = %s",
        (TOMORROW, TOMORROW + timedelta(hours=2), order),
    )
    steps = () if state == "proposed" else ORDER.path("proposed", state, frozenset(ORDER.moves))
    for step in steps:
        connection.execute(
            "UPDATE service_order SET state = %s,"
            " completed_at = CASE WHEN %s = 'completed' THEN now() ELSE completed_at END WHERE id = %s",
            (step, step, order),
        )


@pytest.mark.parametrize("state", sorted(ORDER.moves))
def test_exactly_the_actions_an_order_names_are_possible(
    state: str, connection: Connection, database_url: str, mqtt_url: str
) -> None:
    bodies: dict[str, object] = {"schedule": slot(), "cancel": {"reason": "because"}}
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    with client(database_url, mqtt_url) as api:
        for number, name in enumerate(ACTIONS):
            order = proposed_order(connection, f"home-{number}")
            bring_to(connection, order, state)
            found = api.get(f"/api/v1/orders/{order}").json()
            named = found["actions"]
            codes = [{"task_id": task["id"], "outcome": "confirmed"} for task in found["tasks"]]
            bodies["complete"] = {"outcomes": codes}
            answer = act(api, order, name, bodies.get(name))
            if name in named:
                assert answer.status_code == 200, (name, answer.text)
            else:
                assert answer.status_code == 409, (name, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"] == "urn:wellkept:problem:illegal-move"
                assert f"this order is {state}" in answer.json()["detail"]
            connection.execute("TRUNCATE service_order CASCADE")


def test_an_order_is_not_reopened_beside_another_open_one(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    bring_to(connection, order, "completed")
    connection.execute("INSERT INTO service_order (household_id, urgency) VALUES ('home-1', 'visit')")
    with client(database_url, mqtt_url) as api:
        answer = act(api, order, "reopen")
    assert answer.status_code == 409
    assert "open order 2" in answer.json()["detail"]


def test_an_outcome_for_a_task_of_another_order_is_refused(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    bring_to(connection, order, "on_site")
    with client(database_url, mqtt_url) as api:
        answer = act(api, order, "complete", {"outcomes": [{"task_id": str(uuid4()), "outcome": "confirmed"}]})
        assert answer.status_code == 422
        code = {"task_id": str(uuid4()), "outcome": "confirmed"}
        twice = act(api, order, "complete", {"outcomes": [code, {**code, "outcome": "no_fault_found"}]})
        assert (twice.status_code, "no task twice" in twice.json()["detail"]) == (422, True)
        without = act(api, order, "complete")
        assert (without.status_code, "no cause code yet for Refrig" in without.json()["detail"]) == (422, True)
        assert api.get(f"/api/v1/orders/{order}").json()["state"] == "on_site"


def test_cancelling_needs_a_reason(connection: Connection, database_url: str, mqtt_url: str) -> None:
    order = proposed_order(connection)
    with client(database_url, mqtt_url) as api:
        for body in (None, {}, {"reason": "   "}):
            assert act(api, order, "cancel", body).status_code == 422
        assert act(api, order, "cancel", {"reason": "moved house"}).json()["state"] == "cancelled"


def test_orders_are_filtered_by_what_they_hold(connection: Connection, database_url: str, mqtt_url: str) -> None:
    first, second = proposed_order(connection, "home-1"), proposed_order(connection, "home-2")
    with client(database_url, mqtt_url) as api:
        act(api, second, "approve")

        def ids(**filters: str) -> list[str]:
            return [o["id"] for o in api.get("/api/v1/orders", params=filters).json()["items"]]

        assert ids() == [str(second), str(first)]
        assert ids(state="approved") == [str(second)]
        assert ids(state="approved,proposed") == [str(second), str(first)]
        assert ids(household="home-1") == [str(first)]
        assert ids(fault="refrigerant_leak", kind="air_conditioner") == [str(second), str(first)]
        assert ids(fault="flood") == []
        assert ids(kind="circuit") == []
        assert ids(urgency="urgent") == []
        wrong = api.get("/api/v1/orders", params={"state": "lost"})
        assert wrong.status_code == 422
        assert "not one of" in wrong.json()["errors"][0]["message"]
