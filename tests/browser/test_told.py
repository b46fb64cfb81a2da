"""A planner enters what a caller says, and ends the links of an order."""

import pytest
from playwright.sync_api import expect

from domain.signals import Kind
from store.database import Connection
from tests.browser.conftest import Watch
from tests.integration.api_homes import NOW, add_appliance, proposed_order, serving

pytestmark = pytest.mark.integration


def test_what_a_caller_says_becomes_a_finding_and_links_are_ended(
    connection: Connection, database_url: str, mqtt_url: str, watch: Watch
) -> None:
    order = proposed_order(connection, "home-1")
    add_appliance(connection, "fridge-1", Kind.REFRIGERATOR)
    settings = {"link_secret": "0123456789abcdef0123456789abcdef", "public_url": "http://127.0.0.1"}
    with serving(database_url, mqtt_url, **settings) as served, watch(served.url, NOW) as seen:
        page = seen.open("/")
        page.get_by_text("Somebody says that something does not work").click()
        page.get_by_label("Appliance", exact=True).fill("fridge-1")
        page.get_by_label("What the caller says").fill("Dead since this morning.")
        page.get_by_role("button", name="Send somebody").click()
        expect(page.locator("#findings")).to_contain_text("It does not work")
        expect(page.get_by_label("What the caller says")).to_have_value("")

        card = page.locator(f'[data-id="{order}"]')
        card.get_by_text("Change", exact=True).click()
        card.get_by_label("Reason").fill("passed on")
        with page.expect_response("**/links/revoke") as answered:
            card.get_by_role("button", name="End the owner's links").click()
        assert answered.value.json() == {
            "household_id": "home-1",
            "order_id": str(order),
            "revoked": True,
            "sent": True,
        }
        expect(page.locator("#trouble")).to_be_hidden()


def test_of_two_planners_at_one_order_the_second_is_told_and_keeps_what_was_written(
    connection: Connection, database_url: str, mqtt_url: str, watch: Watch
) -> None:
    order = proposed_order(connection, "home-1")
    with serving(database_url, mqtt_url) as served, watch(served.url, NOW) as first, watch(served.url, NOW) as second:
        for seen in (first, second):
            card = seen.open("/").locator(f'[data-id="{order}"]')
            card.get_by_text("Change", exact=True).click()
        mine = second.page.locator(f'[data-id="{order}"]')
        mine.get_by_label("Reason").fill("the owner asked for it")
        mine.get_by_label("Urgency").select_option("urgent")
        with first.page.expect_response("**/approve"):
            first.page.get_by_role("button", name="Approve").click()
        mine.get_by_role("button", name="Overrule").click()
        expect(second.page.get_by_role("alert")).to_contain_text("Somebody was faster")
        expect(mine.locator(".clash")).to_contain_text("approved")
        expect(mine.get_by_label("Reason")).to_have_value("the owner asked for it")
        mine.get_by_role("button", name="Overrule").click()
        expect(mine).to_contain_text("chosen by console")
        second.troubles[:] = [one for one in second.troubles if "412" not in one]  # the browser notes the refusal
