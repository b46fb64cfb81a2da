"""What an electrician's checklist says of a home, item by item."""

from collections.abc import Iterator, Sequence

from domain.electrical_items import Checklist, CircuitMonth, ElectricalParams, Grade, Item, unknown, up_to

_ASK = "Have an electrician measure it at the next visit."
_USUAL_RCD_MA = 30.0
"""Where no circuit names its RCD: the one that protects people (IEC 60364-4-41, 415.1.1)."""


def checked_items(
    circuits: Sequence[CircuitMonth], check: Checklist | None, params: ElectricalParams
) -> Iterator[Item]:
    """Earthing, RCD, insulation, sockets and bonding; unknown where the checklist is silent."""
    rcd_ma = max((circuit.rcd_ma for circuit in circuits if circuit.rcd_ma is not None), default=_USUAL_RCD_MA)
    most_ohm = params.touch_v / (rcd_ma / 1000)
    earth = None if check is None else check.earth_resistance_ohm
    yield _item(
        "earthing",
        None if earth is None else up_to(earth, most_ohm, params),
        f"{earth:.1f} ohm" if earth is not None else "not measured",
        f"{most_ohm:.0f} ohm for a {rcd_ma:.0f} mA RCD",
        "IEC 60364-4-41, 411.5.3",
        "Have the earth electrode and its conductor looked at.",
    )
    trip = None if check is None else check.rcd_trip_ms
    yield _item(
        "residual-current device",
        None if trip is None else up_to(trip, params.rcd_trip_ms, params),
        f"trips after {trip:.0f} ms" if trip is not None else "not tested",
        f"{params.rcd_trip_ms:.0f} ms",
        "IEC 61008-1",
        "Have the residual-current device replaced.",
    )
    insulation = None if check is None else check.insulation_mohm
    yield _item(
        "insulation of the wiring",
        None if insulation is None else Grade.GOOD if insulation >= params.insulation_mohm else Grade.ACT,
        f"{insulation:.1f} megohm" if insulation is not None else "not measured",
        f"at least {params.insulation_mohm:.0f} megohm at 500 V",
        "IEC 60364-6, table 6.1",
        "Old or damp wiring has to be found and replaced.",
    )
    yield _sockets(check)
    bonding = None if check is None else check.bonding_present
    yield _item(
        "bonding of pipes",
        None if bonding is None else Grade.GOOD if bonding else Grade.ACT,
        "not looked at" if bonding is None else "present" if bonding else "missing",
        "water and gas pipes bonded to earth",
        "IEC 60364-4-41, 411.3.1.2",
        "Have pipes bonded to the main earthing terminal.",
    )


def _sockets(check: Checklist | None) -> Item:
    if check is None or not check.sockets_checked:
        return unknown("home", "sockets", "not looked at", _ASK)
    damaged, wrong = check.sockets_damaged or 0, check.polarity_wrong or 0
    return _item(
        "sockets",
        Grade.ACT if damaged or wrong else Grade.GOOD,
        f"{check.sockets_checked} looked at, {damaged} damaged, {wrong} wired the wrong way",
        "none damaged, none wrong",
        "IEC 60364-6, 6.4.2",
        "Do not use the damaged sockets until they are replaced.",
    )


def _item(subject: str, grade: Grade | None, found: str, limit: str, source: str, advice: str) -> Item:
    if grade is None:
        return unknown("home", subject, found, _ASK)
    said = "" if grade is Grade.GOOD else advice
    return Item(place="home", subject=subject, grade=grade, found=found, limit=limit, source=source, advice=said)
