"""Which order of its household a finding belongs to."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.care import CareParams, Case, may_come_along
from domain.care_orders import LANES, ORDINARY, SPLIT, URGENT_LANE, Order, Outlet, Place, Technician
from domain.faults import Urgency, fault_of
from domain.order_plans import Plan, plan_orders
from domain.signals import Kind
from domain.states import ORDER
from notify.order_choices import explain_plan
from tests.unit.test_care_orders import order, task
from tests.unit.test_care_rules import case, day, sent

PARAMS = CareParams()
BEARING = case("bearing_wear", key=2)  # 150 minutes
FLOOD = case("flood", key=3)  # 45 minutes
SEAL = case("door_seal_leak", Kind.REFRIGERATOR, key=4, reminder=sent())
AGREED = {"confirmed", "scheduled", "en_route", "on_site"}


def plans(cases: list[Case], *orders: Order, along: tuple[Case, ...] = ()) -> list[tuple[int | None, str, int]]:
    """For each plan: the number of the order that grows, the lane, and how many tasks are added."""
    made = plan_orders(cases, along, orders, None, [], [], PARAMS, day(0))
    return [(None if plan.order is None else plan.order.number, plan.lane, len(plan.add)) for plan in made]


@pytest.mark.parametrize("state", sorted(ORDER.open_states))
def test_a_visit_waits_once_the_time_is_agreed_and_a_hazard_splits_off(state: str) -> None:
    assert plans([BEARING], order(state)) == ([] if state in AGREED else [(7, ORDINARY, 1)])
    assert plans([FLOOD], order(state)) == [(None, URGENT_LANE, 1)] if state in AGREED else [(7, ORDINARY, 1)]


def test_hazard_and_other_work_share_a_visit_only_while_it_stays_short() -> None:
    # 120 (leak) + 45 (flood) = 165 minutes, within 180; with the fridge's 120 as well: 285
    assert plans([FLOOD], order("proposed", task())) == [(7, ORDINARY, 1)]
    fridge = task("compressor_failing", Kind.REFRIGERATOR, key=9)
    assert plans([FLOOD], order("proposed", task(), fridge)) == [(None, URGENT_LANE, 1)]
    assert plans([BEARING, FLOOD]) == [(None, ORDINARY, 1)], "45 + 150 minutes: the bearing waits for the next order"
    assert plans([case("inlet_valve_weak", key=5), FLOOD]) == [(None, ORDINARY, 2)]
    assert plans([BEARING], order("proposed", task("flood", Kind.WASHING_MACHINE), urgency=Urgency.URGENT)) == []


def test_a_task_whose_finding_is_over_takes_no_time() -> None:
    over = task("compressor_failing", Kind.REFRIGERATOR, key=9, state="resolved")
    assert plans([FLOOD], order("proposed", task(), over)) == [(7, ORDINARY, 1)]


def test_a_hazard_joins_whatever_is_open_when_both_lanes_are_agreed() -> None:
    both = order("scheduled"), order("en_route", lane=URGENT_LANE, urgency=Urgency.URGENT)
    assert plans([FLOOD, BEARING], *both) == [(8, URGENT_LANE, 1)]


def test_what_a_planner_parted_stays_apart() -> None:
    assert plans([BEARING], order("proposed", lane=SPLIT)) == [(None, ORDINARY, 1)]


@pytest.mark.parametrize("pin", ["urgency", "due_by"])
def test_a_hazard_does_not_overrule_what_a_planner_fixed_but_splits_off(pin: str) -> None:
    fixed = order("proposed", task(), due=day(9), pinned=pin)
    assert plans([FLOOD], fixed) == [(None, URGENT_LANE, 1)]


def test_joining_makes_an_order_more_pressing_never_less() -> None:
    present = order("proposed", task(), due=day(5))
    (plan,) = plan_orders([BEARING], [], [present], None, [], [], PARAMS, day(0))
    assert (plan.urgency, plan.due_by) == (Urgency.VISIT, day(5))
    (urgent,) = plan_orders([FLOOD], [], [present], None, [], [], PARAMS, day(0))
    assert (urgent.urgency, urgent.due_by) == (Urgency.URGENT, day(1))
    (fixed,) = plan_orders(
        [BEARING], [], [order("proposed", due=day(30), pinned="due_by")], None, [], [], PARAMS, day(0)
    )
    assert fixed.due_by == day(30)


def test_the_same_job_again_takes_over_its_task() -> None:
    over = task("overload", Kind.CIRCUIT, state="resolved")
    again = case("overload", Kind.CIRCUIT)
    (plan,) = plan_orders([again], [], [order("proposed", over)], None, [], [], PARAMS, day(0))
    assert plan.replaces == (over.task_id,)


def test_self_care_comes_along_but_nobody_comes_for_it_alone() -> None:
    assert plans([], along=(SEAL,)) == []
    assert plans([BEARING], along=(SEAL,)) == [(None, ORDINARY, 2)]
    assert plans([], order("approved"), along=(SEAL,)) == [(7, ORDINARY, 1)]
    assert plans([], order("confirmed"), along=(SEAL,)) == []


@pytest.mark.parametrize(
    ("given_case", "expected"),
    [
        (case(reminder=sent()), True),
        (case(reminder=sent("declined")), True),
        (case(reminder=sent("done")), False),
        (case(reminder=sent("escalated")), False),
        (case(), False),
        (case(fails_p10=14), True),
        (case(fails_p10=14.01), False),
        (case(cleared_at=0, reminder=sent()), False),
        (case("overload", Kind.CIRCUIT, urgency=Urgency.SELF, reminder=sent()), False),
        (BEARING, False),
    ],
)
def test_what_may_come_along(given_case: Case, expected: bool) -> None:
    assert may_come_along(given_case, PARAMS) is expected


KINDS_OF_FAULTS = [
    ("refrigerant_leak", Kind.AIR_CONDITIONER),
    ("compressor_failing", Kind.REFRIGERATOR),
    ("bearing_wear", Kind.WASHING_MACHINE),
    ("flood", Kind.WASHING_MACHINE),
    ("overload", Kind.CIRCUIT),
]
many_cases = st.lists(st.sampled_from(KINDS_OF_FAULTS), max_size=6).map(
    lambda faults: [case(fault, kind, key=20 + n) for n, (fault, kind) in enumerate(faults)]
)
open_orders = st.lists(st.sampled_from(LANES), unique=True).flatmap(
    lambda lanes: st.tuples(
        *(
            st.builds(
                lambda state, pinned, urgency, lane=lane: order(
                    state, task(key=90), due=day(6), pinned=pinned, urgency=urgency, lane=lane
                ),
                st.sampled_from(sorted(ORDER.open_states)),
                st.sampled_from(["", "urgency", "due_by", "outlet technician"]),
                st.sampled_from([Urgency.VISIT, Urgency.URGENT]),
            )
            for lane in lanes
        )
    )
)


@given(many_cases, open_orders)
def test_whatever_is_planned_keeps_the_promises(cases: list[Case], orders: tuple[Order, ...]) -> None:
    made = plan_orders(cases, [], orders, None, [], [], PARAMS, day(0))
    placed = [one.finding_id for plan in made for one in plan.add]
    assert len(placed) == len(set(placed)), "a finding is in one order"
    assert {one.finding_id for one in cases if one.urgency is Urgency.URGENT} <= set(placed), "no hazard waits"
    lanes = [found.lane for found in orders] + [plan.lane for plan in made if plan.order is None]
    assert len(lanes) == len(set(lanes)), "one open order in each lane"
    assert sum(plan.order is None for plan in made) <= 1 + any(one.urgency is Urgency.URGENT for one in cases)
    for plan in made:
        if plan.order is not None:
            assert "urgency" not in plan.order.pinned or plan.urgency is plan.order.urgency
            assert "due_by" not in plan.order.pinned or plan.due_by == plan.order.due_by
            assert plan.order.state not in AGREED or all(one.urgency is Urgency.URGENT for one in plan.add)


HOME = Place(latitude=52.0, longitude=13.0)
NEAR = Outlet(id="near", place=Place(latitude=52.1, longitude=13.0))
FAR = Outlet(id="far", place=Place(latitude=48.0, longitude=11.0))
TOM = Technician(id="t-1", outlet_id="near", skills=frozenset({"washing_machine"}), open_orders=2)
ANN = Technician(id="t-2", outlet_id="near", skills=frozenset({"circuit"}))
EVE = Technician(id="t-3", outlet_id="near", skills=frozenset({"washing_machine", "refrigerator"}), open_orders=2)


def whys(plan: Plan, outlets: list[Outlet], technicians: list[Technician]) -> dict[str, str]:
    return {one.choice: one.why for one in explain_plan(plan, HOME, outlets, technicians)}


def test_a_hazard_is_never_bundled_into_a_visit_that_nobody_could_make() -> None:
    valve = order("proposed", task("inlet_valve_weak", Kind.WASHING_MACHINE, key=9))
    overload = case("overload", Kind.CIRCUIT, key=5)

    def lanes(cases: list[Case], *orders: Order, who: list[Technician], along: tuple[Case, ...] = ()) -> list[object]:
        made = plan_orders(cases, along, orders, HOME, [NEAR], who, PARAMS, day(0))
        return [(plan.lane, plan.technician_id, len(plan.add)) for plan in made]

    both = Technician(id="t-4", outlet_id="near", skills=TOM.skills | ANN.skills)
    assert lanes([overload], valve, who=[TOM, ANN]) == [(URGENT_LANE, "t-2", 1)]
    assert lanes([overload], valve, who=[TOM, ANN, both]) == [(ORDINARY, "t-4", 1)]
    assert lanes([overload], valve, who=[TOM]) == [(URGENT_LANE, None, 1)], "nobody for it, but the valve can be done"
    assert lanes([overload], valve, who=[]) == [(ORDINARY, None, 1)]
    assert lanes([case("inlet_valve_weak", key=8), overload], who=[TOM, ANN]) == [(ORDINARY, "t-2", 1)]
    assert lanes([BEARING], along=(SEAL,), who=[TOM]) == [(ORDINARY, "t-1", 1)], "self-care is no reason for nobody"


def test_every_choice_is_explained() -> None:
    declined = case("door_seal_leak", Kind.REFRIGERATOR, key=4, reminder=sent("declined"))
    (plan,) = plan_orders([BEARING], [declined], [], HOME, [FAR, NEAR], [EVE], PARAMS, day(0))
    said = whys(plan, [FAR, NEAR], [EVE])
    # 0.1 degrees of latitude: 6371.0088 * pi / 1800 = 11.1 km
    assert said == {
        "lane": "the home had no open order",
        "tasks": "Drum bearing is wearing out (appliance-2): needs a technician; Door seal lets warm air in "
        "(appliance-4): taken along, the owner does not want to do it",
        "urgency": "nothing in it is a hazard",
        "due_by": "two weeks from the newest reading: nothing in it is likely to fail sooner",
        "outlet": "the nearest of 2 outlets, 11.1 km from the home",
        "technician": "knows 2 of the 2 kinds of appliances in it (refrigerator, washing_machine), 2 open orders on "
        "the list",
    }
    assert plan.due_by == day(14)


def test_a_choice_that_could_not_be_made_says_what_is_missing() -> None:
    (plan,) = plan_orders([FLOOD], [], [order("scheduled")], None, [NEAR, FAR], [TOM], PARAMS, day(0))
    said = {one.choice: one.why for one in explain_plan(plan, None, [NEAR, FAR], [TOM])}
    assert said["outlet"] == "the home has no place on the map; choose an outlet by hand"
    assert said["technician"] == "nobody active at the outlet knows washing_machine"
    assert said["lane"].startswith("order 7 of this home is agreed, would become a long visit")
    assert said["urgency"] == "urgent because of water rises while the machine is off"
    assert plan.due_by == day(0) + timedelta(days=1)


def test_work_times_used_above_are_those_of_the_catalogue() -> None:
    work = {code: fault_of(kind, code).minutes for code, kind in KINDS_OF_FAULTS}
    assert work["bearing_wear"] == 150
    assert work["flood"] == 45
    assert work["refrigerant_leak"] == work["compressor_failing"] == 120
    assert UUID(int=2) == BEARING.finding_id


KNOWN, UNKNOWN = frozenset({"washing_machine"}), frozenset({"dryer", "refrigerator"})
HAZARDS = {"flood": Kind.WASHING_MACHINE, "overheat_trips": Kind.DRYER, "food_at_risk": Kind.REFRIGERATOR}
VISITS = {
    "bearing_wear": Kind.WASHING_MACHINE,  # 150 minutes: long beside a hazard
    "inlet_valve_weak": Kind.WASHING_MACHINE,
    "compressor_failing": Kind.REFRIGERATOR,
}
SOMEBODY = Technician(id="t", outlet_id="o", skills=KNOWN)


def arrive(cases: list[Case]) -> list[frozenset[Case]]:
    """The contents of the open orders after findings came one by one and no time was agreed."""
    held: dict[str, list[Case]] = {}
    waiting: list[Case] = []
    for found in cases:
        waiting.append(found)
        orders = [
            order(
                "proposed", *(task(one.fault.code, one.kind, key=one.appliance_key) for one in inside), lane=lane,
                urgency=min((one.urgency for one in inside), key=[Urgency.URGENT, Urgency.VISIT].index),
            )
            for lane, inside in held.items()
        ]  # fmt: skip
        for plan in plan_orders(waiting, (), orders, None, [], [SOMEBODY], PARAMS, day(0)):
            held.setdefault(plan.lane, []).extend(plan.add)
            waiting = [one for one in waiting if one not in plan.add]
    return [frozenset(inside) for inside in held.values()]


@given(st.data())
def test_a_hazard_that_somebody_can_do_is_in_an_order_that_somebody_can_do_whatever_was_found_first(
    data: st.DataObject,
) -> None:
    picked = data.draw(st.lists(st.sampled_from(sorted(HAZARDS | VISITS)), min_size=1, max_size=6))
    cases = [case(code, (HAZARDS | VISITS)[code], key=10 + n) for n, code in enumerate(picked)]
    arrivals = data.draw(st.permutations(cases))
    orders = arrive(arrivals)
    placed = {one for inside in orders for one in inside}
    assert {one for one in cases if one.urgency is Urgency.URGENT} <= placed, "a hazard never waits"
    able = [inside for inside in orders if {str(one.kind) for one in inside} <= KNOWN]
    feasible = {one.appliance_key for inside in able for one in inside if one.urgency is Urgency.URGENT}
    assert feasible == {one.appliance_key for one in cases if one.fault.code == "flood"}
