"""Telemetry: raw when few, down-sampled when many, from the roll-up when wide."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.signals import Kind
from store.database import Connection
from store.editions import detect_edition
from store.rollups import refresh
from tests.integration.api_homes import NOW, add_appliance, add_home, client

pytestmark = pytest.mark.integration


@pytest.fixture
def appliance(connection: Connection) -> str:
    """Ten days of an air conditioner, a reading a minute, with a counter, a flag, a choice and an unknown signal."""
    add_home(connection)
    key = add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    connection.execute(
        "INSERT INTO reading_air_conditioner"
        " (time, appliance_key, received_at, power_w, energy_kwh, defrost, mode, extra)"
        " SELECT %(at)s::timestamptz + i * interval '1 minute', %(key)s, now(), i %% 60, i / 60.0, i %% 4 = 0, 'cool',"
        " jsonb_build_object('rssi', -50) FROM generate_series(0, 14399) AS i",
        {"at": NOW, "key": key},
    )
    return "ac-1"


def ask(api: httpx.Client, appliance: str, **params: str | int) -> dict[str, Any]:
    answer = api.get(f"/api/v1/appliances/{appliance}/telemetry", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_few_readings_come_as_they_are(appliance: str, database_url: str, mqtt_url: str) -> None:
    with client(database_url, mqtt_url) as api:
        span = {"from": "2025-06-02T09:00:00Z", "to": "2025-06-02T09:05:00Z"}
        series = ask(api, appliance, **span)
        assert (series["source"], series["bucket_s"], series["next"]) == ("raw", None, None)
        assert [p["time"] for p in series["items"]] == [f"2025-06-02T09:0{i}:00Z" for i in range(5)]
        first = series["items"][0]["values"]
        assert first == {"power_w": 0.0, "energy_kwh": 0.0, "defrost": True, "mode": "cool", "rssi": -50}
        assert series["units"]["power_w"] == "W"
        only = ask(api, appliance, **span, signals="power_w,rssi")
        assert only["items"][1]["values"] == {"power_w": 1.0, "rssi": -50}
        same = api.get("/api/v1/telemetry", params={"appliance_id": appliance, **span}).json()
        assert same == series


def test_many_readings_come_in_buckets_with_bounds(appliance: str, database_url: str, mqtt_url: str) -> None:
    with client(database_url, mqtt_url) as api:
        series = ask(api, appliance, **{"from": "2025-06-02T09:00:00Z", "to": "2025-06-02T19:00:00Z"}, max_points=100)
        assert series["source"] == "readings"
        # 599 min in at most 99 buckets beside the first: 10 min is the narrowest of the readable widths
        assert series["bucket_s"] == 600
        assert len(series["items"]) == 60
        first = series["items"][0]
        assert first["n"] == 10
        # minutes 0 to 9: mean 4.5, counter's last 9/60, flag true at 0, 4 and 8
        assert first["values"]["power_w"] == 4.5
        assert (first["low"]["power_w"], first["high"]["power_w"]) == (0.0, 9.0)
        assert first["values"]["energy_kwh"] == pytest.approx(0.15)
        assert first["values"]["defrost"] == pytest.approx(0.3)
        assert first["values"]["mode"] == "cool"
        unknown = ask(api, appliance, signals="rssi", max_points=10)
        assert (unknown["items"][0]["values"], unknown["source"]) == ({"rssi": -50.0}, "readings")


def test_wide_buckets_come_from_the_roll_up_where_it_covers_the_range(
    appliance: str, connection: Connection, database_url: str, mqtt_url: str
) -> None:
    wide: dict[str, str | int] = {
        "from": "2025-06-02T00:00:00Z",
        "to": "2025-06-13T00:00:00Z",
        "max_points": 100,
        "signals": "power_w,energy_kwh",
    }
    with client(database_url, mqtt_url) as api:
        before = ask(api, appliance, **wide)
        assert (before["source"], before["bucket_s"]) == ("readings", 3 * 3600)
        edition = detect_edition(connection)
        assert not edition.community, "this test fills the roll-up of the Apache edition"
        refresh(connection, NOW + timedelta(days=3650), edition)
        after = ask(api, appliance, **wide)
        assert (after["source"], after["bucket_s"]) == ("hourly", 3 * 3600)
        assert after["items"] == [{**p, "values": pytest.approx(p["values"])} for p in before["items"]]
        assert ask(api, appliance, **{**wide, "signals": "mode"})["source"] == "readings", "roll-ups have no choices"
        connection.execute("DELETE FROM hourly_air_conditioner WHERE hour > '2025-06-11'")
        assert ask(api, appliance, **wide)["source"] == "readings", "the roll-up is behind"


def test_without_a_range_the_last_day_of_data_is_meant(appliance: str, database_url: str, mqtt_url: str) -> None:
    with client(database_url, mqtt_url) as api:
        series = ask(api, appliance, max_points=5000)
        assert (series["source"], len(series["items"])) == ("raw", 1440)
        assert series["items"][-1]["time"] == "2025-06-12T08:59:00Z"


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2025-06-02T09:00:00"},
        {"from": "yesterday"},
        {"from": "1748854800"},
        {"from": "2025-06-02T09:00:00Z", "to": "2025-06-02T09:00:00Z"},
        {"max_points": "1"},
        {"max_points": "5001"},
        {"signals": "power_w; DROP TABLE event"},
        {"to": "0001-01-01T00:00:00Z"},
        {"to": "0001-01-01T00:00:00+10:00"},
    ],
)
def test_a_range_that_means_nothing_is_refused(
    params: dict[str, str], connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    with client(database_url, mqtt_url) as api:
        answer = api.get("/api/v1/appliances/ac-1/telemetry", params=params)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["at"].startswith("query.")


def test_every_kind_can_be_read_and_has_cycles_and_events(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    with client(database_url, mqtt_url) as api:
        for kind in Kind:
            name = kind.replace("_", "-")
            key = add_appliance(connection, name, kind)
            for minute in range(3):
                connection.execute(
                    "INSERT INTO event (time, appliance_key, received_at, code, active)"
                    " VALUES (%s, %s, now(), 'E1', %s)",
                    (NOW + timedelta(minutes=minute // 2), key, minute % 2 == 0),
                )
            assert ask(api, name)["items"] == []
            assert api.get(f"/api/v1/appliances/{name}/cycles").json() == {"items": [], "next": None}
            events = f"/api/v1/appliances/{name}/events"
            first = api.get(events, params={"limit": 2}).json()
            rest = api.get(events, params={"limit": 2, "cursor": first["next"]}).json()
            ids = [item["id"] for item in first["items"] + rest["items"]]
            assert ids == ["2025-06-02T09:01:00Z E1 on", "2025-06-02T09:00:00Z E1 on", "2025-06-02T09:00:00Z E1 off"]
        assert api.get("/api/v1/appliances/nobody/telemetry").status_code == 404
