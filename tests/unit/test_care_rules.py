"""Reminders and findings by the rules: boundaries by hand, properties by Hypothesis."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.care import (
    MAY_COME_BACK,
    CareParams,
    Case,
    Follow,
    PastReminder,
    Sent,
    answer_by,
    choose_reminders,
    due_by,
    follow_up,
    is_settled,
    needs_visit,
    promised_by,
)
from domain.decision import Option
from domain.faults import FAULTS, Urgency, fault_of
from domain.findings import Evidence
from domain.signals import Kind

T0 = datetime(2026, 3, 1, tzinfo=UTC)
PARAMS = CareParams()


def day(number: float) -> datetime:
    return T0 + timedelta(days=number)


def case(
    fault: str = "drain_filter_clog",
    kind: Kind = Kind.WASHING_MACHINE,
    *,
    urgency: Urgency | None = None,
    data_at: float = 0,
    judged_at: float | None = None,
    cleared_at: float | None = None,
    fails_p10: float | None = None,
    reminder: Sent | None = None,
    key: int = 1,
) -> Case:
    found = fault_of(kind, fault)
    return Case(
        finding_id=UUID(int=key),
        appliance_key=key,
        appliance_id=f"appliance-{key}",
        kind=kind,
        room=None,
        fault=found,
        urgency=urgency or found.urgency,
        evidence=(Evidence(signal="drain_s", expected=31.0, observed=46.0, unit="s", since=T0),),
        judged_at=day(data_at if judged_at is None else judged_at),
        cleared_at=None if cleared_at is None else day(cleared_at),
        fails_p10=None if fails_p10 is None else day(fails_p10),
        data_at=day(data_at),
        reminder=reminder,
    )


def sent(state: str = "sent", at: float = 0, until: float | None = None) -> Sent:
    return Sent(
        id=UUID(int=99),
        state=state,
        data_at=day(at),
        answer_by=day(at + 7),
        snoozed_until=None if until is None else day(until),
    )


FOLLOW_UPS = [
    ("no reminder yet", case(data_at=30), None),
    ("an instant before the answer time", case(data_at=6.99, reminder=sent()), None),
    ("at the answer time", case(data_at=7, reminder=sent()), Follow.ESCALATE),
    ("alive after it, but last judged before", case(data_at=30, judged_at=6.99, reminder=sent()), None),
    ("the owner says done, the readings say no", case(data_at=7, reminder=sent("done")), Follow.ESCALATE),
    ("seen but not done", case(data_at=7, reminder=sent("seen")), Follow.ESCALATE),
    ("cleared", case(data_at=1, cleared_at=1, reminder=sent()), Follow.VERIFY),
    ("cleared although declined", case(data_at=1, cleared_at=1, reminder=sent("declined")), Follow.VERIFY),
    ("declined", case(data_at=90, reminder=sent("declined")), None),
    ("snoozed, not yet", case(data_at=2.99, reminder=sent("snoozed", until=3)), None),
    ("snoozed, over", case(data_at=3, reminder=sent("snoozed", until=3)), Follow.SEND_AGAIN),
    ("snoozed beyond the answer time", case(data_at=8, reminder=sent("snoozed", until=9)), None),
    ("became urgent", case(data_at=1, urgency=Urgency.URGENT, reminder=sent()), Follow.ESCALATE),
    ("became urgent while snoozed", case(urgency=Urgency.VISIT, reminder=sent("snoozed", until=9)), Follow.ESCALATE),
    ("a remote step, not tried yet", case("inlet_valve_weak", data_at=6.9, reminder=sent()), None),
    ("a remote step that did not help", case("inlet_valve_weak", data_at=7, reminder=sent()), Follow.ESCALATE),
    ("a remote step that the owner will not try", case("inlet_valve_weak", reminder=sent("declined")), Follow.ESCALATE),
    ("verified is the end", case(data_at=9, reminder=sent("verified")), None),
    ("escalated is the end", case(data_at=9, reminder=sent("escalated")), None),
    ("an advisory", case("overload", Kind.CIRCUIT, urgency=Urgency.SELF, data_at=30, reminder=sent()), None),
]


@pytest.mark.parametrize(
    ("given_case", "expected"), [row[1:] for row in FOLLOW_UPS], ids=[row[0] for row in FOLLOW_UPS]
)
def test_what_becomes_of_a_reminder(given_case: Case, expected: Follow | None) -> None:
    assert follow_up(given_case, PARAMS) is expected


@pytest.mark.parametrize(
    ("given_case", "expected"),
    [
        (case(), False),
        (case(data_at=1, cleared_at=1), True),
        (case("refrigerant_leak", Kind.AIR_CONDITIONER, data_at=1, cleared_at=1), True),
        (case("flood", data_at=1.99, cleared_at=1), False),
        (case("flood", data_at=2, cleared_at=1), True),
    ],
)
def test_urgent_findings_are_held_for_a_day_after_they_cleared(given_case: Case, expected: bool) -> None:
    assert is_settled(given_case, PARAMS) is expected


@pytest.mark.parametrize(
    ("given_case", "expected"),
    [
        (case(), False),
        (case(reminder=sent("sent")), False),
        (case(reminder=sent("declined")), False),
        (case(reminder=sent("escalated")), True),
        (case(reminder=sent("escalated"), cleared_at=0), False),
        (case("bearing_wear"), True),
        (replace(case("bearing_wear"), decided=Option.NOTHING), False),
        (replace(case("bearing_wear"), decided=Option.VISIT_BUNDLED), True),
        (replace(case("inlet_valve_weak"), decided=Option.REMOTE_STEP), False),
        (case("inlet_valve_weak", reminder=sent()), False),
        (case("inlet_valve_weak", reminder=sent("escalated")), True),
        (replace(case("flood"), decided=Option.NOTHING), True),  # no decision is in the way of a hazard
        (case("flood"), True),
        (case("flood", cleared_at=0), True),  # it may come back: a person takes it off the list
        (case("food_at_risk", Kind.REFRIGERATOR, cleared_at=0), False),
        (case("overload", Kind.CIRCUIT, urgency=Urgency.SELF, reminder=sent("escalated")), False),
    ],
)
def test_who_needs_a_visit(given_case: Case, expected: bool) -> None:
    assert needs_visit(given_case) is expected


@pytest.mark.parametrize(
    ("given_case", "expected"),
    [
        (case("bearing_wear", data_at=3), day(17)),  # two weeks for a technician's fault
        (case("bearing_wear", data_at=3, fails_p10=8), day(8)),  # before it is likely to fail
        (case("bearing_wear", data_at=3, fails_p10=1), day(3)),  # never before the data
        # it may have failed already: halfway from P10 to P50
        (replace(case("bearing_wear", data_at=3, fails_p10=1), fails_p50=day(21)), day(11)),
        (case("flood", data_at=3, fails_p10=8), day(4)),  # urgent: a day
    ],
)
def test_when_the_visit_is_due(given_case: Case, expected: datetime) -> None:
    assert due_by(given_case, PARAMS) == expected


@pytest.mark.parametrize(
    ("given_case", "made", "expected"),
    [
        (case("flood", data_at=3), 3, day(4)),  # live: a day after it was seen
        (case("flood", data_at=3), 200, day(201)),  # replayed: a day after the order was made
        (case("bearing_wear", data_at=3), 200, day(214)),
        (case("bearing_wear", data_at=3, fails_p10=8), 7, day(8)),  # late, and still ahead: the true date
        (case("bearing_wear", data_at=3, fails_p10=8), 9, day(14)),  # it was due five days after its readings
    ],
)
def test_the_promise_runs_from_the_making_where_the_date_has_passed(
    given_case: Case, made: float, expected: datetime
) -> None:
    assert promised_by(given_case, PARAMS, day(made)) == expected


def test_the_answer_time_is_the_faults_own() -> None:
    assert answer_by(fault_of(Kind.AIR_CONDITIONER, "filter_clog"), day(1)) == day(8)
    assert answer_by(fault_of(Kind.REFRIGERATOR, "condenser_dust"), day(1)) == day(15)


def test_the_likeliest_to_fail_is_said_first() -> None:
    cases = [case(key=1), case("condenser_dust", Kind.REFRIGERATOR, key=2, fails_p10=30)]
    assert [chosen.appliance_key for chosen in choose_reminders(cases, [], PARAMS)] == [2]


def test_the_same_fault_is_not_said_again_within_a_week() -> None:
    past = [PastReminder(appliance_key=1, fault="drain_filter_clog", advisory=False, data_at=day(0))]
    assert choose_reminders([case(data_at=6.99)], past, PARAMS) == ()
    assert len(choose_reminders([case(data_at=7)], past, PARAMS)) == 1


SELF_CARE = [fault for fault in FAULTS.values() if fault.kind is not None]
moments = st.floats(min_value=0, max_value=60, allow_nan=False)


@st.composite
def any_cases(draw: st.DrawFn) -> list[Case]:
    """Findings of one home, of all kinds and urgencies, at all times."""
    return [
        replace(
            case(fault.code, fault.kind or Kind.CIRCUIT, data_at=draw(moments), key=key),
            urgency=draw(st.sampled_from(Urgency)),
        )
        for key, fault in enumerate(draw(st.lists(st.sampled_from(SELF_CARE), max_size=12)), start=1)
    ]


@given(any_cases())
def test_however_many_findings_a_household_is_not_flooded(cases: list[Case]) -> None:
    chosen = choose_reminders(cases, [], PARAMS)
    ordinary = sorted(c.data_at for c in chosen if not c.advisory)
    assert all(later - earlier >= PARAMS.household_gap for earlier, later in pairwise(ordinary))
    assert all(c.urgency is Urgency.SELF for c in chosen)


@given(any_cases())
def test_choosing_again_after_sending_chooses_nothing_more(cases: list[Case]) -> None:
    chosen = choose_reminders(cases, [], PARAMS)
    past = [
        PastReminder(appliance_key=c.appliance_key, fault=c.fault.code, advisory=c.advisory, data_at=c.data_at)
        for c in chosen
    ]
    rest = [c for c in cases if c not in chosen]
    assert choose_reminders(rest, past, PARAMS) == ()


@given(any_cases(), moments)
def test_a_case_is_never_both_settled_and_worth_a_visit(cases: list[Case], cleared: float) -> None:
    for one in cases:
        if one.fault.code in MAY_COME_BACK:
            continue  # its order outlives the finding
        both = replace(one, cleared_at=day(cleared))
        assert not (is_settled(both, PARAMS) and needs_visit(both))


@pytest.mark.parametrize(
    ("decided", "waits", "asked"),
    [
        (Option.SELF_CARE, None, True),
        (Option.NOTHING, None, False),
        (Option.VISIT_NOW, None, True),  # nobody is sent for what the owner was never asked to do
        (Option.VISIT_BUNDLED, 10, True),  # the same while it waits for another job of the home
        (Option.VISIT_BUNDLED, None, False),  # somebody comes anyway and does it
    ],
)
def test_self_care_is_asked_for_before_anybody_is_sent(decided: Option, waits: float | None, asked: bool) -> None:
    weighed = replace(case(), decided=decided, waits_until=None if waits is None else day(waits))
    assert weighed.asks_owner is asked
    assert choose_reminders([weighed], [], CareParams()) == ((weighed,) if asked else ())
    assert not needs_visit(weighed)


def test_a_technicians_fault_is_never_the_owners_to_do() -> None:
    assert not replace(case("bearing_wear"), decided=Option.VISIT_NOW).asks_owner
