"""Devices claimed with their history, and appliances registered."""

from datetime import timedelta

import pytest

from domain.signals import Kind
from store.api_claims import finish_merges, leftovers, move_history
from store.database import Connection
from tests.integration.api_homes import NOW, add_appliance, add_home, add_unclaimed, add_unclaimed_readings, client

pytestmark = pytest.mark.integration


def count(connection: Connection, table: str, key: int) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table} WHERE appliance_key = %s", (key,)).fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])


def test_a_device_claimed_as_a_new_appliance_brings_its_history_into_typed_columns(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    device, key = add_unclaimed(connection, "tasmota", "plug_7", "tasmota-plug-7")
    add_unclaimed_readings(connection, key, 120)
    with client(database_url, mqtt_url) as api:
        listed = api.get("/api/v1/devices", params={"claimed": "false"}).json()["items"]
        assert [(d["id"], d["dialect"], d["readings"]) for d in listed] == [(device, "tasmota", 120)]
        answer = api.post(
            f"/api/v1/devices/{device}/claim",
            json={"household_id": "home-1", "kind": "air_conditioner", "id": "ac-1", "maker": "Cool"},
        )
        assert answer.status_code == 200, answer.text
        assert (answer.json()["history_moved"], answer.json()["history_complete"]) == (120, True)
        assert answer.json()["appliance"]["id"] == "ac-1"
        assert api.get("/api/v1/devices", params={"claimed": "false"}).json()["items"] == []
        assert api.get("/api/v1/appliances/ac-1").json()["maker"] == "Cool"
        again = api.post(f"/api/v1/devices/{device}/claim", json={"household_id": "home-1", "kind": "dryer"})
        assert again.status_code == 409
    assert count(connection, "reading_unclaimed", key) == 0
    row = connection.execute(
        "SELECT power_w, coil_in_c, mode, humidity_pct, extra, notes, seq FROM reading_air_conditioner"
        " WHERE appliance_key = %s ORDER BY time LIMIT 1",
        (key,),
    ).fetchone()
    assert row is not None
    # 400 % of humidity is no measurement: it becomes null with a note. 'swing' is no signal of the catalogue: kept.
    assert row[:5] == (800.0, 7.5, "cool", None, {"swing": "wide"})
    assert row[5] == {"humidity_pct": "outside 0 to 100 %: 400.0"}
    assert row[6] == 0


def test_a_device_claimed_into_an_appliance_is_merged_and_what_a_late_worker_writes_follows(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    target = add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    device, placeholder = add_unclaimed(connection, "shelly", "plug", "shelly-plug")
    add_unclaimed_readings(connection, placeholder, 10)
    connection.execute(
        "INSERT INTO reading_air_conditioner (time, appliance_key, received_at, power_w) VALUES (%s, %s, %s, 5)",
        (NOW, target, NOW),
    )
    connection.execute(
        "INSERT INTO event (time, appliance_key, received_at, code, active) VALUES (%s, %s, %s, 'E1', true)",
        (NOW, placeholder, NOW),
    )
    with client(database_url, mqtt_url) as api:
        answer = api.post(f"/api/v1/devices/{device}/claim", json={"appliance_id": "ac-1"})
        assert answer.status_code == 200, answer.text
        assert api.get("/api/v1/appliances/shelly-plug").status_code == 404
        assert api.get(f"/api/v1/devices/{device}").json()["appliance_id"] == "ac-1"
        assert [e["code"] for e in api.get("/api/v1/appliances/ac-1/events").json()["items"]] == ["E1"]
    assert count(connection, "reading_air_conditioner", target) == 10
    kept = connection.execute("SELECT power_w FROM reading_air_conditioner WHERE time = %s", (NOW,)).fetchone()
    assert kept == (5.0,), "what was stored under the appliance already stays"

    add_unclaimed_readings(connection, placeholder, 3, start=NOW + timedelta(days=1))
    assert leftovers(connection) == [target]
    assert finish_merges(connection, NOW + timedelta(hours=2)) == 0, "something still lies under it"
    assert move_history(connection, target) == 3
    assert leftovers(connection) == []
    assert move_history(connection, target) == 0
    assert finish_merges(connection, NOW) == 0, "not yet: it was merged at NOW"
    assert finish_merges(connection, NOW + timedelta(hours=2)) == 1
    assert connection.execute("SELECT count(*) FROM appliance").fetchone() == (1,)


def test_history_is_moved_in_portions_and_rolled_up(connection: Connection, database_url: str, mqtt_url: str) -> None:
    add_home(connection)
    device, key = add_unclaimed(connection, "native", "ac-2", "ac-2")
    add_unclaimed_readings(connection, key, 300)
    with client(database_url, mqtt_url, history_rows_at_once=120) as api:
        answer = api.post(f"/api/v1/devices/{device}/claim", json={"household_id": "home-1", "kind": "air_conditioner"})
        assert (answer.json()["history_moved"], answer.json()["history_complete"]) == (120, False)
    assert move_history(connection, key) == 180
    hours = connection.execute(
        "SELECT n, power_w_max FROM hourly_air_conditioner WHERE appliance_key = %s ORDER BY hour", (key,)
    ).fetchall()
    assert hours == [(60, 806.0)] * 5


def test_a_native_device_keeps_its_name_because_its_acknowledgements_go_there(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    add_appliance(connection, "other", Kind.AIR_CONDITIONER)
    device, _ = add_unclaimed(connection, "native", "ac-9", "ac-9")
    with client(database_url, mqtt_url) as api:
        renamed = {"household_id": "home-1", "kind": "air_conditioner", "id": "ac-10"}
        for body in (renamed, {"appliance_id": "other"}):
            answer = api.post(f"/api/v1/devices/{device}/claim", json=body)
            assert answer.status_code == 422, answer.text
            assert "claim it with household_id and kind as ac-9" in answer.json()["detail"]


def test_cycles_go_where_the_kind_keeps_them(connection: Connection, database_url: str, mqtt_url: str) -> None:
    add_home(connection)
    device, key = add_unclaimed(connection, "native", "washer", "washer")
    connection.execute(
        "INSERT INTO cycle_unclaimed (time, appliance_key, received_at, extra) VALUES (%s, %s, %s, %s)",
        (NOW, key, NOW, '{"drain_s": 41, "programme": "eco"}'),
    )
    with client(database_url, mqtt_url) as api:
        api.post(f"/api/v1/devices/{device}/claim", json={"household_id": "home-1", "kind": "washing_machine"})
        cycles = api.get("/api/v1/appliances/washer/cycles").json()["items"]
    assert [c["values"] for c in cycles] == [{"drain_s": 41.0, "programme": "eco"}]
    assert count(connection, "cycle_washing_machine", key) == 1
    assert leftovers(connection) == []


def test_registering_an_appliance_takes_the_history_of_the_native_device_of_that_name(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    _, key = add_unclaimed(connection, "native", "ac-3", "ac-3")
    add_unclaimed_readings(connection, key, 5)
    body = {"id": "ac-3", "household_id": "home-1", "kind": "air_conditioner", "breaker_rating_a": 16}
    with client(database_url, mqtt_url) as api:
        answer = api.post("/api/v1/appliances", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["history_moved"] == 5
        assert answer.headers["Location"] == "/api/v1/appliances/ac-3"
        assert api.post("/api/v1/appliances", json=body).status_code == 409
    assert count(connection, "reading_air_conditioner", key) == 5


def test_an_appliance_registered_before_it_speaks_is_expected_under_its_id(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    with client(database_url, mqtt_url) as api:
        body = {"id": "fridge-1", "household_id": "home-1", "kind": "refrigerator"}
        assert api.post("/api/v1/appliances", json=body).status_code == 201
        missing = api.post("/api/v1/appliances", json={**body, "id": "fridge-2", "household_id": "nobody"})
        assert missing.status_code == 422
        assert "create it first" in missing.json()["detail"]
    found = connection.execute(
        "SELECT d.dialect, d.name, a.id FROM device d JOIN appliance a ON a.key = d.appliance_key"
    ).fetchall()
    assert found == [("native", "fridge-1", "fridge-1")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"appliance_id": "ac-9"}, 422),
        ({"appliance_id": "ac-1", "room": "kitchen"}, 422),
        ({"household_id": "home-1"}, 422),
        ({"household_id": "home-1", "kind": "toaster"}, 422),
        ({"household_id": "home-9", "kind": "dryer"}, 422),
        ({"household_id": "home-1", "kind": "dryer", "id": "ac-1"}, 409),
        ({"household_id": "home-1", "kind": "dryer", "id": "Not An Id"}, 422),
    ],
)
def test_a_claim_that_cannot_be_is_refused_and_changes_nothing(
    body: dict[str, str], status: int, connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    device, key = add_unclaimed(connection, "tasmota", "plug", "tasmota-plug")
    add_unclaimed_readings(connection, key, 2)
    with client(database_url, mqtt_url) as api:
        answer = api.post(f"/api/v1/devices/{device}/claim", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert count(connection, "reading_unclaimed", key) == 2


def test_the_newer_word_on_each_signal_survives_a_merge(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    target = add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    device, placeholder = add_unclaimed(connection, "tasmota", "plug", "tasmota-plug")
    early, late = "2025-06-02T09:00:00+00:00", "2025-06-02T10:00:00.500000+00:00"
    for key, at, signals in (
        (target, late, f'{{"power_w": {{"value": 1, "at": "{early}"}}, "room_c": {{"value": 20, "at": "{late}"}}}}'),
        (
            placeholder,
            early,
            f'{{"power_w": {{"value": 2, "at": "{late}"}}, "mode": {{"value": "dry", "at": "{early}"}}}}',
        ),
    ):
        connection.execute(
            "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, %s)",
            (key, at, at, signals),
        )
    with client(database_url, mqtt_url) as api:
        api.post(f"/api/v1/devices/{device}/claim", json={"appliance_id": "ac-1"})
        latest = api.get("/api/v1/appliances/ac-1").json()["latest"]
    assert latest["at"] == "2025-06-02T10:00:00.500000Z"
    assert {name: said["value"] for name, said in latest["signals"].items()} == {
        "power_w": 2,
        "room_c": 20,
        "mode": "dry",
    }
    assert latest["signals"]["power_w"]["at"] == "2025-06-02T10:00:00.500000Z"
