"""Is a home's wiring in order? Pure rules over a month of its circuits and what an electrician measured.

What nobody measured is said to be unknown: silence about earthing must not read as good earthing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.electrical_check import checked_items
from domain.electrical_items import Checklist, CircuitMonth, ElectricalParams, Grade, Item, unknown, up_to


def assess(
    circuits: Iterable[CircuitMonth], checklist: Checklist | None, now: datetime, params: ElectricalParams
) -> list[Item]:
    """Every item of a home's electrical health, worst first."""
    circuits = list(circuits)
    items = [item for circuit in circuits for item in _circuit_items(circuit, params)]
    items += checked_items(circuits, _valid(checklist, now, params), params)
    order = list(Grade)
    return sorted(items, key=lambda item: (order.index(item.grade), item.place, item.subject))


def worst(items: Iterable[Item]) -> Grade:
    """The grade of the home: that of its worst item; unknown if there is none."""
    order = list(Grade)
    return min((item.grade for item in items), key=order.index, default=Grade.UNKNOWN)


def _valid(checklist: Checklist | None, now: datetime, params: ElectricalParams) -> Checklist | None:
    return None if checklist is None or now - checklist.checked_at > params.check_lasts else checklist


def _circuit_items(circuit: CircuitMonth, params: ElectricalParams) -> Iterator[Item]:
    if circuit.hours < params.least_hours:
        yield Item(
            place=circuit.place,
            subject="readings",
            grade=Grade.UNKNOWN,
            found=f"{circuit.hours} hours of readings",
            limit=f"at least {params.least_hours} hours",
            source="this report",
            advice="Connect the meter of this circuit, or wait a day, then read the report again.",
        )
        return
    yield from _load(circuit, params)
    yield from _leakage(circuit, params)
    yield from _voltage(circuit, params)
    yield from _contact(circuit, params)


def _load(circuit: CircuitMonth, params: ElectricalParams) -> Iterator[Item]:
    rating, peak = circuit.breaker_rating_a, circuit.current_max_a
    if rating is None or peak is None:
        missing = "the breaker's rating" if rating is None else "the current"
        yield unknown(circuit.place, "load", f"{missing} is not known", "Enter the rating of its breaker.")
        return
    often = circuit.hours_above / circuit.hours
    overloaded = "overload" in circuit.open_faults or peak > 1.13 * rating
    grade = Grade.ACT if overloaded else Grade.WATCH if circuit.hours_above else Grade.GOOD
    yield Item(
        place=circuit.place,
        subject="load",
        grade=grade,
        found=f"up to {peak:.1f} A; above {params.continuous_share * rating:.1f} A in {often:.1%} of hours",
        limit=f"breaker {rating:.0f} A, {params.continuous_share * rating:.1f} A for hours on end",
        source="continuous-load rule; tripping band 1.13 In of IEC 60898-1",
        advice=""
        if grade is Grade.GOOD
        else "Do not run the strongest appliances of this circuit at the same time, or give one a circuit of its own.",
    )


def _leakage(circuit: CircuitMonth, params: ElectricalParams) -> Iterator[Item]:
    if circuit.rcd_ma is None or circuit.leakage_typical_ma is None:
        return  # most circuits do not measure it; the RCD's own test below speaks for the home
    limit = params.leakage_share * circuit.rcd_ma
    grade = up_to(circuit.leakage_typical_ma, limit, params)
    yield Item(
        place=circuit.place,
        subject="leakage to earth",
        grade=grade,
        found=f"{circuit.leakage_typical_ma:.1f} mA standing",
        limit=f"{limit:.1f} mA, 30 % of the {circuit.rcd_ma:.0f} mA RCD",
        source="IEC 60364-5-53, 531.3.2",
        advice=""
        if grade is Grade.GOOD
        else "Unplug appliances one by one to find the one that leaks; have it looked at.",
    )


def _voltage(circuit: CircuitMonth, params: ElectricalParams) -> Iterator[Item]:
    low, high = circuit.voltage_low_v, circuit.voltage_high_v
    if low is None or high is None:
        return
    least, most = params.voltage_low * circuit.nominal_v, params.voltage_high * circuit.nominal_v
    outside = low < least or high > most or "neutral_loss" in circuit.open_faults
    near = min(low - least, most - high) < 0.2 * (most - circuit.nominal_v)
    grade = Grade.ACT if outside else Grade.WATCH if near else Grade.GOOD
    yield Item(
        place=circuit.place,
        subject="voltage",
        grade=grade,
        found=f"{low:.0f} to {high:.0f} V in 99 of 100 hours",
        limit=f"{least:.0f} to {most:.0f} V",
        source="EN 50160",
        advice=""
        if grade is Grade.GOOD
        else "Tell the electricity company; if lamps flicker, switch off and call them now.",
    )


def _contact(circuit: CircuitMonth, params: ElectricalParams) -> Iterator[Item]:
    loose = "loose_contact" in circuit.open_faults
    hot = circuit.terminal_max_c is not None and circuit.terminal_max_c > params.terminal_act_c
    if circuit.contact_ohm is None and circuit.terminal_max_c is None:
        if loose:
            yield _contact_item(circuit, Grade.ACT, "an open finding: loose contact", params)
        return
    grade = Grade.ACT if loose or hot else Grade.WATCH if _worn(circuit, params) else Grade.GOOD
    yield _contact_item(circuit, grade, _contact_found(circuit), params)


def _worn(circuit: CircuitMonth, params: ElectricalParams) -> bool:
    """Whether contacts cost more than at first, or the way to the circuit more than any installation should."""
    now, first, rating = circuit.contact_ohm, circuit.contact_first_ohm, circuit.breaker_rating_a
    if now is None:
        return False
    risen = first is not None and now - first > params.contact_rise_ohm
    return risen or (rating is not None and now * rating > params.voltage_drop * circuit.nominal_v)


def _contact_found(circuit: CircuitMonth) -> str:
    parts = []
    if circuit.contact_ohm is not None:
        first = circuit.contact_first_ohm
        parts.append(f"{circuit.contact_ohm:.3f} ohm" + ("" if first is None else f", {first:.3f} at first"))
    if circuit.terminal_max_c is not None:
        parts.append(f"terminal up to {circuit.terminal_max_c:.0f} °C")
    return "; ".join(parts)


def _contact_item(circuit: CircuitMonth, grade: Grade, found: str, params: ElectricalParams) -> Item:
    return Item(
        place=circuit.place,
        subject="contacts and sockets",
        grade=grade,
        found=found,
        limit=f"{params.contact_rise_ohm} ohm more than at first{_drop_limit(circuit, params)}, "
        f"terminals {params.terminal_act_c:.0f} °C",
        source="engineering judgement; voltage drop and PVC insulation, IEC 60364-5-52",
        advice="" if grade is Grade.GOOD else "Have terminals and sockets of this circuit tightened by an electrician.",
    )


def _drop_limit(circuit: CircuitMonth, params: ElectricalParams) -> str:
    if circuit.breaker_rating_a is None:
        return ""
    most = params.voltage_drop * circuit.nominal_v / circuit.breaker_rating_a
    return f", {most:.2f} ohm in all ({params.voltage_drop:.0%} of {circuit.nominal_v:.0f} V at its breaker's rating)"
