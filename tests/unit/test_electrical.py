"""Electrical health: every rule on both sides of its limit, and the page and paper that say it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.electrical import assess, worst
from domain.electrical_items import Checklist, CircuitMonth, ElectricalParams, Grade, Item
from reports.electrical import electrical_report
from reports.electrical_page import electrical_page
from reports.electrical_pdf import electrical_pdf

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KITCHEN = CircuitMonth(
    id="c1",
    place="kitchen",
    breaker_rating_a=16,
    rcd_ma=30,
    nominal_v=230,
    data_to=NOW,
    hours=700,
    current_max_a=12.0,
    hours_above=0,
    leakage_typical_ma=2.0,
    voltage_low_v=225,
    voltage_high_v=235,
    terminal_max_c=41,
    contact_ohm=0.22,
    contact_first_ohm=0.21,
    open_faults=(),
)
CHECK = Checklist(
    checked_at=NOW - timedelta(days=30),
    checked_by="Electrician A",
    earth_resistance_ohm=20,
    rcd_trip_ms=28,
    insulation_mohm=200,
    sockets_checked=14,
    sockets_damaged=0,
    polarity_wrong=0,
    bonding_present=True,
    note="",
)


def items_of(circuit: CircuitMonth = KITCHEN, check: Checklist | None = CHECK) -> dict[str, Item]:
    return {item.subject: item for item in assess([circuit], check, NOW, ElectricalParams())}


def test_a_home_in_order_is_good_throughout() -> None:
    items = items_of()
    assert {item.grade for item in items.values()} == {Grade.GOOD}
    assert len(items) == 9
    assert all(item.limit and item.source and not item.advice for item in items.values())


@pytest.mark.parametrize(
    ("change", "subject", "grade"),
    [
        ({"current_max_a": 18.0}, "load", Grade.GOOD),  # 1.125 In: below what a breaker must hold for ever
        ({"current_max_a": 18.1}, "load", Grade.ACT),  # 1.13 x 16 = 18.08
        ({"hours_above": 1}, "load", Grade.WATCH),
        ({"open_faults": ("overload",)}, "load", Grade.ACT),
        ({"breaker_rating_a": None}, "load", Grade.UNKNOWN),
        ({"leakage_typical_ma": 7.2}, "leakage to earth", Grade.GOOD),  # 0.8 x 9
        ({"leakage_typical_ma": 7.3}, "leakage to earth", Grade.WATCH),
        ({"leakage_typical_ma": 9.1}, "leakage to earth", Grade.ACT),  # 0.3 x 30 = 9
        ({"voltage_low_v": 206.9}, "voltage", Grade.ACT),  # 0.9 x 230 = 207
        ({"voltage_low_v": 210.0}, "voltage", Grade.WATCH),  # within a fifth of the band of its edge
        ({"voltage_high_v": 253.1}, "voltage", Grade.ACT),
        ({"open_faults": ("neutral_loss",)}, "voltage", Grade.ACT),
        ({"contact_ohm": 0.259}, "contacts and sockets", Grade.GOOD),
        ({"contact_ohm": 0.261}, "contacts and sockets", Grade.WATCH),  # 0.21 + 0.05
        ({"contact_ohm": 0.71, "contact_first_ohm": None}, "contacts and sockets", Grade.GOOD),
        ({"contact_ohm": 0.72, "contact_first_ohm": None}, "contacts and sockets", Grade.WATCH),  # 0.05 x 230 / 16
        ({"contact_ohm": 0.72, "breaker_rating_a": None, "contact_first_ohm": 0.7}, "contacts and sockets", Grade.GOOD),
        ({"terminal_max_c": 70.5}, "contacts and sockets", Grade.ACT),
        ({"open_faults": ("loose_contact",)}, "contacts and sockets", Grade.ACT),
        ({"hours": 23}, "readings", Grade.UNKNOWN),
    ],
)
def test_a_circuit_on_both_sides_of_each_limit(change: dict[str, Any], subject: str, grade: Grade) -> None:
    item = items_of(replace(KITCHEN, **change))[subject]
    assert item.grade == grade
    assert bool(item.advice) == (grade is not Grade.GOOD)


@pytest.mark.parametrize(
    ("change", "subject", "grade"),
    [
        ({"earth_resistance_ohm": 1300.0}, "earthing", Grade.GOOD),
        ({"earth_resistance_ohm": 1667.0}, "earthing", Grade.ACT),  # 50 V / 30 mA = 1666.7 ohm
        ({"earth_resistance_ohm": None}, "earthing", Grade.UNKNOWN),
        ({"rcd_trip_ms": 241.0}, "residual-current device", Grade.WATCH),
        ({"rcd_trip_ms": 301.0}, "residual-current device", Grade.ACT),
        ({"insulation_mohm": 0.9}, "insulation of the wiring", Grade.ACT),
        ({"sockets_damaged": 1}, "sockets", Grade.ACT),
        ({"polarity_wrong": 1}, "sockets", Grade.ACT),
        ({"sockets_checked": 0}, "sockets", Grade.UNKNOWN),
        ({"bonding_present": False}, "bonding of pipes", Grade.ACT),
        ({"bonding_present": None}, "bonding of pipes", Grade.UNKNOWN),
    ],
)
def test_a_check_on_both_sides_of_each_limit(change: dict[str, Any], subject: str, grade: Grade) -> None:
    assert items_of(check=replace(CHECK, **change))[subject].grade == grade


def test_what_nobody_measured_is_unknown_and_an_old_check_counts_no_longer() -> None:
    old = replace(CHECK, checked_at=NOW - timedelta(days=4 * 365 + 1))
    for check in (None, old):
        items = items_of(check=check)
        assert [subject for subject, item in items.items() if item.grade is Grade.UNKNOWN] == [
            "bonding of pipes",
            "earthing",
            "insulation of the wiring",
            "residual-current device",
            "sockets",
        ]
        assert worst(items.values()) is Grade.UNKNOWN
    assert worst([]) is Grade.UNKNOWN


def test_the_worst_comes_first() -> None:
    attic = replace(KITCHEN, id="c2", place="attic", leakage_typical_ma=20.0)
    found = assess([KITCHEN, attic], CHECK, NOW, ElectricalParams())
    assert (found[0].place, found[0].subject) == ("attic", "leakage to earth")
    assert worst(found) is Grade.ACT


def test_page_and_paper_say_every_item_and_fetch_nothing() -> None:
    odd = replace(KITCHEN, place="<b>кухня</b> & Küche", voltage_low_v=200)
    report = electrical_report("home-1", "Łąka <script>", [odd], CHECK, NOW)
    page = electrical_page(report, "/x.pdf")
    assert "<script>" not in page
    assert "&lt;b&gt;кухня" in page
    assert page.count('class="head"') == len(report.items)
    assert "http" not in page
    paper = electrical_pdf(report)
    assert paper.startswith(b"%PDF-")
    assert paper == electrical_pdf(report)


def test_where_nothing_was_measured_nothing_is_called_harmless() -> None:
    for circuits, check, says in (([], None, "Nothing has been measured"), ([KITCHEN], None, "not everything was")):
        assert says in electrical_report("home-1", "One", circuits, check, NOW).saying
