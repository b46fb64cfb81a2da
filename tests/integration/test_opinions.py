"""Opinions and their four duties, and ratings, over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.signals import Kind
from domain.states import ORDER
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import NOW, Clock, add_technician, client, proposed_order

pytestmark = pytest.mark.integration
SAID = {"household_id": "home-1", "kind": "complaint", "channel": "phone", "text": "Nobody came."}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(database_url: str, mqtt_url: str, clock: Clock) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url, now=clock) as opened:
        yield opened


def post(api: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    answer = api.post(f"/api/v1/{path}", json=body)
    answer.raise_for_status()
    return answer.json()


def test_an_opinion_ends_only_after_all_four_duties(connection: Connection, api: httpx.Client, clock: Clock) -> None:
    order = proposed_order(connection)
    said = post(api, "opinions", SAID | {"order_id": str(order)})
    assert (said["state"], said["answer_by"]) == ("recorded", (NOW + timedelta(hours=48)).isoformat()[:-6] + "Z")
    url = f"opinions/{said['id']}"
    for early in ("verify", "feed-back"):
        body = {"content": True, "how": "call"} if early == "verify" else {"node": "service", "what": "told"}
        assert api.post(f"/api/v1/{url}/{early}", json=body).status_code == 409
    clock.now = NOW + timedelta(hours=49)
    assert [o["id"] for o in api.get("/api/v1/opinions", params={"overdue": True}).json()["items"]] == [said["id"]]
    assert post(api, f"{url}/handle", {"answer": "We are sorry; tomorrow at nine."})["overdue"] is False
    again = post(api, f"{url}/verify", {"content": False, "how": "called, still angry"})
    assert (again["state"], again["overdue"]) == ("recorded", False), "the clock begins again"
    post(api, f"{url}/handle", {"answer": "The visit was made."})
    assert post(api, f"{url}/verify", {"content": True, "how": "called"})["state"] == "verified"
    done = post(api, f"{url}/feed-back", {"node": "service", "what": "slots were double booked"})
    assert (done["state"], done["content"]) == ("fed_back", True)
    assert api.post(f"/api/v1/{url}/handle", json={"answer": "once more"}).status_code == 409
    steps = connection.execute("SELECT to_state FROM state_change WHERE entity = 'opinion' ORDER BY id").fetchall()
    assert [step for (step,) in steps] == [
        *("recorded", "handled", "recorded", "handled", "verified", "fed_back"),
    ]


def test_two_people_answering_at_once_get_a_conflict(connection: Connection, api: httpx.Client) -> None:
    proposed_order(connection)
    said = post(api, "opinions", SAID)
    url, read = f"/api/v1/opinions/{said['id']}/handle", {"If-Match": f'"{said["version"]}"'}
    assert api.post(url, json={"answer": "a"}, headers=read).status_code == 200
    assert api.post(url, json={"answer": "b"}, headers=read).status_code == 412


def test_stars_belong_to_finished_work_and_a_comment_is_an_opinion(connection: Connection, api: httpx.Client) -> None:
    order = proposed_order(connection)
    url, two = f"/api/v1/orders/{order}/rating", {"stars": 2, "channel": "web", "comment": "Late by three hours."}
    early = api.put(url, json=two)
    assert (early.status_code, "proposed" in early.json()["detail"]) == (409, True)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s",
        (NOW, NOW + timedelta(hours=1)),
    )
    with connection.transaction():
        move(connection, ORDER, order, "completed", actor="t", reason="r", at=NOW, via=frozenset(ORDER.moves))
    assert api.put(url, json=two).json()["stars"] == 2
    opinion = api.get("/api/v1/opinions", params={"kind": "complaint"}).json()["items"][0]
    assert (opinion["order_id"], opinion["text"]) == (str(order), "Late by three hours.")
    assert api.put(url, json=two | {"stars": 1}).json()["opinion_id"] == opinion["id"], "a PUT sent twice says it once"
    corrected = api.put(url, json={"stars": 4, "channel": "web"}).json()
    assert (corrected["stars"], corrected["opinion_id"]) == (4, opinion["id"])


def test_what_belongs_to_another_home_is_refused(connection: Connection, api: httpx.Client) -> None:
    proposed_order(connection)
    other = proposed_order(connection, "home-2")
    wrong = api.post("/api/v1/opinions", json=SAID | {"order_id": str(other)})
    assert (wrong.status_code, "does not belong" in wrong.json()["detail"]) == (422, True)
    assert api.post("/api/v1/opinions", json=SAID | {"household_id": "home-9"}).status_code in (404, 422)
    assert api.post("/api/v1/opinions", json=SAID | {"text": " "}).status_code == 422
