"""What people read: plain words, sensible numbers, no shouting."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.owner_forms import SAID, pages_in
from api.owner_home import STANDING
from api.owner_offers import PURPOSES
from domain.care_plans import TIPS
from domain.faults import FAULTS, Fault, Urgency, fault_of
from domain.findings import Evidence
from domain.signals import Kind
from notify.owner import (
    again_text,
    alarm_text,
    escalated_text,
    notice_text,
    reminder_text,
    say_evidence,
    say_where,
    verified_text,
)
from notify.phrases import ENGLISH, PHRASES, phrases_in
from notify.planner import explain_case
from notify.quantities import say_day, say_minute, say_number, say_quantity
from tests.unit.test_care_rules import case, sent

UTC_ZONE, SHANGHAI = ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai")
LATE = datetime(2026, 3, 1, 23, 5, tzinfo=UTC)
SLOW = Evidence(signal="drain_s", expected=31.04, observed=46.4218, unit="s", since=LATE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (46.4218, "46.4"),
        (31.0, "31"),
        (0.05123, "0.0512"),
        (1234.5, "1230"),
        (999.6, "1000"),
        (-12.345, "-12.3"),
        (0.0, "0"),
        (-0.0, "0"),
        (1e-9, "0"),
        (100.0, "100"),
        (8.0e6, "8000000"),
        (float("nan"), "unknown"),
        (float("inf"), "unknown"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value: float, expected: str) -> None:
    assert say_number(value) == expected


@given(st.floats(min_value=0.01, max_value=1e7) | st.floats(min_value=-1e7, max_value=-0.01))
def test_a_said_number_is_within_half_a_per_cent_of_the_measured_one(value: float) -> None:
    assert float(say_number(value)) == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (46.42, "s", "46.4 seconds"),
        (13.0, "°C", "13 °C"),
        (0.42, "1", "0.42"),
        (1200.0, "1/min", "1200 rpm"),
        (0.378, "share of rows", "37.8 % of its readings"),
        (0.0523, "1/h", "0.0523 an hour"),
    ],
)
def test_units_are_said_as_people_say_them(value: float, unit: str, expected: str) -> None:
    assert say_quantity(value, unit, ENGLISH) == expected


def test_days_are_the_households_own() -> None:
    assert say_day(LATE, UTC_ZONE, ENGLISH) == "1 March 2026"
    assert say_day(LATE, SHANGHAI, ENGLISH) == "2 March 2026"
    assert say_minute(LATE, SHANGHAI, ENGLISH) == "2 March 2026, 07:05"


def test_a_reminder_says_what_where_what_to_do_why_and_how_it_will_be_proved() -> None:
    fault = fault_of(Kind.WASHING_MACHINE, "drain_filter_clog")
    assert reminder_text(fault, Kind.WASHING_MACHINE, "bathroom", (SLOW,), UTC_ZONE, ENGLISH) == (
        "Washing machine, bathroom: Drain filter is clogging. Draining takes longer than it did. Open the flap at the "
        "bottom, drain the rest and clean the filter. Why we say so: time to drain: 46.4 seconds, where 31 seconds was "
        "expected, since 1 March 2026. We will see in its readings whether it helped."
    )


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (SLOW, "time to drain: 46.4 seconds, where 31 seconds was expected, since 1 March 2026"),
        (replace(SLOW, expected=None), "time to drain: 46.4 seconds, since 1 March 2026"),
        (replace(SLOW, observed=None), "time to drain, since 1 March 2026"),
        (replace(SLOW, note="slower than its own first month."),
         "slower than its own first month: 46.4 seconds, where 31 seconds was expected, since 1 March 2026"),
        (replace(SLOW, signal="drain_index"),
         "drain index: 46.4 seconds, where 31 seconds was expected, since 1 March 2026"),
    ],
)  # fmt: skip
def test_evidence_in_words(evidence: Evidence, expected: str) -> None:
    assert say_evidence((evidence,), Urgency.SELF, UTC_ZONE, ENGLISH) == expected


def test_an_alarm_names_the_minute_and_an_advisory_does_not_claim_the_hazard() -> None:
    fault = fault_of(Kind.CIRCUIT, "overload")
    assert "since 1 March 2026, 23:05" in alarm_text(fault, Kind.CIRCUIT, None, (SLOW,), UTC_ZONE, ENGLISH)
    advisory = reminder_text(fault, Kind.CIRCUIT, None, (SLOW,), UTC_ZONE, ENGLISH)
    assert "close to its limit" in advisory
    assert "overloaded" not in advisory


def test_the_same_reminder_again_says_so_once() -> None:
    once = again_text("Clean the filter.", ENGLISH)
    assert once == "As you asked, here is the reminder again. Clean the filter."
    assert again_text(once, ENGLISH) == once


def test_an_order_explains_each_finding_in_a_line() -> None:
    tried = case(reminder=sent("escalated"))
    first, second = (explain_case(one, UTC_ZONE, ENGLISH) for one in (tried, case("bearing_wear", fails_p10=9)))
    assert "\n" not in first + second
    assert first.endswith("The owner was reminded on 1 March 2026; the readings have not changed since.")
    assert second.endswith("Without care it may fail from 10 March 2026 on.")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: f"{fault.kind}-{fault.code}")
@pytest.mark.parametrize("language", PHRASES)
def test_nothing_shouts_and_nothing_is_left_unfilled(fault: Fault, language: str) -> None:
    say, kind = phrases_in(language), fault.kind or Kind.CIRCUIT
    texts = [
        reminder_text(fault, kind, "hall", (SLOW,), UTC_ZONE, say),
        alarm_text(fault, kind, "hall", (SLOW,), UTC_ZONE, say),
        *(verified_text(fault, kind, None, urgency, say) for urgency in Urgency),
        *(escalated_text(fault, kind, "", urgency, say) for urgency in Urgency),
        *(notice_text(fault, urgency, say) for urgency in Urgency),
    ]
    for text in texts:
        assert "!" not in text
        assert "{" not in text
        assert not [word for word in text.split() if len(word) > 4 and word.isupper()]
        assert ".." not in text


def test_every_kind_has_a_name_and_unknown_languages_are_english() -> None:
    for kind in Kind:
        assert say_where(kind, " kitchen ", ENGLISH).endswith(", kitchen")
    assert phrases_in("xx-YY") is ENGLISH


def test_owners_pages_are_said_whole_in_every_other_language() -> None:
    templates = pages_in("en").loader
    assert templates is not None
    sources = [templates.get_source(pages_in("en"), name)[0] for name in templates.list_templates()]
    found = [text for source in sources for _, _, text in pages_in("en").extract_translations(source)]
    said = {text if isinstance(text, str) else text[0] for text in found}
    said |= {*SAID.values(), *STANDING.values(), *PURPOSES.values()}
    assert "When may we come?" in said
    for say in PHRASES.values():
        if say.language != "en":
            assert said - say.pages.keys() == set(), say.language
            assert {tip.code for tip in TIPS} == say.tips.keys()
            assert {(fault.kind, fault.code) for fault in FAULTS.values()} == say.faults.keys()


def test_an_owner_is_spoken_to_in_german() -> None:
    say, fault = phrases_in("de-CH"), fault_of(Kind.WASHING_MACHINE, "drain_filter_clog")
    text = reminder_text(fault, Kind.WASHING_MACHINE, "Bad", (SLOW,), UTC_ZONE, say)
    assert text.startswith("Waschmaschine, Bad: Das Flusensieb setzt sich zu. ")
    assert "seit 1. März 2026" in text
    assert say_quantity(0.42, "l", say) == "0,42 Liter"
