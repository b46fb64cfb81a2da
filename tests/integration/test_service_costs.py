"""Costs, precision and notice, cut by region, outlet, technician, model and month."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import REMINDER
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import NOW, add_appliance, add_finding, add_reminder, add_technician, client
from tests.integration.finished_homes import MAY, finished

pytestmark = pytest.mark.integration


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url, now=lambda: NOW + timedelta(days=30)) as opened:
        yield opened


def test_costs_and_precision_are_cut_by_every_dimension_and_add_up(connection: Connection, api: httpx.Client) -> None:
    """Two models share a visit; a reminder that helped counts for whoever looks after the home."""
    for name in ("tech-1", "tech-2"):
        add_technician(connection, name, Kind.AIR_CONDITIONER)
    order = finished(connection, 1, technician="tech-1")
    finished(connection, 2, technician="tech-2", outcome="no_fault_found", to="completed")
    key = add_appliance(connection, "unit-9", Kind.AIR_CONDITIONER, "home-1")
    connection.execute("UPDATE appliance SET maker = 'Acme', model = 'Two' WHERE key = %s", (key,))
    leak = add_finding(connection, key, Kind.AIR_CONDITIONER, "refrigerant_leak", Urgency.VISIT, raised_at=MAY)
    connection.execute(
        "INSERT INTO order_task (order_id, finding_id, action, minutes, outcome) VALUES (%s, %s, 'c', 30, 'confirmed')",
        (order, leak),
    )
    clog = add_finding(connection, key, Kind.AIR_CONDITIONER, "filter_clog", Urgency.SELF, raised_at=MAY)
    with connection.transaction():
        move(connection, REMINDER, add_reminder(connection, clog), "verified", actor="t", reason="r", at=NOW)
    tag = api.get("/api/v1/households/home-2").headers["ETag"]
    changed = api.patch("/api/v1/households/home-2", json={"region": " North "}, headers={"If-Match": tag}).json()
    assert (changed["region"], changed["region_used"], changed["climate_used"]) == ("North", "North", None)
    connection.execute("UPDATE household SET latitude = -33.9, longitude = 18.4 WHERE id = 'home-1'")
    home = api.get("/api/v1/households/home-1").json()
    assert (home["region"], home["region_used"], home["climate_used"]) == (None, "34°S 18°E", "subtropical")

    def visits(by: str) -> dict[str, float]:
        told = api.get("/api/v1/reports/costs", params={"by": by}).json()
        for name in ("visits", "predicted", "reactive", "calendar", "avoided_visits", "prevented_failures"):
            assert sum(group[name] for group in told["groups"]) == pytest.approx(told[name]), (by, name)
        return {group["value"]: group["visits"] for group in told["groups"] if group["visits"]}

    assert visits("region") == {"34°S 18°E": 1, "North": 1}
    assert visits("model") == {"Acme Two": 0.5, "air_conditioner": 1.5}
    assert visits("technician") == {"tech-1": 1, "tech-2": 1}
    assert (visits("outlet"), visits("month")) == ({"outlet-1": 2}, {"2025-05": 2})
    south = api.get("/api/v1/reports/costs", params={"region": "34°S 18°E"}).json()
    assert (south["avoided_visits"], south["prevented_failures"], south["visits"]) == (1, 2, 1)
    assert api.get("/api/v1/reports/costs", params={"technician": "tech-1"}).json()["avoided_visits"] == 1
    told = api.get("/api/v1/reports/detectors", params={"by": "technician"}).json()
    assert [(one["value"], one["findings"], one["confirmed"], one["wrong"]) for one in told["groups"]] == [
        *(("none", 1, 1, 0), ("tech-1", 2, 2, 0), ("tech-2", 1, 0, 1)),
    ]
    north = api.get("/api/v1/reports/detectors", params={"region": "North"}).json()["items"]
    assert [(one["fault"], one["wrong"]) for one in north] == [("refrigerant_leak", 1)]
    assert api.get("/api/v1/reports/quality", params={"by": "region"}).json()["choices"]["region"] == [
        "34°S 18°E",
        "North",
    ]
    assert api.get("/api/v1/reports/costs", params={"by": "town"}).status_code == 422
