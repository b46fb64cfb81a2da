"""The electrical health report over HTTP, from readings that were rolled up."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from domain.signals import Kind
from store.database import Connection
from store.editions import detect_edition
from store.rollups import refresh
from tests.integration.api_homes import NOW, add_appliance, add_home, client

pytestmark = pytest.mark.integration


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url) as opened:
        yield opened


def measured_circuit(connection: Connection) -> None:
    """Two days of a circuit: 10 A of 16 A, two hours of them at 14 A; 3 mA of leakage."""
    add_home(connection)
    key = add_appliance(connection, "main", Kind.CIRCUIT)
    connection.execute(
        "UPDATE appliance SET breaker_rating_a = 16, rcd_ma = 30, room = 'kitchen' WHERE key = %s", (key,)
    )
    connection.execute(
        "INSERT INTO reading_circuit (time, appliance_key, received_at, current_a, voltage_v, leakage_ma)"
        " SELECT t, %(key)s, t, CASE WHEN n BETWEEN 60 AND 71 THEN 14 ELSE 10 END, 230, 3"
        " FROM generate_series(0, 287) n, LATERAL (SELECT %(end)s::timestamptz - n * interval '10 min' AS t) x",
        {"key": key, "end": NOW - timedelta(minutes=10)},
    )
    connection.execute(
        "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, '{}')", (key, NOW, NOW)
    )
    refresh(connection, NOW, detect_edition(connection))


def test_circuits_and_the_electricians_check_become_one_report(connection: Connection, api: httpx.Client) -> None:
    measured_circuit(connection)
    url = "/api/v1/households/home-1"
    before = {item["subject"]: item for item in api.get(f"{url}/electrical-report").json()["items"]}
    assert (before["load"]["grade"], before["load"]["place"]) == ("watch", "kitchen")
    assert "up to 14.0 A" in before["load"]["found"]
    assert (before["leakage to earth"]["grade"], before["earthing"]["grade"]) == ("good", "unknown")
    check = {"checked_at": NOW.isoformat(), "checked_by": "Electrician A", "earth_resistance_ohm": 12.5}
    key = {"Idempotency-Key": "check-1"}
    first = api.post(f"{url}/electrical-checks", json=check, headers=key)
    again = api.post(f"{url}/electrical-checks", json=check, headers=key)
    assert (first.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert {item["subject"]: item["grade"] for item in first.json()["items"]}["earthing"] == "good"
    paper = api.get(f"{url}/electrical-report.pdf")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    page = api.get("/homes/home-1/electrical")
    assert "12.5 ohm" in page.text
    assert "style-src 'self'" in page.headers["content-security-policy"], "so no inline style would be obeyed"
    assert "<style" not in page.text
    style = api.get(page.text.split('rel="stylesheet" href="')[1].split('"')[0])
    assert (style.status_code, style.headers["content-type"][:8]) == (200, "text/css")


def test_contacts_are_judged_by_their_own_first_weeks_since_they_were_tightened(
    connection: Connection, api: httpx.Client
) -> None:
    measured_circuit(connection)

    def contact() -> tuple[str, str]:
        items = api.get("/api/v1/households/home-1/electrical-report").json()["items"]
        return next((item["grade"], item["found"]) for item in items if item["subject"] == "contacts and sockets")

    connection.execute(
        "INSERT INTO feature_day (appliance_key, day, index, value, spread, weight)"
        " SELECT a.key, %s::date - n, 'contact_ohm', CASE WHEN n > 35 THEN 0.2 ELSE 0.26 END, 0, 100"
        " FROM appliance a, generate_series(0, 50) n",
        (NOW,),
    )
    assert contact() == ("watch", "0.260 ohm, 0.200 at first")
    connection.execute(
        "INSERT INTO service (appliance_key, at, action, told_by) SELECT key, %s, 'tightened', 'technician'"
        " FROM appliance",
        (NOW - timedelta(days=34),),
    )
    assert contact() == ("good", "0.260 ohm"), "too few days since then to say how it was at first"


def test_a_check_that_cannot_be_is_refused_with_a_reason(connection: Connection, api: httpx.Client) -> None:
    add_home(connection)
    url, made = "/api/v1/households/home-1/electrical-checks", {"checked_at": NOW.isoformat(), "checked_by": "a"}
    future = api.post(url, json=made | {"checked_at": (NOW + timedelta(days=1)).isoformat()})
    assert (future.status_code, "future" in future.json()["detail"]) == (422, True)
    more = api.post(url, json=made | {"sockets_checked": 2, "sockets_damaged": 3})
    assert "more than the 2" in more.json()["detail"]
    assert api.post(url, json=made | {"rcd_trip_ms": -1}).status_code == 422
    assert api.get("/api/v1/households/nobody/electrical-report").status_code == 404
    empty = api.get("/api/v1/households/home-1/electrical-report").json()
    assert (empty["grade"], empty["circuits"]) == ("unknown", 0)
