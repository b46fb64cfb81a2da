"""Orders by the rules: nearest outlet, who joins what, when the work is proved."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.care import CareParams, Case
from domain.care_orders import (
    EARTH_RADIUS_KM,
    LANES,
    ORDINARY,
    Held,
    Order,
    Outlet,
    Place,
    Proof,
    Task,
    Technician,
    great_circle_km,
    judge_order,
    may_be_proposed,
    nearest_outlet,
    suggest_technician,
)
from domain.faults import Urgency, fault_of
from domain.signals import Kind
from domain.states import ORDER
from tests.unit.test_care_rules import case, day

PARAMS = CareParams()
LEAK = case("refrigerant_leak", Kind.AIR_CONDITIONER)
places = st.builds(
    lambda latitude, longitude: Place(latitude=latitude, longitude=longitude),
    st.floats(min_value=-90, max_value=90),
    st.floats(min_value=-180, max_value=180),
)


def task(
    fault: str = "refrigerant_leak",
    kind: Kind = Kind.AIR_CONDITIONER,
    key: int = 1,
    *,
    state: str = "open",
    judged_at: float = 0,
    cleared_at: float | None = None,
    data_at: float = 0,
    along: bool = False,
) -> Task:
    found = fault_of(kind, fault)
    return Task(
        task_id=UUID(int=100 + key),
        finding_id=UUID(int=key),
        appliance_key=key,
        kind=kind,
        fault=found,
        urgency=found.urgency,
        state=state,
        judged_at=day(judged_at),
        cleared_at=None if cleared_at is None else day(cleared_at),
        data_at=day(data_at),
        along=along,
    )


def order(
    state: str,
    *tasks: Task,
    completed: float | None = None,
    due: datetime | None = None,
    urgency: Urgency = Urgency.VISIT,
    lane: str = ORDINARY,
    pinned: str = "",
) -> Order:
    return Order(
        id=UUID(int=7 + LANES.index(lane)),
        number=7 + LANES.index(lane),
        state=state,
        urgency=urgency,
        lane=lane,
        pinned=frozenset(pinned.split()),
        due_by=due,
        outlet_id=None,
        technician_id=None,
        completed_data_at=None if completed is None else day(completed),
        tasks=tasks,
    )


def test_the_distance_between_two_towns() -> None:
    # Berlin 52.52 N 13.405 E, Munich 48.137 N 11.575 E: 504 km by the published tables
    berlin, munich = Place(latitude=52.52, longitude=13.405), Place(latitude=48.137, longitude=11.575)
    assert great_circle_km(berlin, munich) == pytest.approx(504, abs=1)


def test_a_quarter_of_the_way_round() -> None:
    # pole to equator is a quarter of the circumference: pi / 2 * 6371.0088 = 10007.56 km
    pole, equator = Place(latitude=90, longitude=50), Place(latitude=0, longitude=-120)
    assert great_circle_km(pole, equator) == pytest.approx(10007.56, abs=0.01)


@given(places, places, places)
def test_distance_is_a_distance(a: Place, b: Place, c: Place) -> None:
    assert great_circle_km(a, a) == 0
    assert great_circle_km(a, b) == pytest.approx(great_circle_km(b, a))
    assert 0 <= great_circle_km(a, b) <= 3.1416 * EARTH_RADIUS_KM
    assert great_circle_km(a, c) <= great_circle_km(a, b) + great_circle_km(b, c) + 1e-3


def test_a_home_without_a_place_gets_an_outlet_only_if_there_is_one() -> None:
    one, two = (Outlet(id=name, place=Place(latitude=0, longitude=0)) for name in ("one", "two"))
    assert nearest_outlet(None, [one]) is one
    assert nearest_outlet(None, [one, two]) is None
    assert nearest_outlet(one.place, []) is None


def test_the_outlet_across_the_date_line_is_the_nearer_one() -> None:
    west = Outlet(id="west", place=Place(latitude=0, longitude=-179))
    east = Outlet(id="east", place=Place(latitude=0, longitude=170))
    assert nearest_outlet(Place(latitude=0, longitude=179), [east, west]) is west


def test_the_technician_who_knows_most_of_it_and_has_least_to_do() -> None:
    def person(name: str, skills: str, busy: int, outlet: str = "here") -> Technician:
        return Technician(id=name, outlet_id=outlet, skills=frozenset(skills.split()), open_orders=busy)

    crew = [
        person("elsewhere", "a b", 0, "there"),
        person("half", "a", 0),
        person("busy", "a b", 3),
        person("free", "a b c", 1),
        person("other", "d", 0),
    ]
    assert suggest_technician(["a", "b"], "here", crew) == "free"
    assert suggest_technician(["d"], "here", crew) == "other"
    assert suggest_technician(["z"], "here", crew) is None
    assert suggest_technician(["a"], None, crew) is None


def held(state: str, *, completed: float | None = None, refused: float | None = None) -> Held:
    return Held(
        state=state,
        completed_data_at=None if completed is None else day(completed),
        refused_at=None if refused is None else day(refused),
        urgency=Urgency.VISIT,
    )


@pytest.mark.parametrize(
    ("given_case", "orders", "has_open", "now", "expected"),
    [
        (LEAK, [], False, 0, True),
        (LEAK, [held("proposed")], True, 0, False),
        (LEAK, [held("en_route")], True, 0, False),
        (LEAK, [held("verified")], False, 0, True),
        (LEAK, [held("cancelled", refused=0)], False, 13.99, False),
        (LEAK, [held("cancelled", refused=0)], False, 14, True),
        (LEAK, [held("declined", refused=0)], False, 1, False),
        (replace(LEAK, urgency=Urgency.URGENT), [held("cancelled", refused=0)], False, 1, True),
        (replace(LEAK, judged_at=day(8)), [held("completed", completed=0)], False, 9, False),
        (replace(LEAK, judged_at=day(8)), [held("completed", completed=0)], True, 9, True),
        (replace(LEAK, judged_at=day(6)), [held("completed", completed=0)], True, 9, False),
        (case(), [], False, 0, False),
    ],
)
def test_what_is_proposed(given_case: Case, orders: list[Held], has_open: bool, now: float, expected: bool) -> None:
    lanes = frozenset({ORDINARY}) if has_open else frozenset[str]()
    found = may_be_proposed(given_case, orders, open_lanes=lanes, now=day(now), params=PARAMS)
    assert found is expected


CURED = task(cleared_at=2, data_at=2, judged_at=2)
PROOFS = [
    ("nothing measured since", order("completed", task(), completed=1), None),
    ("cleared after the work", order("completed", CURED, completed=1), Proof.VERIFY),
    ("resolved after the work", order("completed", replace(CURED, state="resolved"), completed=1), Proof.VERIFY),
    (
        "had ended before, too short to be proof",
        order("completed", task(cleared_at=0, data_at=1.99), completed=1),
        None,
    ),
    ("had ended before, stayed away", order("completed", task(cleared_at=0, data_at=2), completed=1),
     Proof.VERIFY),
    ("one of two still there", order("completed", CURED, task(key=2, judged_at=8), completed=1),
     Proof.REOPEN),
    ("still there, not long enough", order("completed", task(judged_at=7.99), completed=1), None),
    ("urgent and there an hour after",
     order("completed", task("flood", Kind.WASHING_MACHINE, judged_at=1 + 1 / 24), completed=1), Proof.REOPEN),
    ("dismissed proves nothing", order("completed", task(state="dismissed"), completed=1), None),
    ("dismissed beside a cure", order("completed", CURED, task(key=2, state="dismissed"), completed=1), Proof.VERIFY),
    ("proposed and all over", order("proposed", task(state="resolved")), Proof.CANCEL),
    ("proposed and one left", order("proposed", task(state="resolved"), task(key=2)), None),
    ("proposed, a hazard over", order("proposed", task("overload", Kind.CIRCUIT, state="resolved")), None),
    ("proposed, warm food over", order("proposed", task("food_at_risk", Kind.REFRIGERATOR, state="resolved")),
     Proof.CANCEL),
    ("proposed and only what came along left", order("proposed", task(state="resolved"), task(key=2, along=True)),
     Proof.CANCEL),
    ("an anode shows nothing", order("completed", task("anode_spent", Kind.WATER_HEATER, cleared_at=2, data_at=9),
     completed=1), None),
    ("an anode beside a cure", order("completed", CURED, task("anode_spent", Kind.WATER_HEATER, 2, cleared_at=2,
     data_at=9), completed=1), Proof.VERIFY),
    ("approved, over for less than a day", order("approved", task(state="resolved", cleared_at=1, data_at=1.9)), None),
    ("approved, over for a day", order("approved", task(state="resolved", cleared_at=1, data_at=2)), Proof.CANCEL),
    ("offered and dismissed", order("offered", task(state="dismissed")), Proof.CANCEL),
    ("agreed and over", order("scheduled", task(state="resolved", cleared_at=1, data_at=2)), Proof.ASK),
    ("agreed and one left", order("scheduled", task(state="resolved"), task(key=2)), None),
    ("agreed, a hazard over", order("scheduled", task("overload", Kind.CIRCUIT, state="resolved")), None),
    ("on the way", order("en_route", task(state="resolved")), None),
    ("done before and opened again", order("approved", task(state="resolved"), completed=1), None),
    ("an order that a planner wrote by hand", order("proposed"), None),
]  # fmt: skip


@pytest.mark.parametrize(("given_order", "expected"), [row[1:] for row in PROOFS], ids=[row[0] for row in PROOFS])
def test_what_the_telemetry_says_about_an_order(given_order: Order, expected: Proof | None) -> None:
    assert judge_order(given_order, PARAMS) is expected


@given(st.sampled_from(sorted(ORDER.moves)), st.lists(st.sampled_from(["open", "resolved", "dismissed"]), max_size=4))
def test_whatever_is_judged_is_a_legal_move(state: str, findings: list[str]) -> None:
    to = {Proof.VERIFY: "verified", Proof.REOPEN: "reopened", Proof.CANCEL: "cancelled", Proof.ASK: "cancelled"}
    tasks = [task(key=n, state=found, judged_at=40) for n, found in enumerate(findings)]
    proof = judge_order(order(state, *tasks, completed=1), PARAMS)
    assert proof is None or to[proof] in ORDER.moves[state]
