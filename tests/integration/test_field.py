"""Reports from homes: exactly once, in any order, nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.field import Action
from store.database import Connection
from store.field import take_actions
from store.services import read_services
from store.stock import count_stock, free_stock
from tests.integration.api_homes import NOW, client
from tests.integration.field_homes import REGION, STORE, VAN, Visit, add_parts, add_visit, go

pytestmark = pytest.mark.integration
PNG = b"\x89PNG\r\n\x1a\n" + bytes(92) + b"IEND\xaeB`\x82"


@pytest.fixture
def visit(connection: Connection) -> Visit:
    add_parts(connection)
    return add_visit(connection)


def whole_visit(visit: Visit) -> list[Action]:
    """A day's work without a network."""
    return [
        visit.action("depart", 0),
        visit.action("arrive", 20),
        visit.action("use_part", 40, part_id="heater-a"),
        visit.action("report", 41, outcome="no_fault_found"),
        visit.action("report", 50, outcome="confirmed", note="heater was open circuit"),
        visit.action("note", 55, text="Dog in the hall"),
        visit.action("complete", 60),
    ]


def outcome(connection: Connection, visit: Visit) -> tuple[object, ...]:
    """Everything that the visit should leave behind."""
    order = connection.execute(
        "SELECT o.state, t.outcome, t.note, o.field_note FROM service_order o JOIN order_task t ON t.order_id = o.id"
        " WHERE o.id = %s",
        (visit.order,),
    ).fetchone()
    used = connection.execute("SELECT sum(quantity) FROM stock_movement WHERE reason = 'consumed'").fetchone()
    services = [(s.action, s.fault, s.part) for s in read_services(connection, [visit.appliance])[visit.appliance]]
    waiting = connection.execute("SELECT count(*) FROM field_action WHERE state IN ('waiting', 'conflict')").fetchone()
    return (order, used, services, waiting, free_stock(connection, [VAN])[VAN].get("heater-a"))


def test_the_same_piece_said_by_two_phones_is_used_once(connection: Connection, visit: Visit) -> None:
    """One phone lay in the van; each knows of no piece, so each says the first one. The second piece is another one."""
    count_stock(connection, "heater-a", VAN, 5, actor="test")
    first = visit.action("use_part", 40, part_id="heater-a", used_before=0)
    again = visit.action("use_part", 41, part_id="heater-a", used_before=0)
    second = visit.action("use_part", 42, part_id="heater-a", used_before=1)
    three = visit.action("use_part", 43, part_id="heater-a", quantity=4, used_before=0)
    fates = [take_actions(connection, [action], NOW)[0] for action in (first, again, second, three)]
    assert [fate.state for fate in fates] == ["applied", "superseded", "applied", "applied"]
    assert "by another phone" in fates[1].detail
    used = connection.execute("SELECT sum(quantity) FROM stock_movement WHERE reason = 'consumed'").fetchone()
    assert used == (4,), "one, none, one, and the two of four that nobody had said"


def test_batches_in_any_order_and_any_pieces_sent_any_number_of_times_have_one_effect(
    connection: Connection, visit: Visit
) -> None:
    @settings(max_examples=12, deadline=None)
    @given(seed=st.integers(0, 2**32), cuts=st.sets(st.integers(1, 6)))
    def check(seed: int, cuts: set[int]) -> None:
        rng = Random(seed)
        actions = whole_visit(visit)
        rng.shuffle(actions)
        edges = [0, *sorted(cuts), len(actions)]
        with connection.transaction(force_rollback=True):
            for start, end in pairwise(edges):
                batch = actions[start:end]
                take_actions(connection, batch + batch[:1], NOW)
                if rng.random() < 0.5:
                    assert all(r.duplicate for r in take_actions(connection, batch, NOW))
            assert outcome(connection, visit) == (
                ("completed", "confirmed", "heater was open circuit", "2025-06-02 07:55 tech-1: Dog in the hall"),
                (1,),
                [("part_replaced", "defrost_failure", "heater-a")],
                (0,),
                None,
            )

    check()


def sync(api: httpx.Client, *actions: Action, technician: str = "tech-1") -> list[dict[str, str]]:
    sent = [
        {"id": str(a.id), "order_id": str(a.order_id), "kind": a.kind, "at": a.client_at.isoformat(), "body": a.body}
        for a in actions
    ]
    answer = api.post("/api/v1/field/sync", json={"technician_id": technician, "actions": sent})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json()["results"]
    return found


def test_a_phone_that_sends_everything_four_times_at_once_has_one_effect(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    actions = whole_visit(visit)
    with client(database_url, mqtt_url) as api, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: sync(api, *actions), range(4)))
    states = ["applied", "applied", "applied", "applied", "applied", "applied", "applied"]
    assert [[r["state"] for r in answer] for answer in answers] == [states] * 4
    assert outcome(connection, visit)[1] == (1,)
    assert connection.execute("SELECT count(*) FROM field_action").fetchone() == (7,)


def test_what_cannot_be_done_is_kept_and_told_with_what_to_do(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    other = add_visit(connection, "home-2", hours=48)
    go(connection, other.order, "cancelled")
    count_stock(connection, "heater-a", VAN, 0, actor="test")
    count_stock(connection, "heater-a", STORE, 0, actor="test")
    with client(database_url, mqtt_url) as api:

        def told(action: Action, state: str, says: str, technician: str = "tech-1") -> dict[str, str]:
            (result,) = sync(api, action, technician=technician)
            assert (result["state"], says in result["detail"]) == (state, True), result
            return result

        told(other.action("report", outcome="confirmed"), "conflict", "was cancelled meanwhile (planner: test)")
        told(visit.action("arrive"), "conflict", "is booked for tech-1, not for tech-2", technician="tech-2")
        told(visit.action("complete"), "waiting", "no cause code yet for defrost_failure")
        told(visit.action("report", outcome="other_fault"), "conflict", "needs found_fault")
        told(visit.action("report", outcome="other_fault", found_fault="flood"), "conflict", "no fault of this")
        told(visit.action("report", outcome="maybe"), "conflict", "not complete")
        told(visit.action("use_part", part_id="glue"), "conflict", "there is no part glue")
        told(visit.action("use_part", part_id="bearing_kit"), "conflict", "does not fit fridge-of-home-1")
        told(visit.action("use_part", part_id="heater-b"), "conflict", "these do: heater-a")
        told(visit.action("dance"), "conflict", "nothing that can be done in the field")
        asked = told(visit.action("request_part", part_id="defrost_sensor"), "applied", f"shipped: {REGION} has 3 free")
        assert asked["problem"] == ""
        lacking = visit.action("use_part", 5, part_id="heater-a")
        assert told(lacking, "conflict", f"{VAN} has 0 free of heater-a")["problem"] == "conflict"
        told(visit.action("report", action_id=lacking.id, outcome="confirmed"), "conflict", "used for another action")
        assert connection.execute("SELECT count(*) FROM service").fetchone() == (0,)
        told(visit.action("report", 9, outcome="confirmed"), "applied", "confirmed")
        assert outcome(connection, visit)[0][0] == "completed", "what had waited was done"  # type: ignore[index]
        told(visit.action("report", 1, outcome="no_fault_found"), "superseded", "a later report")

        kept = api.get("/api/v1/field/actions", params={"state": "conflict"}).json()["items"]
        assert len(kept) == 10
        assert api.post(f"/api/v1/field/actions/{lacking.id}/retry").json()["state"] == "conflict", "still none there"
        count_stock(connection, "heater-a", VAN, 1, actor="planner", note="found in the other box")
        assert api.post(f"/api/v1/field/actions/{lacking.id}/retry").json()["state"] == "applied"
        assert outcome(connection, visit)[2] == [("part_replaced", "defrost_failure", "heater-a")]
        other = next(one for one in kept if one["id"] != str(lacking.id))
        settled = api.post(f"/api/v1/field/actions/{other['id']}/settle", json={"reason": "told by phone"}).json()
        assert (settled["state"], settled["settled_by"]) == ("settled", "planner")
        twice = api.post(f"/api/v1/field/actions/{other['id']}/settle", json={"reason": "again"})
        assert (twice.status_code, "only a conflict" in twice.json()["detail"]) == (409, True)
        nobody = api.post("/api/v1/field/sync", json={"technician_id": "nobody", "actions": []})
        assert (nobody.status_code, "no technician nobody" in nobody.json()["detail"]) == (422, True)


def test_pictures_are_kept_once_and_served_as_what_they_are(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    with client(database_url, mqtt_url) as api:

        def send(content: bytes, name: UUID, **asked: str) -> httpx.Response:
            params = {"order_id": str(visit.order), "technician_id": "tech-1", "kind": "photo", **asked}
            return api.put(
                f"/api/v1/field/attachments/{name}",
                params=params,
                content=content,
                headers={"Content-Type": "image/jpeg"},
            )

        photo = uuid4()
        sent = send(PNG, photo, task_id=str(visit.task), at=(NOW - timedelta(hours=1)).isoformat())
        assert (sent.status_code, sent.json()["media_type"], sent.json()["size_bytes"]) == (201, "image/png", 108)
        assert send(PNG, photo).json() == sent.json(), "sent again, nothing changes"
        for answer, status, says in (
            (send(PNG + b"x", photo), 409, "take a new id"),
            (send(b"<svg onload=alert(1)>", uuid4()), 422, "JPEG, PNG or WebP"),
            (send(PNG + bytes(300_000), uuid4(), kind="signature"), 422, "at most 300000 bytes"),
            (send(PNG + bytes(20_000_000), uuid4()), 413, "make a picture smaller"),
            (send(PNG[:-1], uuid4()), 422, "the end of this picture is missing"),
            (send(b"\xff\xd8\xff" + bytes(500), uuid4()), 422, "the end of this picture is missing"),
            (send(PNG, uuid4(), technician_id="tech-2"), 409, "not booked for tech-2"),
            (send(PNG, uuid4(), order_id=str(uuid4())), 404, "there is no order"),
            (send(PNG, uuid4(), task_id=str(uuid4())), 422, "not one of order"),
        ):
            assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
        assert send(b"\xff\xd8\xff" + bytes(1_500_000) + b"\xff\xd9", uuid4()).status_code == 201, (
            "larger than any other body"
        )
        shown = api.get(f"/api/v1/attachments/{photo}")
        assert (shown.content, shown.headers["Content-Type"]) == (PNG, "image/png")
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        unchanged = api.get(f"/api/v1/attachments/{photo}", headers={"If-None-Match": shown.headers["ETag"]})
        assert unchanged.status_code == 304
        listed = api.get(f"/api/v1/orders/{visit.order}/attachments").json()
        assert [a["media_type"] for a in listed] == ["image/png", "image/jpeg"]


def test_what_a_phone_sends_late_of_an_earlier_visit_says_nothing_of_the_next(
    connection: Connection, visit: Visit, database_url: str, mqtt_url: str
) -> None:
    take_actions(connection, whole_visit(visit), NOW)
    go(connection, visit.order, "reopened")
    go(connection, visit.order, "scheduled")
    connection.execute("UPDATE order_task SET outcome = NULL, reported_at = NULL WHERE id = %s", (visit.task,))
    late = [  # of a second phone that had no network
        visit.action("arrive", 21),
        visit.action("report", 58, outcome="confirmed"),
        visit.action("complete", 59),
        visit.action("note", 59, text="Key is with the neighbour"),
    ]
    assert [one.state for one in take_actions(connection, late, NOW)] == [*["superseded"] * 3, "applied"]
    found = connection.execute("SELECT state FROM service_order WHERE id = %s", (visit.order,)).fetchone()
    assert found == ("scheduled",)
    connection.execute("UPDATE service_order SET technician_id = 'tech-2' WHERE id = %s", (visit.order,))
    with client(database_url, mqtt_url) as api:
        params = {"order_id": str(visit.order), "technician_id": "tech-1", "kind": "photo"}
        sent = api.put(f"/api/v1/field/attachments/{uuid4()}", params=params, content=PNG)
        assert sent.status_code == 201, "who was there may send the photo after somebody else was booked"


def test_a_phone_whose_clock_is_wrong_is_put_right(
    connection: Connection, visit: Visit, database_url: str, mqtt_url: str
) -> None:
    hour = timedelta(hours=1)
    with client(database_url, mqtt_url) as api:
        for kind, at, sent_at in (
            ("depart", NOW - 5 * hour, NOW - 3 * hour),  # three hours slow: left two hours ago
            ("arrive", NOW.replace(year=1970), NOW),  # the clock was lost meanwhile
        ):
            action = {"id": str(uuid4()), "order_id": str(visit.order), "kind": kind, "at": at.isoformat(), "body": {}}
            body = {"technician_id": "tech-1", "sent_at": sent_at.isoformat(), "actions": [action]}
            assert api.post("/api/v1/field/sync", json=body).json()["results"][0]["state"] == "applied"
        kept = {one["kind"]: one["client_at"] for one in api.get("/api/v1/field/actions").json()["items"]}
    assert datetime.fromisoformat(kept["depart"]) == NOW - 2 * hour
    arrived = connection.execute("SELECT arrived_at FROM appointment WHERE order_id = %s", (visit.order,)).fetchone()
    assert arrived == (NOW,)
