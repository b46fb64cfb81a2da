"""Outlets and technicians are edited: hours, absences, area; nobody's change is lost."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.signals import Kind
from store.database import Connection
from tests.integration.api_homes import NOW, add_technician, client

pytestmark = pytest.mark.integration
TECH = "/api/v1/technicians/tech-1"


def patch(api: httpx.Client, path: str, body: Any, tag: str | None) -> httpx.Response:
    return api.patch(path, json=body, headers={} if tag is None else {"If-Match": tag})


def test_outlets_and_technicians_are_edited_by_version(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_technician(connection, "tech-1", Kind.DRYER)
    with client(database_url, mqtt_url) as api:
        tag = api.get(TECH).headers["ETag"]
        assert patch(api, TECH, {"name": "New"}, None).status_code == 428
        changed = patch(api, TECH, {"name": "New", "area_km": 25}, tag)
        assert (changed.json()["name"], changed.json()["skills"]) == ("New", ["dryer"])
        assert patch(api, TECH, {"name": "Older"}, tag).status_code == 412
        fresh = changed.headers["ETag"]
        nowhere = patch(api, TECH, {"outlet_id": "outlet-9"}, fresh)
        assert nowhere.status_code == 422
        assert "create it first" in nowhere.json()["detail"]
        assert patch(api, TECH, {"name": None}, fresh).status_code == 422
        assert patch(api, TECH, {"area_km": None}, fresh).status_code == 200
        assert api.get(f"{TECH}/work").json()["area_km"] is None
        outlet = "/api/v1/outlets/outlet-1"
        tag = api.get(outlet).headers["ETag"]
        moved = patch(api, outlet, {"latitude": 51.5, "timezone": "Europe/Rome"}, tag).json()
        assert (moved["latitude"], moved["longitude"], moved["timezone"]) == (51.5, 8, "Europe/Rome")
        assert patch(api, outlet, {"latitude": 95}, tag).status_code == 422
        assert patch(api, "/api/v1/outlets/outlet-9", {}, tag).status_code == 404


def test_hours_and_absences_are_set_and_said(connection: Connection, database_url: str, mqtt_url: str) -> None:
    add_technician(connection, "tech-1", Kind.DRYER)
    day = {"weekday": 0, "starts": "07:00", "ends": "15:30", "break_minutes": 20}
    with client(database_url, mqtt_url) as api:
        tag = {"If-Match": api.get(TECH).headers["ETag"]}
        for wrong in (
            [day, day],
            [day | {"ends": "06:00"}],
            [day | {"weekday": 7}],
            [day | {"break_from": "12:00", "break_to": "12:10"}],
            [day | {"starts": "07:00Z"}],
        ):
            refused = api.put(f"{TECH}/hours", json={"days": wrong}, headers=tag)
            assert refused.status_code == 422, wrong
        work = api.put(f"{TECH}/hours", json={"days": [day]}, headers=tag)
        assert work.json()["hours"][0]["ends"] == "15:30:00"
        assert api.put(f"{TECH}/hours", json={"days": []}, headers=tag).status_code == 412
        away = {"starts": NOW.isoformat(), "ends": (NOW + timedelta(days=2)).isoformat(), "reason": "course"}
        noted = api.post(f"{TECH}/absences", json=away)
        assert noted.status_code == 201
        assert api.post(f"{TECH}/absences", json=away).json()["absences"] == noted.json()["absences"]
        assert noted.json()["version"] > work.json()["version"]
        past = {"starts": "2020-01-01T00:00:00Z", "ends": "2020-01-02T00:00:00Z"}
        for wrong in (past, away | {"ends": away["starts"]}):
            assert api.post(f"{TECH}/absences", json=wrong).status_code == 422
        number = noted.json()["absences"][0]["id"]
        assert api.delete(f"{TECH}/absences/{number}").json()["absences"] == []
        assert api.delete(f"{TECH}/absences/{number}").status_code == 404
        assert api.post("/api/v1/technicians/tech-9/absences", json=away).status_code == 404
