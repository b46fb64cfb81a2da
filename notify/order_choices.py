"""Why the scheduler chose what it chose for an order, in words for planners."""

from collections.abc import Sequence

from domain.care import Case
from domain.care_orders import ORDINARY, Outlet, Place, Technician, great_circle_km
from domain.faults import Urgency
from domain.order_choices import Choice
from domain.order_plans import Plan


def explain_plan(
    plan: Plan, home: Place | None, outlets: Sequence[Outlet], technicians: Sequence[Technician]
) -> tuple[Choice, ...]:
    """Each choice of a plan with its reason; what a person chose before is not explained anew by the store."""
    return (
        Choice(choice="lane", value=plan.lane, why=_why_lane(plan)),
        Choice(choice="tasks", value=_titles(plan.add), why=_why_tasks(plan)),
        Choice(choice="urgency", value=plan.urgency, why=_why_urgency(plan)),
        Choice(choice="due_by", value=f"{plan.due_by:%Y-%m-%dT%H:%M:%SZ}", why=_why_due(plan)),
        Choice(choice="outlet", value=plan.outlet_id, why=_why_outlet(plan, home, outlets)),
        Choice(choice="technician", value=plan.technician_id, why=_why_technician(plan, technicians)),
    )


def _why_lane(plan: Plan) -> str:
    if plan.order is not None:
        return f"joins order {plan.order.number}, which is {plan.order.state}: one ticket and one visit for the home"
    if plan.beside is None:
        return "the home had no open order"
    beside = f"order {plan.beside} of this home"
    why = "is agreed, would become a long visit or one for more than one person, and a hazard does not wait for it"
    tip = "merge them if one visit can do both"
    return f"{beside} {why}; {tip}" if plan.lane != ORDINARY else f"{beside} stands apart"


def _why_tasks(plan: Plan) -> str:
    return "; ".join(f"{case.fault.title} ({case.appliance_id}): {_why_case(case, plan)}" for case in plan.add)


def _why_case(case: Case, plan: Plan) -> str:
    if case in plan.along:
        if case.reminder is not None and case.reminder.state == "declined":
            return "taken along, the owner does not want to do it"
        return "taken along, soon due and not done by the owner"
    if case.urgency is Urgency.URGENT:
        return "a hazard"
    if case.reminder is not None:
        return "the owner was asked first, and the readings have not changed in time"
    return "needs a technician"


def _why_urgency(plan: Plan) -> str:
    hazards = [case for case in plan.add if case.urgency is Urgency.URGENT]
    if hazards:
        return f"urgent because of {_titles(hazards).lower()}"
    if plan.order is not None:
        return f"as it was before {_titles(plan.add).lower()} joined"
    return "nothing in it is a hazard"


def _why_due(plan: Plan) -> str:
    if plan.order is not None and plan.order.due_by == plan.due_by:
        return "the date the order had already, which is no later than that of what joins"
    hazard = next((case for case in plan.add if case.urgency is Urgency.URGENT), None)
    if plan.from_making:
        return "its readings are older than that: as long after the order was made as it was due after them"
    if hazard is not None:
        return f"a day after {hazard.fault.title.lower()} was last seen"
    first = next((case for case in plan.add if case.fails_p10 == plan.due_by), None)
    if first is not None:
        return f"{first.fault.title}: from then on it may fail (one in ten fails earlier)"
    return "two weeks from the newest reading: nothing in it is likely to fail sooner"


def _why_outlet(plan: Plan, home: Place | None, outlets: Sequence[Outlet]) -> str:
    chosen = next((outlet for outlet in outlets if outlet.id == plan.outlet_id), None)
    if chosen is None:
        return (
            "no outlet is registered" if not outlets else "the home has no place on the map; choose an outlet by hand"
        )
    if home is None or len(outlets) == 1:
        return "the only outlet"
    return f"the nearest of {len(outlets)} outlets, {great_circle_km(home, chosen.place):.1f} km from the home"


def _why_technician(plan: Plan, technicians: Sequence[Technician]) -> str:
    old = () if plan.order is None else plan.order.tasks
    kinds = {str(task.kind) for task in old} | {str(case.kind) for case in plan.add}
    chosen = next((one for one in technicians if one.id == plan.technician_id), None)
    if chosen is None:
        return f"nobody active at the outlet knows {' or '.join(sorted(kinds))}"
    known = sorted(chosen.skills & kinds)
    return (
        f"knows {len(known)} of the {len(kinds)} kinds of appliances in it ({', '.join(known) or 'none'}), "
        f"{chosen.open_orders} open orders on the list"
    )


def _titles(cases: Sequence[Case]) -> str:
    return "; ".join(dict.fromkeys(case.fault.title for case in cases))
