"""Edges of the safety rules and the findings that follow from them."""

from domain.faults import Urgency
from domain.findings import Evidence
from domain.readings import from_us
from domain.signals import Kind
from ingest.alarms import heard
from ingest.registry import Appliance
from ingest.safety import Alarm, Level, StaticFacts

KITCHEN = Appliance(key=1, id="home-0001-kitchen", kind=Kind.CIRCUIT, facts=StaticFacts())
AT_US = 1_732_255_200_000_000


def edge(level: Level, *, on: bool) -> Alarm:
    evidence = Evidence(signal="contact_ohm", expected=0.3, observed=0.4, unit="ohm", since=from_us(AT_US), note="")
    return Alarm(fault="loose_contact", level=level, on=on, at_us=AT_US, since_us=AT_US, evidence=evidence)


def test_a_finding_is_as_grave_as_the_gravest_level_that_is_on() -> None:
    state, raised = heard(KITCHEN, {}, [edge(Level.ADVISORY, on=True)])
    assert [(one.verdict.present, one.verdict.urgency) for one in raised] == [(True, Urgency.SELF)]
    state, raised = heard(KITCHEN, state, [edge(Level.ACT, on=True)])
    assert [(one.verdict.present, one.verdict.urgency) for one in raised] == [(True, Urgency.URGENT)]
    assert raised[0].notice is not None
    _, raised = heard(KITCHEN, state, [edge(Level.ACT, on=False)])
    assert [(one.verdict.present, one.verdict.urgency) for one in raised] == [(True, Urgency.SELF)]


def test_levels_that_end_with_one_reading_begin_nothing_in_between() -> None:
    """A joint that was tightened weeks ago: its finding is closed, and the first of two ends must not raise it anew."""
    state, _ = heard(KITCHEN, {"contact": {}}, [edge(Level.ADVISORY, on=True), edge(Level.ACT, on=True)])
    state, raised = heard(KITCHEN, state, [edge(Level.ACT, on=False), edge(Level.ADVISORY, on=False)])
    assert [one.verdict.present for one in raised] == [False, False]
    assert [one.notice for one in raised] == [None, None]
    assert state == {"contact": {}, "levels": {}}
