"""What owners say to reminders, what people make of findings, and dead letters."""

from base64 import b64decode
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import FINDING, REMINDER
from store.database import Connection
from tests.integration.api_homes import NOW, add_appliance, add_finding, add_home, add_reminder, client

pytestmark = pytest.mark.integration


def reminded(connection: Connection, number: int = 1) -> tuple[UUID, UUID]:
    """A finding and the reminder sent for it."""
    add_home(connection, f"home-{number}")
    key = add_appliance(connection, f"ac-{number}", Kind.AIR_CONDITIONER, f"home-{number}")
    finding = add_finding(connection, key, Kind.AIR_CONDITIONER, "filter_clog", Urgency.SELF)
    return finding, add_reminder(connection, finding, f"home-{number}")


def test_an_owner_who_answers_has_seen_it(connection: Connection, database_url: str, mqtt_url: str) -> None:
    _, reminder = reminded(connection)
    with client(database_url, mqtt_url) as api:
        path = f"/api/v1/reminders/{reminder}"
        assert api.get(path).json()["state"] == "sent"
        assert api.get(path).json()["state"] == "sent", "reading is not seeing"
        assert api.post(f"{path}/done", json={"reason": "washed it"}).json()["state"] == "done"
        assert api.post(f"{path}/decline").status_code == 409
    steps = connection.execute(
        "SELECT to_state, actor, reason FROM state_change WHERE entity_id = %s ORDER BY id", (reminder,)
    ).fetchall()
    assert steps[1:] == [("seen", "owner", "washed it"), ("done", "owner", "washed it")]


def test_a_snooze_ends_by_the_clock_of_the_data(connection: Connection, database_url: str, mqtt_url: str) -> None:
    _, reminder = reminded(connection)
    data_at = NOW - timedelta(days=400)
    connection.execute(
        "INSERT INTO latest_values (appliance_key, at, received_at, signals)"
        " SELECT key, %s, now(), '{}' FROM appliance",
        (data_at,),
    )
    with client(database_url, mqtt_url) as api:
        path = f"/api/v1/reminders/{reminder}"
        assert api.post(f"{path}/snooze", json={"days": 3}).json()["snoozed_until"] == "2024-05-01T09:00:00Z"
        later = api.post(f"{path}/snooze", json={"until": "2024-05-10T00:00:00+02:00"})
        assert (later.status_code, later.json()["snoozed_until"]) == (200, "2024-05-09T22:00:00Z")
        assert api.post(f"{path}/snooze").json()["snoozed_until"] == "2024-04-29T09:00:00Z"
        for wrong in (
            {"until": "2024-04-01T00:00:00Z"},
            {"days": 3, "until": "2024-05-09T22:00:00Z"},
            {"days": 0},
            {"days": 91},
        ):
            assert api.post(f"{path}/snooze", json=wrong).status_code == 422
        assert api.post(f"{path}/done").json()["state"] == "done"
        assert api.get(path).json()["snoozed_until"] is None


@pytest.mark.parametrize("state", sorted(REMINDER.moves))
def test_an_answer_to_a_reminder_is_a_legal_move_or_a_problem(
    state: str, connection: Connection, database_url: str, mqtt_url: str
) -> None:
    open_to = {
        "seen": {"sent"},
        "done": {"sent", "seen", "snoozed"},
        "snooze": {"sent", "seen", "snoozed"},
        "decline": {"sent", "seen", "snoozed"},
    }
    with client(database_url, mqtt_url) as api:
        for number, (action, states) in enumerate(open_to.items()):
            _, reminder = reminded(connection, number)
            for step in () if state == "sent" else REMINDER.path("sent", state, frozenset(REMINDER.moves)):
                connection.execute(
                    "UPDATE reminder SET state = %s, snoozed_until = CASE WHEN %s = 'snoozed' THEN now() END"
                    " WHERE id = %s",
                    (step, step, reminder),
                )
            answer = api.post(f"/api/v1/reminders/{reminder}/{action}")
            if state == "snoozed" and action == "seen":
                assert answer.status_code == 200, "seeing it while it is snoozed ends the wait"
            elif state in states:
                assert answer.status_code == 200, answer.text
            else:
                assert answer.status_code == 409
                assert answer.json()["type"] == "urn:wellkept:problem:illegal-move"


def test_a_finding_is_acknowledged_or_dismissed_with_a_reason(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    finding, _ = reminded(connection)
    with client(database_url, mqtt_url) as api:
        path = f"/api/v1/findings/{finding}"
        read = api.get(path)
        assert read.json()["evidence"][0]["expected"] == 800.0
        assert api.post(f"{path}/acknowledge", headers={"If-Match": read.headers["ETag"]}).status_code == 200
        assert (
            api.post(f"{path}/dismiss", json={"reason": "x"}, headers={"If-Match": read.headers["ETag"]}).status_code
            == 412
        )
        assert api.post(f"{path}/dismiss").status_code == 422
        dismissed = api.post(f"{path}/dismiss", json={"reason": "the window was open"}).json()
        assert (dismissed["state"], dismissed["dismissed_for"]) == ("dismissed", "the window was open")
        for action in ("acknowledge", "dismiss"):
            assert api.post(f"{path}/{action}", json={"reason": "again"}).status_code == 409
    assert "dismissed" in FINDING.moves


def test_findings_and_reminders_are_filtered(connection: Connection, database_url: str, mqtt_url: str) -> None:
    first, reminder = reminded(connection, 1)
    second, _ = reminded(connection, 2)
    with client(database_url, mqtt_url) as api:

        def ids(what: str, **filters: str) -> set[str]:
            return {item["id"] for item in api.get(f"/api/v1/{what}", params=filters).json()["items"]}

        assert ids("findings") == {str(first), str(second)}
        assert ids("findings", household="home-1", fault="filter_clog", urgency="self") == {str(first)}
        assert ids("findings", appliance_id="ac-2", kind="air_conditioner", state="open") == {str(second)}
        assert ids("findings", state="resolved,dismissed") == set()
        assert ids("reminders", household="home-1", state="sent", fault="filter_clog") == {str(reminder)}
        assert ids("reminders", state="done") == set()


def test_a_dead_letter_shows_its_bytes(connection: Connection, database_url: str, mqtt_url: str) -> None:
    payload = b"\x00\xffhello" + b"x" * 5_000
    connection.execute(
        "INSERT INTO dead_letter (digest, topic, reason, payload, first_at, last_at)"
        " VALUES ('a', 'wk/v1/x/telemetry', 'not_text', %s, now(), now()), ('b', 't', 'too_deep', '[[', now(), now())",
        (payload,),
    )
    with client(database_url, mqtt_url) as api:
        listed = api.get("/api/v1/dead-letters", params={"reason": "not_text"}).json()["items"]
        assert [(one["size_bytes"], one["payload_base64"]) for one in listed] == [(len(payload), None)]
        assert listed[0]["preview"].startswith("\ufffd\ufffdhello")
        one = api.get(f"/api/v1/dead-letters/{listed[0]['id']}").json()
        assert b64decode(one["payload_base64"]) == payload


def test_outlets_technicians_and_parts_are_created_and_found(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "outlets": {"id": "outlet-1", "name": "One", "latitude": 50.0, "longitude": 8.0, "timezone": "Europe/Berlin"},
        "technicians": {"id": "tech-1", "name": "Team 1", "outlet_id": "outlet-1", "skills": ["dryer"]},
        "parts": {"id": "bearing_kit", "name": "Bearing kit", "fits": ["dryer"], "stock": {"outlet-1": 3}},
    }
    with client(database_url, mqtt_url) as api:
        assert api.post("/api/v1/technicians", json=bodies["technicians"]).status_code == 422, "no such outlet yet"
        for what, body in bodies.items():
            answer = api.post(f"/api/v1/{what}", json=body)
            assert answer.status_code == 201, answer.text
            assert answer.json() | body == answer.json()
            assert api.post(f"/api/v1/{what}", json=body).status_code == 409
            assert api.get(answer.headers["Location"]).json() == answer.json()
            assert [item["id"] for item in api.get(f"/api/v1/{what}").json()["items"]] == [body["id"]]
        assert api.get("/api/v1/technicians?skill=circuit").json()["items"] == []
        assert len(api.get("/api/v1/parts?kind=dryer").json()["items"]) == 1


def test_one_record_holds_everything_about_a_home(connection: Connection, database_url: str, mqtt_url: str) -> None:
    finding, reminder = reminded(connection)
    reminded(connection, number=2)
    connection.execute(
        """UPDATE appliance SET installed_on = %s, facts = '{"warranty_months": 24}' WHERE id = 'ac-1'""",
        (NOW.date() - timedelta(days=30),),
    )
    with client(database_url, mqtt_url) as api:
        said = {"kind": "praise", "text": "Thank you", "household_id": "home-1", "channel": "phone"}
        api.post("/api/v1/opinions", json=said).raise_for_status()
        api.put("/api/v1/households/home-1/consents/tips", json={"given": True}).raise_for_status()
        record = api.get("/api/v1/households/home-1/record").json()
        assert api.get("/api/v1/households/nobody/record").status_code == 404
    assert record["household"]["id"] == "home-1"
    (owned,) = record["appliances"]
    assert (owned["id"], owned["under_warranty"]) == ("ac-1", True)
    assert [one["id"] for one in record["findings"]] == [str(finding)]
    assert [one["id"] for one in record["reminders"]] == [str(reminder)]
    assert [one["text"] for one in record["opinions"]] == ["Thank you"]
    assert (record["orders"], [one["purpose"] for one in record["consents"]]) == ([], ["tips"])
    assert record["absence"]["away_now"] is False
