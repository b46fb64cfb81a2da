"""What the console changes: models, reviews, statements and consents, each refused to whoever saw something older."""

from collections.abc import Iterator

import httpx
import pytest
from psycopg.types.json import Jsonb

from domain.signals import Kind
from store.database import Connection
from store.model_registry import register
from tests.integration.api_homes import NOW, add_appliance, add_home, add_technician, client

pytestmark = pytest.mark.integration
WHY = {"reason": "its false visits"}


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url) as opened:
        yield opened


def test_a_model_is_lifted_step_by_step_and_rolled_back_to_the_one_before(
    connection: Connection, api: httpx.Client
) -> None:
    for number in (1, 2):
        register(
            connection, sha256=f"{number:064x}", content=b"{}", name=f"m{number}", simulated=True, provenance={},
            code_version="1", actor="test",
        )  # fmt: skip

    def act(number: int, what: str) -> httpx.Response:
        ids = {one["name"]: one["id"] for one in api.get("/api/v1/models").json()["items"]}
        url = f"/api/v1/models/{ids[f'm{number}']}"
        return api.post(f"{url}/{what}", json=WHY, headers={"If-Match": api.get(url).headers["ETag"]})

    def states() -> dict[str, str]:
        return {one["name"]: one["state"] for one in api.get("/api/v1/models").json()["items"]}

    assert [act(n, "promote").json()["state"] for n in (1, 1, 2, 2)] == ["shadow", "champion", "shadow", "champion"]
    assert states() == {"m1": "retired", "m2": "champion"}
    assert act(1, "roll-back").status_code == 409, "only who speaks can be rolled back"
    stale = api.get("/api/v1/models").json()["items"][0]["id"]
    assert api.post(f"/api/v1/models/{stale}/retire", json=WHY).status_code == 428
    assert api.post(f"/api/v1/models/{stale}/retire", json=WHY, headers={"If-Match": '"1"'}).status_code == 412
    assert act(2, "roll-back").json()["state"] == "retired"
    assert states() == {"m1": "champion", "m2": "retired"}
    assert act(1, "roll-back").status_code == 200, "then the shipped one speaks"
    assert states() == {"m1": "retired", "m2": "retired"}


def test_a_review_is_settled_once(connection: Connection, api: httpx.Client) -> None:
    add_home(connection)
    key = add_appliance(connection, "unit-1", Kind.REFRIGERATOR)
    connection.execute(
        "INSERT INTO quiet_finding (model_sha256, appliance_key, fault, probability, urgency, evidence, detector,"
        " raised_at, judged_at) VALUES ('x', %s, 'unknown', 0.8, 'visit', %s, 'test', %s, %s)",
        (key, Jsonb([]), NOW, NOW),
    )
    (item,) = api.get("/api/v1/models/reviews?reviewed=false").json()["items"]
    url = f"/api/v1/models/reviews/{item['id']}/settle"
    assert api.post(url, json=WHY, headers={"X-Actor": "anna"}).status_code == 200
    again = api.post(url, json=WHY)
    assert (again.status_code, "anna has looked into it" in again.json()["detail"]) == (409, True)
    assert api.get("/api/v1/models/reviews?reviewed=false").json()["items"] == []
    assert api.get("/api/v1/models/reviews?reviewed=true").json()["items"][0]["review"] == WHY["reason"]


def test_a_month_is_confirmed_once_after_its_end_at_the_sum_that_was_seen(
    connection: Connection, api: httpx.Client
) -> None:
    add_technician(connection, "tech-1")
    url = "/api/v1/technicians/tech-1/settlement"
    for month, paid, said in (
        (f"{NOW:%Y-%m}", 0, "is not over"),
        ("9999-12", 0, "is not over"),
        ("2025-05", 9, "by now"),
    ):
        refused = api.post(f"{url}/confirm", json={"month": month, "paid": paid})
        assert (refused.status_code, said in refused.json()["detail"]) == (409, True)
    may = {"month": "2025-05", "paid": 0}
    assert api.post(f"{url}/confirm", json=may, headers={"X-Actor": "pay"}).json()["confirmed"]["actor"] == "pay"
    assert "pay confirmed 2025-05 already" in api.post(f"{url}/confirm", json=may).json()["detail"]
    assert api.get(url, params={"month": "2025-05"}).json()["confirmed"]["paid"] == 0
    assert api.get(url, params={"month": "0000-05"}).status_code == 422


def test_a_consent_is_refused_to_whoever_has_not_heard_the_last_word(connection: Connection, api: httpx.Client) -> None:
    add_home(connection)
    url = "/api/v1/households/home-1/consents"
    seen = api.get(url).headers["ETag"]
    assert api.put(f"{url}/tips", json={"given": False}).status_code == 200  # the owner, on the page of the home
    late = api.put(f"{url}/tips", json={"given": True}, headers={"If-Match": seen})
    assert late.status_code == 412
    assert [(one["purpose"], one["given"]) for one in api.get(url).json()["items"]] == [("tips", False)]
    fresh = api.get(url).headers["ETag"]
    assert api.put(f"{url}/tips", json={"given": True}, headers={"If-Match": fresh}).json()["items"][0]["given"]
