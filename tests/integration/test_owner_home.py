"""The page of a home: offers, reminders and wishes are answered there without a log-in, and nothing of another home."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.faults import Urgency
from domain.signals import Kind
from notify.links import LINK_LIFE, Purpose, personal_link
from store.database import Connection
from tests.integration.api_homes import NOW, add_appliance, add_finding, add_home, add_reminder, client

pytestmark = pytest.mark.integration
SECRET = "0123456789abcdef0123456789abcdef"
CHECK = {"type": "pre_season_check", "title": "Summer check", "text": "We look at it.", "kind": "air_conditioner"}


@pytest.fixture
def api(database_url: str, mqtt_url: str) -> Iterator[httpx.Client]:
    with client(database_url, mqtt_url, link_secret=SECRET, public_url="http://care.test") as opened:
        yield opened


def page_of(household: str = "home-1") -> str:
    return personal_link("", SECRET, Purpose.HOME, household, made_at=NOW, life=LINK_LIFE)


def campaign(api: httpx.Client, **changed: object) -> str:
    made = api.post("/api/v1/campaigns", json=CHECK | changed).raise_for_status().json()
    api.post(f"/api/v1/campaigns/{made['id']}/announce").raise_for_status()
    return str(made["id"])


def parts(api: httpx.Client, of: str) -> list[tuple[str, str]]:
    items = api.get(f"/api/v1/campaigns/{of}/appliances").json()["items"]
    return [(one["state"], one["answer"] or "") for one in items]


def tap(api: httpx.Client, action: str, values: dict[str, Any], household: str = "home-1") -> httpx.Response:
    return api.post(f"{page_of(household)}/{action}", data=values, follow_redirects=True)


def test_an_offer_is_answered_by_the_link_in_its_message(connection: Connection, api: httpx.Client) -> None:
    for home in ("home-1", "home-2"):
        add_home(connection, home)
        for room in "ab":
            add_appliance(connection, f"ac-{room}-{home}", Kind.AIR_CONDITIONER, home)
    wishes = tap(api, "wishes", {"wish": "campaigns"})
    assert "We keep to that" in wishes.text
    given = api.get("/api/v1/households/home-1/consents").json()["items"]
    assert [(one["purpose"], one["given"]) for one in given] == [("campaigns", True)], "tips were never said"
    check = campaign(api)
    ((address, text),) = connection.execute("SELECT address, payload ->> 'text' FROM outbox").fetchall()
    assert (address, text.startswith("We look at it.")) == ("home-1", True)
    page = api.get(re.findall(r"http://care\.test(/home/\S+)", text)[0])
    assert "Summer check" in page.text
    assert "Summer check" not in api.get(page_of("home-2")).text, "it never consented"
    both = {"offer": check, "appliance": ["ac-a-home-1", "ac-b-home-1"]}
    assert tap(api, "offer", {"offer": check, "answer": "yes"}).status_code == 422, "no appliance was chosen"
    assert tap(api, "offer", both | {"answer": "yes"}, "home-2").status_code == 409
    accepted = tap(api, "offer", both | {"answer": "yes"})
    assert "you said yes" in accepted.text
    assert tap(api, "offer", both | {"answer": "yes"}).status_code == 200, "tapped twice"
    by_owner = "accepted by the owner, on the personal page"
    assert parts(api, check) == [
        *(("accepted", by_owner), ("invited", ""), ("accepted", by_owner), ("invited", "")),
    ]
    checks = connection.execute("SELECT count(*) FROM finding WHERE fault = 'campaign_check'").fetchone()
    assert checks == (2,)
    tap(api, "wishes", {})
    assert "Summer check" in api.get(page_of()).text, "what was agreed stays in sight"
    tap(api, "offer", {"offer": check, "appliance": "ac-b-home-1", "answer": "no"})
    assert [state for state, _ in parts(api, check)] == ["accepted", "invited", "declined", "invited"]
    again = campaign(api, title="Autumn check")
    assert all(left == "invited" for left, _ in parts(api, again))
    assert "Autumn check" not in api.get(page_of()).text, "the consent was taken back"


def test_who_says_no_to_a_recall_is_called(connection: Connection, api: httpx.Client) -> None:
    add_home(connection)
    add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    recall = campaign(api, type="recall", title="Fan blades")
    assert "This is a safety matter" in api.get(page_of()).text
    tap(api, "offer", {"offer": recall, "appliance": "ac-1", "answer": "no", "note": "away"})
    (call,) = api.get("/api/v1/obligations", params={"state": "to_call,open"}).json()["items"]
    assert (call["kind"], "Fan blades" in call["about"]) == ("call_back", True)
    late = tap(api, "offer", {"offer": recall, "appliance": "ac-1", "answer": "yes"})
    assert (late.status_code, "please call us" in late.text) == (409, True)


def test_a_reminder_is_answered_and_what_is_seen_is_shown(connection: Connection, api: httpx.Client) -> None:
    add_home(connection)
    add_home(connection, "home-2")
    key = add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    reminder = add_reminder(connection, add_finding(connection, key, Kind.AIR_CONDITIONER, "filter_clog", Urgency.SELF))

    def state(of: UUID = reminder) -> str:
        return str(api.get(f"/api/v1/reminders/{of}").json()["state"])

    page = api.get(page_of())
    assert "Please clean the filter." in page.text
    assert "<b>Air filter is clogging</b>" in page.text
    assert tap(api, "reminder", {"reminder": str(reminder), "answer": "done"}, "home-2").status_code == 409
    assert tap(api, "reminder", {"reminder": str(reminder), "answer": "maybe"}).status_code == 422
    assert state() == "sent"
    assert "You asked us to wait" in tap(api, "reminder", {"reminder": str(reminder), "answer": "later"}).text
    assert state() == "snoozed"
    for _ in range(2):
        assert "Thank you. We watch" in tap(api, "reminder", {"reminder": str(reminder), "answer": "done"}).text
    assert state() == "done"
    assert api.post(f"{page_of()}/nothing").status_code == 404
    paper = api.get(f"{page_of()}/electrical.pdf")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert api.get(f"{page_of('nobody')}/electrical.pdf").status_code == 404
