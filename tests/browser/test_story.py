"""One order from the planner's approval to the technician's report, each person at their own page."""

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from playwright.sync_api import expect

from domain.signals import Kind
from notify.links import Purpose, personal_link
from scheduler.offer import offer
from scheduler.settings import Pace
from store.database import Connection
from tests.browser.conftest import Watch
from tests.integration.api_homes import NOW, add_technician, proposed_order, serving
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration
SECRET = "0123456789abcdef0123456789abcdef"


def test_a_planner_approves_an_owner_books_and_a_technician_reports(
    connection: Connection, database_url: str, mqtt_url: str, watch: Watch
) -> None:
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    order = proposed_order(connection)
    connection.execute("UPDATE household SET latitude = 50.01, longitude = 8.0")
    connection.execute("UPDATE service_order SET outlet_id = 'outlet-1'")
    time = [NOW]
    with serving(database_url, mqtt_url, link_secret=SECRET, now=lambda: time[0]) as served:
        with watch(served.url, NOW) as planner:
            page = planner.open("/")
            page.get_by_role("button", name="Approve").click()
            expect(page.locator("#orders")).to_contain_text("approved")
        work = work_on(connection, NOW)
        assert offer(replace(work, settings=replace(work.settings, pace=Pace.PRODUCTION)))["offered"] == 1
        link = personal_link("", SECRET, Purpose.VISIT, order, made_at=NOW, life=timedelta(days=9))
        with watch(served.url, NOW, width=390) as owner:
            page = owner.open(link)
            page.get_by_role("radio").first.check()
            page.get_by_role("button", name="Book this time").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is booked")
        booked = httpx.get(f"{served.url}/api/v1/orders/{order}").json()
        assert booked["state"] == "scheduled"
        time[0] = datetime.fromisoformat(booked["visit_starts"])
        with watch(served.url, time[0], width=390) as technician:
            page = technician.open(f"/field/{booked['technician_id']}")
            page.get_by_role("link", name="Home-1").click()
            for name in ("On my way", "I am here"):
                page.get_by_role("button", name=name).click()
            page.get_by_label("As predicted").check()
            page.get_by_role("button", name="Save report").click()
            page.get_by_role("button", name="Visit completed").click()
            expect(page.locator("#outbox li[data-state=applied]")).to_have_count(4)
            expect(page.locator("#network")).to_have_text("online")
        done = httpx.get(f"{served.url}/api/v1/orders/{order}").json()
        assert (done["state"], [task["outcome"] for task in done["tasks"]]) == ("completed", ["confirmed"])
