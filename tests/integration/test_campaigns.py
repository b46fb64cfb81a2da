"""Tips with consent, and a campaign from its draft to the finished visit."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.signals import Kind
from domain.states import ORDER
from scheduler.campaigns import finish_campaign_checks, give_tips
from scheduler.propose import propose
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import NOW, add_appliance, add_home, add_technician, client
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
CLEANING = {"type": "cleaning_day", "title": "Cleaning day", "text": "We come by in June.", "kind": "air_conditioner"}


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url) as opened:
        yield opened


def homes(connection: Connection, count: int) -> None:
    for number in range(count):
        add_home(connection, f"home-{number}")
        key = add_appliance(connection, f"ac-{number}", Kind.AIR_CONDITIONER, f"home-{number}")
        connection.execute("UPDATE household SET latitude = 48, longitude = 11 WHERE id = %s", (f"home-{number}",))
        connection.execute("UPDATE appliance SET installed_on = %s WHERE key = %s", (NOW - timedelta(days=4), key))


def consent(api: httpx.Client, home: int, purpose: str) -> None:
    api.put(f"/api/v1/households/home-{home}/consents/{purpose}", json={"given": True}).raise_for_status()


def post(api: httpx.Client, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = api.post(f"/api/v1/campaigns{path}", json=body)
    answer.raise_for_status()
    return answer.json()


def told(connection: Connection, kind: str) -> list[str]:
    rows = connection.execute(
        "SELECT address FROM outbox WHERE channel = 'owner' AND payload ->> 'kind' = %s ORDER BY address", (kind,)
    )
    return [address for (address,) in rows]


def test_tips_go_only_to_homes_that_want_them_and_only_once(connection: Connection, api: httpx.Client) -> None:
    homes(connection, 2)
    consent(api, 1, "tips")
    assert give_tips(work_on(connection, NOW)) == {"tips": 1}
    assert give_tips(work_on(connection, NOW + timedelta(days=20))) == {"tips": 0}
    assert told(connection, "tip") == ["home-1"]
    api.put("/api/v1/households/home-1/consents/tips", json={"given": False}).raise_for_status()
    said = api.get("/api/v1/households/home-1/consents").json()["items"]
    assert [(one["purpose"], one["given"]) for one in said] == [("tips", False)]


def test_a_cleaning_day_from_draft_to_the_finished_visit(connection: Connection, api: httpx.Client) -> None:
    homes(connection, 4)
    for home in (1, 2, 3):
        consent(api, home, "campaigns")
    early = post(api, "", CLEANING | {"title": "Another", "installed_before": "2030-01-01", "visit": False})
    connection.execute("UPDATE household SET timezone = 'Asia/Tokyo' WHERE id = 'home-3'")
    connection.execute("UPDATE campaign SET timezone = 'Asia/Tokyo'")
    post(api, f"/{early['id']}/announce")
    draft = post(api, "", CLEANING)
    assert api.get(f"/api/v1/campaigns/{draft['id']}/preview").json() == {
        "appliances": 4,
        "households": 4,
        "asked_appliances": 2,
        "asked_households": 2,
        "no_consent": 1,
        "asked_lately": 1,
    }
    announced = post(api, f"/{draft['id']}/announce")
    assert announced["appliances"] == {"invited": 2, "no_consent": 1, "asked_lately": 1}
    assert api.post(f"/api/v1/campaigns/{draft['id']}/announce").status_code == 409
    assert told(connection, "campaign") == ["home-1", "home-2", "home-3"]
    url = f"/{draft['id']}/appliances"
    refused = api.post(f"/api/v1/campaigns{url}/ac-0/accept")
    assert (refused.status_code, "no consent" in refused.json()["detail"]) == (409, True)
    assert post(api, f"{url}/ac-2/decline", {"reason": "on holiday"})["state"] == "declined"
    part = post(api, f"{url}/ac-1/accept")
    assert (part["state"], part["finding_id"] is not None) == ("accepted", True)
    finish_visit(connection)
    assert finish_campaign_checks(work_on(connection, NOW + timedelta(days=3))) == {"cleared": 1, "done": 1}
    assert finish_campaign_checks(work_on(connection, NOW + timedelta(days=3))) == {"cleared": 0, "done": 0}
    states = {p["appliance_id"]: p["state"] for p in api.get(f"/api/v1/campaigns{url}").json()["items"]}
    assert states == {"ac-0": "invited", "ac-1": "done", "ac-2": "declined", "ac-3": "invited"}


def test_what_an_owner_accepted_is_called_off_when_the_owner_or_the_campaign_does_not_come(
    connection: Connection, api: httpx.Client
) -> None:
    homes(connection, 3)
    first, second = (post(api, "", CLEANING | {"type": "recall"})["id"] for _ in range(2))
    for campaign in (first, second):
        post(api, f"/{campaign}/announce")
    checks = [post(api, f"/{first}/appliances/ac-{n}/accept")["finding_id"] for n in range(3)]
    assert post(api, f"/{second}/appliances/ac-1/accept")["finding_id"] == checks[1], "one visit serves both"

    def states() -> list[str]:
        return [api.get(f"/api/v1/findings/{check}").json()["state"] for check in checks]

    post(api, f"/{first}/close", {"reason": "enough"})
    assert post(api, f"/{first}/appliances/ac-0/decline")["state"] == "declined"
    assert states() == ["dismissed", "open", "open"], "who changes their mind is not visited"
    third = post(api, "", CLEANING | {"type": "recall"})["id"]
    post(api, f"/{third}/announce")
    post(api, f"/{third}/appliances/ac-2/accept")
    post(api, f"/{second}/cancel", {"reason": "storm"})
    assert states() == ["dismissed", "open", "open"], "what another campaign waits for stays"
    post(api, f"/{third}/cancel", {"reason": "storm"})
    part = api.get(f"/api/v1/campaigns/{third}/appliances").json()["items"][2]
    assert (part["state"], told(connection, "campaign").count("home-2")) == ("declined", 4)


def finish_visit(connection: Connection) -> None:
    """The scheduler makes the job an order of its home; somebody goes there."""
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    assert propose(work_on(connection, NOW + timedelta(days=1)))["failed"] == 0
    orders = connection.execute("SELECT id, household_id FROM service_order").fetchall()
    assert [home for _, home in orders] == ["home-1"]
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s",
        (NOW + timedelta(days=2), NOW + timedelta(days=2, hours=1)),
    )
    with connection.transaction():
        at = NOW + timedelta(days=2)
        move(connection, ORDER, orders[0][0], "completed", actor="t", reason="r", at=at, via=frozenset(ORDER.moves))


def test_a_recall_reaches_everybody_and_an_empty_selection_is_refused(
    connection: Connection, api: httpx.Client
) -> None:
    homes(connection, 2)
    recall = post(api, "", CLEANING | {"type": "recall", "title": "Recall"})
    assert post(api, f"/{recall['id']}/announce")["appliances"] == {"invited": 2}
    nobody = post(api, "", CLEANING | {"model": "none such"})
    empty = api.post(f"/api/v1/campaigns/{nobody['id']}/announce")
    assert (empty.status_code, "no appliance" in empty.json()["detail"]) == (422, True)
    closed = post(api, f"/{recall['id']}/close", {"reason": "all done"})
    assert closed["state"] == "closed"
    assert api.post(f"/api/v1/campaigns/{recall['id']}/appliances/ac-0/accept").status_code == 409


def test_a_campaign_may_be_for_one_region(connection: Connection, api: httpx.Client) -> None:
    homes(connection, 3)
    connection.execute("UPDATE household SET region = 'Old town' WHERE id = 'home-2'")
    for region, reached in (("Old town", 1), ("48°N 11°E", 2), ("nowhere", 0)):
        draft = post(api, "", CLEANING | {"region": region, "type": "recall"})
        assert draft["region"] == region
        seen = api.get(f"/api/v1/campaigns/{draft['id']}/preview").json()
        assert (seen["households"], seen["asked_households"], seen["no_consent"]) == (reached, reached, 0)
        answer = api.post(f"/api/v1/campaigns/{draft['id']}/announce")
        assert (answer.status_code, answer.json().get("appliances")) == (
            (200, {"invited": reached}) if reached else (422, None)
        )
