"""Service figures, omissions, grades, points and settlement, computed from orders as they stand in the database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import uuid4

import httpx
import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import FINDING, ORDER
from domain.visits import Period
from quality.ledger import add_up
from quality.omissions import FORETOLD_BY
from quality.services import service_figures
from scheduler.grade import grade_technicians
from scheduler.omissions import find_omissions
from scheduler.overdue import chase_orders
from scheduler.propose import propose
from scheduler.settings import Pace
from store.broken_promises import repeated_work
from store.database import Connection
from store.moves import move
from store.service_costs import NO_FAILURES_AHEAD, read_ledger
from store.service_quality import read_services
from store.suspensions import suspend
from store.technician_record import done_jobs
from store.visits import field_technicians
from tests.integration.api_homes import (
    NOW,
    add_finding,
    add_order,
    add_reminder,
    add_technician,
    client,
)
from tests.integration.finished_homes import MAY, finished, home_with
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
ANY = frozenset(ORDER.moves)


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url, now=lambda: NOW + timedelta(days=30)) as opened:
        yield opened


def test_figures_come_from_orders_and_telemetry_with_their_bounds(connection: Connection, api: httpx.Client) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    add_technician(connection, "tech-2", Kind.AIR_CONDITIONER)
    for number in range(4):
        finished(connection, number, technician="tech-1")
    late = finished(connection, 4, technician="tech-2", to="reopened")
    wrong = finished(connection, 5, technician="tech-2", outcome="no_fault_found", to="completed")
    api.put(f"/api/v1/orders/{late}/rating", json={"stars": 1, "channel": "app", "comment": "Still broken."})
    api.put(f"/api/v1/orders/{wrong}/rating", json={"stars": 5, "channel": "app"})
    whole = api.get("/api/v1/reports/quality").json()["groups"][0]
    assert (whole["services"], whole["complaint_ppm"]["count"]) == (6, 1)
    assert whole["complaint_ppm"]["value"] == pytest.approx(1e6 / 6)
    assert whole["complaint_ppm"]["low"] < 1e6 / 6 < whole["complaint_ppm"]["high"]
    assert (whole["first_visit_fix"]["count"], whole["first_visit_fix"]["of"]) == (4, 5)
    assert (whole["misjudgement"]["count"], whole["false_cost"]["count"]) == (1, 1)
    assert (whole["satisfaction"]["count"], whole["satisfaction"]["of"]) == (1, 2)
    by = api.get("/api/v1/reports/quality", params={"by": "technician"}).json()["groups"]
    assert [(group["value"], group["services"]) for group in by] == [("tech-1", 4), ("tech-2", 2)]
    record = api.get("/api/v1/reports/detectors").json()["items"][0]
    assert (record["detector"], record["confirmed"], record["wrong"]) == ("test 1", 5, 1)
    costs = api.get("/api/v1/reports/costs").json()
    assert (costs["predicted"], costs["prevented_failures"]) == (6 * 120, 5)
    empty = api.get(
        "/api/v1/reports/quality", params={"since": "2025-06-01T00:00:00Z", "until": "2025-05-01T00:00:00Z"}
    )
    assert (empty.status_code, "before it begins" in empty.json()["detail"]) == (422, True)
    assert api.get("/api/v1/reports/quality", params={"until": "0001-01-01T00:00:00Z"}).status_code == 422


def test_work_that_had_to_be_done_again_counts_against_whoever_did_it_first(connection: Connection) -> None:
    for name in ("tech-1", "tech-2"):
        add_technician(connection, name, Kind.AIR_CONDITIONER)
    order = finished(connection, 1, technician="tech-1", to="reopened")
    again = MAY + timedelta(days=3)
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-2', visit_starts = %s, visit_ends = %s WHERE id = %s",
        (again, again + timedelta(hours=1), order),
    )
    with connection.transaction():
        move(connection, ORDER, order, "verified", actor="t", reason="r", at=again, via=ANY)
    later = finished(connection, 2, technician="tech-1", outcome="no_fault_found", at=MAY + timedelta(days=9))
    connection.execute(
        "UPDATE order_task SET repeats = (SELECT id FROM order_task WHERE order_id = %s) WHERE order_id = %s",
        (order, later),
    )
    jobs = {(job.technician, job.trouble) for job in done_jobs(connection, MAY, MAY + timedelta(days=9))}
    assert jobs == {("tech-1", True), ("tech-2", False)}, "a later visit that found nothing repeats nothing"
    (service, _) = read_services(connection, MAY, MAY + timedelta(days=20))
    assert (service.technician, service.completions, service.reopened, service.repeated) == ("tech-1", 2, True, False)
    assert add_up(read_ledger(connection, MAY, MAY + timedelta(days=20))).visits == 3, (
        "each visit costs, the second one too"
    )
    assert [(one.technician_id, one.event) for one in repeated_work(connection, MAY)] == [
        ("tech-1", f"repeat {order} 2")
    ]
    connection.execute("UPDATE order_task SET outcome = 'confirmed' WHERE order_id = %s", (later,))
    jobs = {(job.technician, job.trouble) for job in done_jobs(connection, MAY, MAY + timedelta(days=9))}
    assert jobs == {("tech-1", True), ("tech-2", True)}
    assert [one.technician_id for one in repeated_work(connection, MAY)] == ["tech-1", "tech-2"], (
        "who did it last before"
    )


def test_the_system_finds_what_nobody_predicted_and_what_somebody_dropped(
    connection: Connection, api: httpx.Client
) -> None:
    foretold, surprise = (home_with(connection, number, Kind.REFRIGERATOR) for number in (1, 2))
    early = NOW - timedelta(days=5)
    add_finding(connection, foretold, Kind.REFRIGERATOR, "compressor_failing", Urgency.VISIT, raised_at=early)
    for key in (foretold, surprise):
        add_finding(connection, key, Kind.REFRIGERATOR, "food_at_risk", Urgency.URGENT, raised_at=NOW)
    dropped = add_order(connection, add_finding(
        connection, home_with(connection, 3), Kind.AIR_CONDITIONER, "refrigerant_leak", Urgency.VISIT
    ), "home-3")  # fmt: skip
    connection.execute(
        "UPDATE service_order SET due_by = %s, created_at = %s WHERE id = %s",
        (NOW - timedelta(days=4), NOW - timedelta(days=9), dropped),
    )
    early, calls = NOW - timedelta(days=6), "/api/v1/obligations?kind=call_back"
    assert chase_orders(work_on(connection, early - timedelta(days=2), pace=Pace.PRODUCTION)) == {"escalated": 0}
    for _ in range(2):  # two days before its date somebody is told, once
        chase_orders(work_on(connection, early, pace=Pace.PRODUCTION))
    (call,) = api.get(calls).json()["items"]
    assert (call["order_id"], "nobody has approved it" in call["about"]) == (str(dropped), True)
    assert find_omissions(work_on(connection, NOW)) == {"breakdowns": 1, "dropped": 1}
    assert find_omissions(work_on(connection, NOW)) == {"breakdowns": 0, "dropped": 0}
    items = api.get("/api/v1/reports/omissions").json()["items"]
    assert {(one["kind"], one["household_id"]) for one in items} == {
        ("breakdown_not_predicted", "home-2"),
        ("order_dropped", "home-3"),
    }
    assert api.get("/api/v1/reports/quality").json()["groups"][0]["omission_ppm"]["count"] == 2
    wrong = next(one["finding_id"] for one in items if one["finding_id"] is not None)
    api.post(f"/api/v1/findings/{wrong}/dismiss", json={"reason": "the door stood open"}).raise_for_status()
    assert api.get("/api/v1/reports/quality").json()["groups"][0]["omission_ppm"]["count"] == 1, "it was none"


def test_what_is_replayed_is_judged_by_its_own_clock_and_people_by_theirs(connection: Connection) -> None:
    """A winter's readings come in today: they foretold what broke then, and nobody could have come then."""
    winter = NOW - timedelta(days=120)
    for number, days_before in ((1, 2.0), (2, 0.5)):
        key = home_with(connection, number, Kind.REFRIGERATOR)
        for fault, urgency, at in (
            ("compressor_failing", Urgency.VISIT, winter - timedelta(days=days_before)),
            ("food_at_risk", Urgency.URGENT, winter),
        ):
            found = add_finding(connection, key, Kind.REFRIGERATOR, fault, urgency, raised_at=at)
            connection.execute("UPDATE finding SET raised_at = %s WHERE id = %s", (NOW, found))
    assert find_omissions(work_on(connection, NOW)) == {"breakdowns": 1, "dropped": 0}
    propose(work_on(connection, NOW, pace=Pace.PRODUCTION))
    days = timedelta(days=1)
    dues = connection.execute("SELECT DISTINCT due_by, created_at FROM service_order").fetchall()
    assert dues == [(NOW + days, NOW)], "a day for a hazard, from when the order was made"
    found = [find_omissions(work_on(connection, NOW + n * days))["dropped"] for n in (3.99, 4.01)]
    assert found == [0, 2], "a day, and three of patience"


def test_what_had_failed_was_not_prevented_and_an_agreed_check_misjudges_nothing(connection: Connection) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    for number, (fault, outcome) in enumerate(
        (("refrigerant_leak", "confirmed"), ("food_at_risk", "confirmed"), ("campaign_check", "no_fault_found"))
    ):
        order = finished(connection, number, technician="tech-1", outcome=outcome)
        connection.execute(
            "UPDATE finding SET fault = %s WHERE id = (SELECT finding_id FROM order_task WHERE order_id = %s)",
            (fault, order),
        )
    span = MAY, MAY + timedelta(days=20)
    assert add_up(read_ledger(connection, *span)).prevented_failures == 1
    figures = service_figures(read_services(connection, *span), 0)
    assert (figures.misjudgement.count, figures.misjudgement.of, figures.false_cost.count) == (0, 2, 0)
    assert set(FORETOLD_BY) < set(NO_FAILURES_AHEAD)


def test_a_bad_month_is_graded_explained_appealed_and_two_suspend(connection: Connection, api: httpx.Client) -> None:
    for name in ("good", "fair", "poor"):
        add_technician(connection, f"tech-{name}", Kind.AIR_CONDITIONER)
    number = 0
    for month in (MAY - timedelta(days=30), MAY):
        for name, bad in (("good", 0), ("fair", 0), ("poor", 9)):
            for job in range(14):
                number += 1
                finished(
                    connection, number, technician=f"tech-{name}", to="reopened" if job < bad else "verified",
                    at=month - timedelta(hours=2 * number) + timedelta(hours=28 * job),
                )  # fmt: skip
    missed, ripe = datetime(2025, 5, 14, tzinfo=UTC), datetime(2025, 6, 20, tzinfo=UTC)
    assert [grade_technicians(work_on(connection, when))["graded"] for when in (missed, ripe, ripe)] == [0, 6, 0]
    record = api.get("/api/v1/technicians/tech-poor/record").json()
    assert [(one["month"], one["grade"]) for one in record["grades"]] == [("2025-05-01", "C"), ("2025-04-01", "C")]
    assert (record["standing"], record["active"]) == ("suspended", False)
    assert record["grades"][0]["figures"]["ratio"] > 1.5
    assert record["grades"][0]["figures"]["settings"]["tolerance"] == 1.25
    grade = record["grades"][0]["id"]
    assert api.post(f"/api/v1/grades/{grade}/decide", json={"overturned": True, "answer": "x"}).status_code == 409
    api.post(f"/api/v1/grades/{grade}/appeal", json={"appeal": "The parts were faulty."}).raise_for_status()
    decided = api.post(f"/api/v1/grades/{grade}/decide", json={"overturned": True, "answer": "A bad batch."}).json()
    assert decided["state"] == "overturned"
    record = api.get("/api/v1/technicians/tech-poor/record").json()
    assert (record["standing"], record["active"]) == ("active", True)


def test_whoever_decides_knows_of_the_third_c(connection: Connection, api: httpx.Client) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    said: tuple[tuple[Literal["points", "grades"], str], ...] = (
        ("grades", "two were C"),
        ("grades", "three were C"),
        ("points", "none are left"),
    )
    begun = [suspend(connection, "tech-1", cause, why, actor="t", at=MAY) for cause, why in said]
    (one,) = api.get("/api/v1/technicians/tech-1/record").json()["suspensions"]
    assert (begun, one["why"]) == ([True, False, False], "three were C")
    ruling, url = {"reinstated": True, "answer": "x"}, f"/api/v1/suspensions/{one['id']}/decide"
    assert api.post(url, json=ruling, headers={"If-Match": '"1"'}).status_code == 412, "read when there were two"
    assert api.get("/api/v1/technicians/tech-1/record").json()["standing"] == "suspended", "until a person decides"
    removal = {"reinstated": False, "answer": "three are three"}
    removed = api.post(url, json=removal, headers={"If-Match": f'"{one["version"]}"'}).json()
    record = api.get("/api/v1/technicians/tech-1/record").json()
    assert (removed["state"], record["standing"], record["active"]) == ("removed", "removed", False)
    period = Period(starts=NOW, ends=NOW + timedelta(days=1))
    assert not field_technicians(connection, period), "no plan counts on the person"
    tag = {"If-Match": api.get("/api/v1/technicians/tech-1").headers["ETag"]}
    on = api.patch("/api/v1/technicians/tech-1", json={"active": True}, headers=tag)
    assert (on.status_code, f"suspensions/{one['id']}/decide" in on.json()["detail"]) == (409, True)
    back = api.post(url, json=ruling, headers={"If-Match": f'"{removed["version"]}"'}).json()
    record = api.get("/api/v1/technicians/tech-1/record").json()
    assert (back["state"], record["standing"], record["active"]) == ("reinstated", "active", True)


def test_points_and_settlement_say_what_is_held_and_why(connection: Connection, api: httpx.Client) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    finished(connection, 1, technician="tech-1")
    unproved = finished(connection, 2, technician="tech-1", to="completed", outcome=None)
    body = {"reason": "broken_promise", "order_id": str(unproved), "note": "came three hours late"}
    assert api.post("/api/v1/technicians/tech-1/points", json=body).json()["points"] == 10
    assert api.post("/api/v1/technicians/tech-1/points", json=body).status_code == 409
    unknown = body | {"order_id": str(uuid4())}
    assert "no finished work of tech-1" in api.post("/api/v1/technicians/tech-1/points", json=unknown).json()["detail"]
    statement = api.get("/api/v1/technicians/tech-1/settlement", params={"month": "2025-05"}).json()
    held = {line["order_number"]: line["held_by"] for line in statement["lines"]}
    assert list(held.values()) == [["followed_up"], ["reported", "proved", "followed_up"]]
    assert (statement["paid"], statement["held"]) == (0, 2 * (30 + 40 * 45 / 60))
    assert api.get("/api/v1/technicians/tech-1/settlement", params={"month": "2025-13"}).status_code == 422
    assert api.get("/api/v1/technicians/nobody/record").status_code == 404
    entry = api.get("/api/v1/technicians/tech-1/record").json()["points_entries"][0]["id"]
    why, pay = {"appeal": "The road was closed."}, {"order_id": str(unproved), "appeal": "Its readings never came."}
    decision = {"overturned": True, "answer": "So it was."}
    for path, asked in ((f"points/{entry}/appeal", why), ("settlement/appeals", pay)):
        url = f"/api/v1/technicians/tech-1/{path}"
        made = api.post(url, json=asked)
        assert (made.status_code, made.json()["state"], api.post(url, json=asked).status_code) == (201, "appealed", 409)
        decided = api.post(f"/api/v1/appeals/{made.json()['id']}/decide", json=decision)
        assert (decided.json()["state"], decided.json()["answer"]) == ("overturned", "So it was.")
        assert api.post(f"/api/v1/appeals/{made.json()['id']}/decide", json=decision).status_code == 409
    record = api.get("/api/v1/technicians/tech-1/record").json()
    assert (record["points"], len(record["appeals"])) == (12, 2)
    july = api.get("/api/v1/technicians/tech-1/settlement", params={"month": "2025-07"}).json()
    assert (july["returned"], [line["held_by"] for line in july["lines"]]) == (20, [["followed_up"], []])
    assert july["paid"] == 30 + 40 * 45 / 60 - 20 + 20, "taken and given back in the same month"
    assert api.post("/api/v1/technicians/tech-1/points/99/appeal", json=why).status_code == 404


def test_an_avoided_visit_is_counted(connection: Connection, api: httpx.Client) -> None:
    key = home_with(connection, 1)
    finding = add_finding(connection, key, Kind.AIR_CONDITIONER, "filter_clog", Urgency.SELF)
    reminder = add_reminder(connection, finding)
    connection.execute("UPDATE reminder SET state = 'verified' WHERE id = %s", (reminder,))
    with connection.transaction():
        move(connection, FINDING, finding, "resolved", actor="t", reason="r", at=NOW)
    costs = api.get("/api/v1/reports/costs").json()
    assert (costs["avoided_visits"], costs["predicted"], costs["reactive"]) == (1, 1.0, 120.0)
