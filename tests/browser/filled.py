"""Things that every page of the console has something to show of, brought in through the API wherever it can be."""

from datetime import datetime, timedelta
from uuid import uuid4

import httpx
from psycopg.types.json import Jsonb

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import MODEL, ORDER
from models.trained.file import shipped
from models.trained.registered import provenance_as_json
from scheduler.grade import grade_technicians
from store.database import Connection
from store.model_registry import find_model, register
from store.moves import move
from tests.integration.api_homes import add_appliance, add_finding, add_home, add_order
from tests.integration.scheduler_homes import work_on


def fill(connection: Connection, api: httpx.Client, now: datetime) -> None:
    """Opinions in every state, campaigns, a transfer, a conflict from the field, models; on homes that are there."""
    homes = [one["id"] for one in api.get("/api/v1/households").json()["items"]]
    orders = api.get("/api/v1/orders", params={"state": "completed,verified"}).json()["items"]
    _opinions(api, homes, orders)
    _case(api)
    _campaigns(api, homes)
    _parts(api, orders)
    _models(connection, now)


def grade(connection: Connection, now: datetime) -> None:
    """Enough jobs of before for a grade of April, brought in as they would stand, and the scheduler's own grading."""
    for number in range(12):
        household = f"graded-{number}"
        at = now - timedelta(days=45, hours=5 * number)
        finished(connection, household, at, "reopened" if number < 3 else "verified")
    assert grade_technicians(work_on(connection, now))["graded"] >= 1


def finished(connection: Connection, household: str, at: datetime, state: str) -> None:
    """A job of tech-1 in a home of its own."""
    add_home(connection, household)
    key = add_appliance(connection, f"ac-of-{household}", Kind.AIR_CONDITIONER, household)
    order = add_order(
        connection,
        add_finding(connection, key, Kind.AIR_CONDITIONER, "refrigerant_leak", Urgency.VISIT, raised_at=at),
        household,
    )
    connection.execute("UPDATE order_task SET outcome = 'confirmed' WHERE order_id = %s", (order,))
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', outlet_id = 'outlet-1', visit_starts = %s, visit_ends = %s"
        " WHERE id = %s",
        (at, at + timedelta(hours=1), order),
    )
    with connection.transaction():
        via = frozenset(ORDER.moves)
        for to in ("completed", state):
            move(connection, ORDER, order, to, actor="test", reason="test", at=at, via=via)


def _post(api: httpx.Client, path: str, body: object) -> dict[str, str]:
    answer = api.post(f"/api/v1{path}", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


def _opinions(api: httpx.Client, homes: list[str], orders: list[dict[str, str]]) -> None:
    said = [
        ("complaint", "phone", "It is louder than before the visit, above all at night."),
        ("praise", "app", "Came on the minute and explained everything."),
        ("suggestion", "web", "A message half an hour before the visit would help."),
        ("complaint", "email", "The water still drips."),
    ]
    for number, (kind, channel, text) in enumerate(said):
        about = {"order_id": orders[number]["id"], "household_id": orders[number]["household_id"]}
        made = _post(api, "/opinions", {"kind": kind, "channel": channel, "text": text, **about})
        if number >= 1:
            _post(api, f"/opinions/{made['id']}/handle", {"answer": "Thanked, and passed on to the outlet."})
        if number >= 2:
            _post(api, f"/opinions/{made['id']}/verify", {"content": True, "how": "asked by phone"})
    _post(api, "/obligations", {"household_id": homes[0], "reason": "asked for a call about the bill"})


def _case(api: httpx.Client) -> None:
    for case in api.get("/api/v1/cases", params={"state": "open"}).json()["items"][:1]:
        _post(api, f"/cases/{case['id']}/assign", {"node": "production", "owner": "line 3"})


def _campaigns(api: httpx.Client, homes: list[str]) -> None:
    for home in [one for one in homes if one.startswith("home-")][:4]:
        api.put(f"/api/v1/households/{home}/consents/campaigns", json={"given": True}).raise_for_status()
    check = {"type": "pre_season_check", "title": "Ready for the summer", "kind": "refrigerator"}
    announced = _post(api, "/campaigns", {**check, "text": "We look at seals and condenser before the heat."})
    _post(api, f"/campaigns/{announced['id']}/announce", {})
    listed = api.get(f"/api/v1/campaigns/{announced['id']}/appliances").json()["items"]
    invited = [one for one in listed if one["left_out"] is None]
    for answer, one in zip(("accept", "accept", "decline"), invited, strict=False):
        _post(api, f"/campaigns/{announced['id']}/appliances/{one['appliance_id']}/{answer}", {})
    recall = {"type": "recall", "title": "Start relay of batch b3", "kind": "refrigerator", "batch": "b3"}
    _post(api, "/campaigns", {**recall, "text": "The start relay is replaced free of charge."})


def _parts(api: httpx.Client, orders: list[dict[str, str]]) -> None:
    part = api.get("/api/v1/parts").json()["items"][0]["id"]
    place = {"latitude": 50.2, "longitude": 8.2}
    _post(api, "/outlets", {"id": "region-1", "name": "Region", **place})
    outlet = api.get("/api/v1/outlets/outlet-1")
    version = {"If-Match": outlet.headers["etag"]}
    api.patch("/api/v1/outlets/outlet-1", json={"supplied_by": "region-1"}, headers=version).raise_for_status()
    _post(
        api, "/stock/movements", {"part_id": part, "reason": "received", "quantity": 3, "to_place": "outlet:region-1"}
    )
    _post(api, "/transfers", {"part_id": part, "quantity": 1, "to_place": "outlet:outlet-1"})
    _post(api, "/transfers", {"part_id": part, "quantity": 90_000, "to_place": "outlet:outlet-1"})
    done = orders[0]
    action = {"id": str(uuid4()), "order_id": done["id"], "kind": "depart", "at": "2025-05-20T08:00:00Z", "body": {}}
    technician = api.get("/api/v1/technicians").json()["items"][-1]["id"]
    results = api.post("/api/v1/field/sync", json={"technician_id": technician, "actions": [action]}).json()["results"]
    assert results[0]["state"] == "conflict", results


def _models(connection: Connection, now: datetime) -> None:
    plain = shipped().model.provenance
    for number, (name, steps) in enumerate((("field", ("shadow", "champion")), ("with outcomes", ("shadow",)))):
        sha256 = f"{number + 1:064x}"
        facts = provenance_as_json(plain)
        register(
            connection, sha256=sha256, content=b"{}", name=name, simulated=True, provenance=facts,
            code_version="1", actor="test",
        )  # fmt: skip
        for step in steps:
            with connection.transaction():
                at = now - timedelta(days=40)
                move(connection, MODEL, find_model(connection, sha256).id, step, actor="test", reason="test", at=at)
    connection.execute(
        "INSERT INTO model_drift (kind, model_sha256, outside, appliances, fallen_back, since, checked_at)"
        " VALUES (%s, %s, 0.07, 40, false, %s, %s)",
        (Kind.REFRIGERATOR, f"{1:064x}", now - timedelta(days=30), now),
    )
    evidence = [{"signal": "power_w", "expected": 80.0, "observed": 131.0, "unit": "W", "since": now.isoformat()}]
    connection.execute(
        "INSERT INTO quiet_finding (model_sha256, appliance_key, fault, probability, urgency, evidence, detector,"
        " raised_at, judged_at) SELECT %s, min(key), 'unknown', 0.8, 'visit', %s, 'test 1', %s, %s FROM appliance",
        (f"{1:064x}", Jsonb(evidence), now, now),
    )
