"""What goes back to the maker, from confirmed faults in the database to cases, measured effects and open tables."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from uuid import UUID

import httpx
import polars as pl
import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import ORDER
from scheduler.makers_cases import look_for_cases
from store.database import Connection
from store.moves import move
from store.stock import record_movement
from tests.integration.api_homes import NOW, add_finding, add_home, add_order, add_technician, client
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
START = NOW - timedelta(days=150)


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url) as opened:
        yield opened


def fridge(connection: Connection, number: int, batch: str, until: datetime = NOW) -> int:
    """A refrigerator in a home of its own, installed 50 days before it was first heard of, heard of until `until`."""
    add_home(connection, f"home-{number}")
    row = connection.execute(
        "INSERT INTO appliance (id, kind, household_id, maker, model, batch, firmware, serial, installed_on,"
        " created_at) VALUES (%s, 'refrigerator', %s, 'Maker', 'M1', %s, '1.0', 'secret-serial', %s, %s) RETURNING key",
        (f"fridge-{number}", f"home-{number}", batch, (START - timedelta(days=50)).date(), START),
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, '{}')",
        (row[0], until, until),
    )
    return int(row[0])


def confirm(connection: Connection, key: int, household: str, at: datetime) -> None:
    """A compressor fault that a technician saw."""
    finding = add_finding(connection, key, Kind.REFRIGERATOR, "compressor_failing", Urgency.VISIT, raised_at=at)
    order = add_order(connection, finding, household)
    connection.execute(
        "UPDATE order_task SET outcome = 'confirmed', parts = '{compressor}' WHERE order_id = %s", (order,)
    )
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s WHERE id = %s",
        (at, at + timedelta(hours=1), order),
    )
    held = connection.execute(
        "INSERT INTO part_reservation (task_id, part_id, quantity, place)"
        " SELECT id, 'relay-9', 1, 'van:tech-1' FROM order_task WHERE order_id = %s RETURNING id",
        (order,),
    ).fetchone()
    assert held is not None
    for step in ("picked", "consumed"):
        connection.execute("UPDATE part_reservation SET state = %s WHERE id = %s", (step, held[0]))
    for_all = frozenset(ORDER.moves)
    with connection.transaction():
        move(connection, ORDER, order, "completed", actor="test", reason="done", at=at, via=for_all)


def fleet(connection: Connection) -> None:
    """Forty appliances of four batches; five of ten in batch b3 fail, one elsewhere."""
    add_technician(connection, "tech-1", Kind.REFRIGERATOR)
    connection.execute("INSERT INTO part (id, name, role) VALUES ('relay-9', 'Relay', 'start_relay')")
    record_movement(connection, "relay-9", 6, from_place=None, to_place="van:tech-1", reason="received", actor="test")
    for number in range(40):
        key = fridge(connection, number, f"b{number // 10}")
        if number in (3, 30, 31, 32, 33, 34):
            confirm(connection, key, f"home-{number}", START + timedelta(days=number + 1))


def test_rates_and_survival_count_only_the_time_that_appliances_were_watched(
    connection: Connection, api: httpx.Client
) -> None:
    fleet(connection)
    found = api.get("/api/v1/reports/failure-rates", params={"kind": "refrigerator", "by": "batch"}).json()
    by_batch = {group["value"]: group for group in found["groups"] if group["fault"] == "compressor_failing"}
    assert {batch: group["events"] for batch, group in by_batch.items()} == {"b0": 1, "b1": 0, "b2": 0, "b3": 5}
    assert by_batch["b3"]["months"] == pytest.approx(10 * 150 / 30.4375)
    assert by_batch["b3"]["per_1000_months"]["value"] == pytest.approx(5 / (10 * 150 / 30.4375) * 1000)
    asked = {"kind": "refrigerator", "fault": "compressor_failing", "by": "batch"}
    groups = {g["value"]: g for g in api.get("/api/v1/reports/reliability", params=asked).json()["groups"]}
    at_91 = {point["age_d"]: point for point in groups["b3"]["survival"]}[91]
    # Watched from age 50 on; failures at ages 81 to 85 with 10, 9, 8, 7 and 6 at risk leave 9/10 * 8/9 * ... * 5/6.
    assert at_91["share"] == pytest.approx(0.5)
    assert groups["b1"]["per_1000_months"]["count"] == 0
    by_part = api.get("/api/v1/reports/reliability", params=asked | {"fault": "part:start_relay"}).json()["groups"]
    assert {g["value"]: g["survival"] for g in by_part}["b3"] == groups["b3"]["survival"], "one relay at every failure"
    assert {g["fault"] for g in found["groups"]} == {"compressor_failing", "part:start_relay"}
    parts = api.get("/api/v1/reports/part-rates", params={"kind": "refrigerator"}).json()["parts"]
    assert [(part["part"], part["events"]) for part in parts] == [("start_relay", 6)], (
        "used, not expected: a compressor"
    )


def test_months_run_from_the_first_to_the_last_reading_whenever_it_was_registered(
    connection: Connection, api: httpx.Client
) -> None:
    """Registered 60 days before it was connected, heard for 60; claimed today with 150 days of history, in which it
    broke once; registered and never heard: one failure in 60 + 150 + 0 days."""
    add_technician(connection, "tech-1", Kind.REFRIGERATOR)
    connection.execute("INSERT INTO part (id, name, role) VALUES ('relay-9', 'Relay', 'start_relay')")
    record_movement(connection, "relay-9", 1, from_place=None, to_place="van:tech-1", reason="received", actor="test")
    day = timedelta(days=1)
    spans = ((START - 60 * day, START, START + 60 * day), (NOW, START, NOW), (START, None, NOW))
    for number, (registered, first, last) in enumerate(spans):
        key = fridge(connection, number, "b0", last)
        connection.execute("UPDATE appliance SET created_at = %s WHERE key = %s", (registered, key))
        connection.execute("UPDATE latest_values SET first_at = %s WHERE appliance_key = %s", (first, key))
        if first is None:
            connection.execute("DELETE FROM latest_values WHERE appliance_key = %s", (key,))
        if registered == NOW:
            confirm(connection, key, f"home-{number}", START + 30 * day)
            connection.execute("UPDATE finding SET raised_at = %s", (NOW,))  # said when it was claimed
    found = api.get("/api/v1/reports/failure-rates", params={"kind": "refrigerator", "by": "batch"}).json()["groups"]
    group = next(group for group in found if group["fault"] == "compressor_failing")
    assert (group["events"], group["months"]) == (1, pytest.approx(210 / 30.4375))
    asked = {"kind": "refrigerator", "fault": "compressor_failing", "by": "batch"}
    (lived,) = api.get("/api/v1/reports/reliability", params=asked).json()["groups"]
    # Installed 50 days before START: ages 50 to 110 and 50 to 80, where it broke: 60 + 30 days.
    assert lived["per_1000_months"]["value"] == pytest.approx(1000 / (90 / 30.4375))


def test_a_bad_batch_becomes_a_case_whose_fix_is_measured_not_claimed(
    connection: Connection, api: httpx.Client
) -> None:
    fleet(connection)
    assert look_for_cases(work_on(connection, NOW)) == {"opened": 1, "measured": 0}
    assert look_for_cases(work_on(connection, NOW)) == {"opened": 0, "measured": 0}
    case = api.get("/api/v1/cases").json()["items"][0]
    assert (case["dimension"], case["value"], case["found"]["events"]) == ("batch", "b3", 5)
    assert case["found"]["ratio"]["low"] > 1
    url = f"/api/v1/cases/{case['id']}"
    early = api.post(f"{url}/close", json={"reason": "enough"})
    assert (early.status_code, "possible now" in early.json()["detail"]) == (409, True)
    api.post(f"{url}/assign", json={"node": "production", "owner": "line 3"}).raise_for_status()
    future = {"fix": "new relay", "fixed_at": (NOW + timedelta(days=1)).isoformat()}
    assert "future" in api.post(f"{url}/fix", json=future).json()["detail"]
    fixed_at = START + timedelta(days=40)
    fixed = api.post(f"{url}/fix", json={"fix": "new relay", "fixed_at": fixed_at.isoformat()}).json()
    assert (fixed["state"], fixed["effect"]) == ("fixed", None)
    # 10 appliances for 110 days: before, 5 faults in 400 appliance-days, so 13.75 were to be expected and none came.
    assert look_for_cases(work_on(connection, NOW)) == {"opened": 0, "measured": 1}
    measured = api.get(url).json()
    assert measured["state"] == "measured"
    assert measured["effect"]["helped"] is True
    assert measured["effect"]["ratio"]["high"] < 1
    closed = api.post(f"{url}/close", json={"reason": "the effect was shown"}).json()
    assert closed["state"] == "closed"
    assert look_for_cases(work_on(connection, NOW)) == {"opened": 0, "measured": 0}, "a closed case rests"


def test_a_climate_that_a_home_says_counts_in_rates_and_open_tables(connection: Connection, api: httpx.Client) -> None:
    fridge(connection, 1, "b0")
    connection.execute("UPDATE household SET latitude = -0.2, longitude = -78.5")
    table = "/api/v1/reports/exports/appliances?format=csv"
    assert pl.read_csv(BytesIO(api.get(table).content))["climate"].to_list() == ["tropical"]
    tag = {"If-Match": api.get("/api/v1/households/home-1").headers["ETag"]}
    assert api.patch("/api/v1/households/home-1", json={"climate": "warm"}, headers=tag).status_code == 422
    api.patch("/api/v1/households/home-1", json={"climate": "cold"}, headers=tag).raise_for_status()
    assert pl.read_csv(BytesIO(api.get(table).content))["climate"].to_list() == ["cold"]


def test_two_people_on_one_case_get_a_conflict(connection: Connection, api: httpx.Client) -> None:
    fleet(connection)
    look_for_cases(work_on(connection, NOW))
    found = api.get("/api/v1/cases").json()["items"][0]
    url, read = f"/api/v1/cases/{found['id']}", {"If-Match": f'"{found["version"]}"'}
    assert api.post(f"{url}/assign", json={"node": "purchase", "owner": "a"}, headers=read).status_code == 200
    second = api.post(f"{url}/assign", json={"node": "service", "owner": "b"}, headers=read)
    assert (second.status_code, second.headers["content-type"]) == (412, "application/problem+json")
    assert api.get(url).json()["owner"] == "a"


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_open_tables_name_no_home_and_no_serial_number(connection: Connection, api: httpx.Client, form: str) -> None:
    fleet(connection)
    tables = {}
    for table in ("appliances", "confirmed_faults", "findings", "cases"):
        answer = api.get(f"/api/v1/reports/exports/{table}", params={"format": form})
        assert answer.status_code == 200
        assert b"secret-serial" not in answer.content
        assert b"home-3" not in answer.content
        tables[table] = (pl.read_parquet if form == "parquet" else pl.read_csv)(BytesIO(answer.content))
    assert tables["appliances"].height == 40
    plain = {sha256(id.encode()).hexdigest()[:16] for (id,) in connection.execute("SELECT id FROM appliance")}
    assert not plain & set(tables["appliances"]["unit"]), "whoever guesses an id cannot find its unit"
    assert tables["confirmed_faults"]["fault"].to_list() == ["compressor_failing"] * 6
    assert set(tables["confirmed_faults"]["unit"]) <= set(tables["appliances"]["unit"])
    units = tables["appliances"].select("unit", "batch")
    counted = tables["confirmed_faults"].select("unit").join(units, on="unit").group_by("batch").len()
    asked = {"kind": "refrigerator", "by": "batch"}
    groups = api.get("/api/v1/reports/failure-rates", params=asked).json()["groups"]
    said = {g["value"]: g["events"] for g in groups if g["fault"] == "compressor_failing" and g["events"]}
    assert dict(counted.iter_rows()) == said == {"b0": 1, "b3": 5}, "the tables give the same figures as the API"
    assert tables["cases"].height == 0
    assert "ratio" in tables["cases"].columns


def test_a_question_that_makes_no_sense_is_answered_with_what_would(api: httpx.Client) -> None:
    wrong = api.get("/api/v1/reports/reliability", params={"kind": "dryer", "fault": "flood"})
    assert (wrong.status_code, "vent_clog" in wrong.json()["detail"]) == (422, True)
    missing = api.get("/api/v1/reports/exports/homes")
    assert (missing.status_code, "confirmed_faults" in missing.json()["detail"]) == (404, True)
    assert api.get(f"/api/v1/cases/{UUID(int=1)}").status_code == 404
    assert api.get("/api/v1/cases", params={"state": "lost"}).status_code == 422
