"""Every page of the console in a real browser, on data that came through the API, on a desk and on a phone."""

from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from scheduler.makers_cases import look_for_cases
from store.care_seed import seed_parts
from store.database import Connection
from store.knowledge import seed_knowledge
from tests.browser.conftest import Watch, Watched
from tests.browser.filled import fill, grade
from tests.integration.api_homes import NOW, add_home, add_technician, serving
from tests.integration.scheduler_homes import work_on
from tests.integration.test_reliability import fleet

pytestmark = pytest.mark.integration
SHELLED = {
    "calls": "asked for a call about the bill",
    "opinions": "It is louder than before the visit",
    "parts": "booked for tech-1, not for tech-2",
    "prices": "Until one holds",
    "homes": "Choose a home",
    "people": "grade of April 2025",
    "quality": "18 services finished",
    "cases": "line 3, production",
    "campaigns": "Start relay of batch b3",
    "knowledge": "Air conditioner: air filter is clogged",
    "models": "104 true, 0 not (0 per 1000 months, up to 0.42)",
}
PAGES = {
    **{f"/pages/{name}.html": said for name, said in SHELLED.items()},
    "/": "131 instead of 80",
    "/pages/homes.html?home=home-0": "What they said",
    "/pages/visits.html": "The day",
    "/field/tech-1/record": "Appeal against a grade",
    "/field/tech-1": "Your grades, points and earnings",
}
WHY = "because it is so"
OUTLET = {"outlet's id": "harbour", "name of the outlet": "Harbour", "latitude": "50.1", "longitude": "8.7"}
TECHNICIAN = {"technician's id": "tech-9", "name of the technician": "Team 9", "dryer": "on"}
PRICES = {"hold from": f"{NOW:%Y-%m-%d}", "coming to a home": "39", "an hour of planned work": "72.50"}
TEAM = "/pages/people.html?technician=tech-9"
DEEDS: tuple[tuple[str, str | None, dict[str, str], str, str], ...] = (
    ("/pages/homes.html?home=home-1", None, {}, "Send a link to the home", "the owner's page"),
    ("/pages/opinions.html", None, {"How it is known": "asked by phone"}, "Keep", "asked by phone"),
    ("/pages/opinions.html", None, {"What they were told": "seal it"}, "Fed back", "to be verified"),
    ("/pages/calls.html", "Give to a technician", {}, "Give", "Whose call: tech-1"),
    ("/pages/calls.html", "Promise a call", {"household": "home-1", "what about": WHY}, "Promise", WHY),
    ("/pages/calls.html", "Nothing to ask any more", {"why": WHY}, "Take off the list", "Calls to make"),
    ("/pages/prices.html", "Enter new prices", PRICES, "Enter prices", "holds now"),
    ("/pages/prices.html", None, {"Price of Anode": "12.50"}, "Keep", "12.50"),
    ("/pages/parts.html", "Settled in another way", {"how": WHY}, "Settle", "Every report was taken"),
    ("/pages/parts.html", None, {}, "Arrived", "received"),
    ("/pages/cases.html", "Say what was changed", {"since": "2025-05-20", "what was changed": WHY}, "Keep", "fixed"),
    ("/pages/campaigns.html", None, {}, "Announce", "announced"),
    ("/pages/campaigns.html", "Close", {"reason": WHY}, "Close", "closed"),
    ("/pages/knowledge.html?q=filter", "Change", {"title": "Filter, in our words"}, "Keep", "your own"),
    ("/field/tech-1/record", "Appeal against a grade", {"what speaks for you": WHY}, "Appeal", "appealed"),
    ("/pages/people.html", None, {"because": WHY}, "Decide", "Decision"),
    ("/pages/people.html", "Take points off", {"what happened": WHY}, "Take off", WHY),
    ("/pages/people.html", "Add an outlet", OUTLET, "Add outlet", "Harbour"),
    (
        "/pages/people.html?outlet=harbour",
        "Change this outlet",
        {"phone for owners": "+49 30 1"},
        "Keep outlet",
        "Harbour",
    ),
    ("/pages/people.html", "Add a technician", TECHNICIAN, "Add technician", "Team 9"),
    (TEAM, "Change who this is and what is known", {"farthest home, km": "25"}, "Keep technician", "up to 25 km"),
    (TEAM, "Hours", {"Saturday": "on", "Saturday from": "09:00", "Saturday to": "12:00"}, "Keep hours", "Hours"),
    (TEAM, "Absences", {"away from": "2025-07-01T08:00", "back at": "2025-07-08T08:00"}, "Note absence", "1 Jul"),
    ("/pages/people.html?month=2025-04", None, {}, "Confirm as paid", "console confirmed"),
    ("/pages/homes.html?home=home-0", "Change this home", {"phone": "030 12345"}, "Keep home", "030 12345"),
    ("/pages/homes.html?home=home-0", "Change this home", {"region": "Harbour"}, "Keep home", "Harbour"),
    ("/pages/homes.html?home=home-0", None, {}, "Consent to tips", "Take back: tips"),
    ("/pages/models.html", "Change", {"why this model": WHY}, "Let it speak", "retired"),
    ("/pages/models.html", "What was it?", {"what was found": WHY}, "Looked at", "A unit that behaves unlike"),
)
"""Page, what is unfolded, what is filled in, the button, and what the page says afterwards."""
NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea')].filter((one) =>
    !(one.type === 'hidden' || one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim()))
    .map((one) => one.outerHTML)"""
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


def look(seen: Watched, path: str, said: str) -> None:
    """The page shows what it should, complains of nothing, fits on a desk and on a phone, and everything has a name."""
    page = seen.open(path)
    expect(page.locator("body"), path).to_contain_text(said)
    if page.locator("#trouble").count():
        expect(page.locator("#trouble"), path).to_be_hidden()
    assert page.evaluate(NAMELESS) == [], path
    for width, scheme in ((390, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(OVERFLOW) <= 0, f"{path} is wider than {width} pixels"


def do(seen: Watched, path: str, unfold: str | None, fields: dict[str, str], button: str, then: str) -> None:
    """Opens a folded form, fills it, presses its button; the page says the outcome and complains of nothing."""
    page = seen.open(path)
    form = page.locator("main")
    if unfold is not None:
        form = page.locator("details", has=page.get_by_text(unfold, exact=True)).last
        form.locator("summary").first.click()
    for label, value in fields.items():
        field = form.get_by_label(label, exact=True).first
        sort = field.evaluate("one => one.type")
        if sort == "checkbox":
            field.check()
        else:
            (field.select_option if sort == "select-one" else field.fill)(value)
    form.get_by_role("button", name=button, exact=True).first.click()
    expect(page.locator("#said")).to_have_text(f"{button}: done")
    expect(page.locator("main")).to_contain_text(then)
    expect(page.locator("#trouble")).to_be_hidden()


@pytest.mark.timeout(420)  # every page and deed in one browser: a busy machine needs minutes
def test_every_page_shows_what_there_is_on_desk_and_phone_and_does_what_it_offers(
    connection: Connection, database_url: str, mqtt_url: str, watch: Watch
) -> None:
    fleet(connection)
    add_technician(connection, "tech-2")
    seed_parts(connection)
    seed_knowledge(connection)
    look_for_cases(work_on(connection, NOW))
    grade(connection, NOW)
    links = {"link_secret": "0123456789abcdef0123456789abcdef", "public_url": "https://care.test"}
    with serving(database_url, mqtt_url, **links) as served:
        with httpx.Client(base_url=served.url, timeout=10) as api:
            fill(connection, api, NOW)
        with watch(served.url, NOW) as seen:
            for path, said in PAGES.items():
                look(seen, path, said)
            for deed in DEEDS:
                do(seen, *deed)
            page = seen.open("/pages/prices.html")
            page.get_by_label("order", exact=True).fill("1")
            expect(page.locator("input[name=order]")).not_to_have_value("")
            page.get_by_role("button", name="Show", exact=True).click()
            expect(page.locator("main")).to_contain_text("Order 1, ")
            shown = page.get_by_label("order", exact=True).input_value()
            assert shown.startswith("No. 1, "), "people know an order by its number"


def test_an_empty_console_says_what_will_appear(database_url: str, mqtt_url: str, watch: Watch) -> None:
    with serving(database_url, mqtt_url) as served, watch(served.url, NOW, width=390) as seen:
        for name in SHELLED:
            page = seen.open(f"/pages/{name}.html")
            assert page.locator(".empty").count() >= 1, f"{name} shows neither data nor why there are none"


def test_of_two_planners_the_second_is_told_and_nothing_is_lost(
    connection: Connection, database_url: str, mqtt_url: str, watch: Watch
) -> None:
    add_home(connection)
    with serving(database_url, mqtt_url) as served:
        said = {"household_id": "home-1", "kind": "complaint", "channel": "phone", "text": "It drips."}
        httpx.post(f"{served.url}/api/v1/opinions", json=said).raise_for_status()
        with watch(served.url, NOW + timedelta(hours=1)) as first, watch(served.url, NOW) as second:
            for seen, answer in ((first, "We come tomorrow."), (second, "We come on Friday.")):
                seen.open("/pages/opinions.html").get_by_label("What the owner was told").fill(answer)
            first.page.get_by_role("button", name="Answer given").click()
            expect(first.page.get_by_text("to be verified", exact=True)).to_be_visible()
            second.page.get_by_role("button", name="Answer given").click()
            expect(second.page.get_by_role("alert")).to_contain_text("read it again")
            assert second.page.get_by_label("What the owner was told").input_value() == "We come on Friday."
            second.troubles[:] = [one for one in second.troubles if "412" not in one]  # the browser notes the refusal
            kept = httpx.get(f"{served.url}/api/v1/opinions").json()["items"][0]
            assert (kept["state"], kept["answer"]) == ("handled", "We come tomorrow.")
