"""What became of a simulated year: kilometres, why failures were not prevented, which orders were let lie."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from bench.service_year.world import Trouble, World
from dispatch.travel import BY_DISTANCE
from domain.care_orders import Place
from store.database import Connection

AT_ONCE = timedelta(days=2)
"""Who hears of a failure later than this before it can do nothing (E)."""


def travel(connection: Connection) -> dict[str, Any]:
    """Kilometres and hours on the road: outlet, homes in the order of the day, outlet again."""
    rows = connection.execute(
        "SELECT o.technician_id, o.visit_starts::date, t.latitude, t.longitude, h.latitude, h.longitude, o.urgency"
        " FROM service_order o JOIN household h ON h.id = o.household_id JOIN technician p ON p.id = o.technician_id"
        " JOIN outlet t ON t.id = p.outlet_id WHERE o.completed_at IS NOT NULL ORDER BY 1, o.visit_starts"
    ).fetchall()
    tours: dict[tuple[str, Any], list[Place]] = {}
    for who, day, base_latitude, base_longitude, latitude, longitude, _ in rows:
        tour = tours.setdefault((who, day), [Place(latitude=base_latitude, longitude=base_longitude)])
        tour.append(Place(latitude=latitude, longitude=longitude))
    seconds = metres = 0
    for places in tours.values():
        between = BY_DISTANCE.between(places)
        legs = [(n, (n + 1) % len(places)) for n in range(len(places))]
        seconds += sum(int(between.seconds[leg]) for leg in legs)
        metres += sum(int(between.metres[leg]) for leg in legs)
    visits = max(1, len(rows))
    return {
        "visits": len(rows),
        "of_hazards": sum(row[-1] == "urgent" for row in rows),
        "tours": len(tours),
        "km": round(metres / 1000, 1),
        "hours": round(seconds / 3600, 1),
        "km_per_visit": round(metres / 1000 / visits, 2),
    }


class Reason(StrEnum):
    """Why a failure came, in the order of the way from its beginning to the repair."""

    AT_ONCE = "broke within a day of its beginning"
    NOT_FOUND = "not found before it failed"
    TOO_LATE = "found less than two days before it failed"
    NOT_OFFERED = "found in time, no visit decided on and offered in time"
    NO_ANSWER = "offered in time, the owner declined or did not answer"
    NO_TIME = "no time free before it failed"
    CHOSE_LATER = "a time was free, the owner chose a later one"
    REPAIR_FAILED = "visited in time, the repair did not hold"


OF_DETECTION: Final = (Reason.AT_ONCE, Reason.NOT_FOUND, Reason.TOO_LATE)
"""What no service could have prevented."""


def why_not_prevented(connection: Connection, world: World, due: Iterable[Trouble]) -> dict[str, int]:
    """The failures that came, by the first thing that was missing; every reason is there, also those of none."""
    first: dict[tuple[str, str], _Seen] = {}
    rows = connection.execute(
        "SELECT a.id, f.fault, o.id, b.since, o.visit_starts FROM finding f"
        " JOIN appliance a ON a.key = f.appliance_key LEFT JOIN order_task t ON t.finding_id = f.id"
        " LEFT JOIN service_order o ON o.id = t.order_id LEFT JOIN obligation b ON b.order_id = o.id"
        " AND b.kind = 'consent' ORDER BY f.raised_at DESC, b.since DESC NULLS FIRST"
    ).fetchall()
    for appliance_id, fault, *rest in rows:
        first[appliance_id, fault] = _Seen(*rest)
    why = Counter(
        _why(world, trouble, first.get((trouble.appliance_id, trouble.fault))) for trouble in due if trouble.failed
    )
    return {str(reason): why[reason] for reason in Reason}


class _Seen(NamedTuple):
    order: UUID | None
    offered: datetime | None
    visited: datetime | None


def _why(world: World, trouble: Trouble, seen: _Seen | None) -> Reason:
    fails = world.moment(trouble.fails)
    if trouble.fails - trouble.onset < 1:
        return Reason.AT_ONCE
    if trouble.foreseen is None or seen is None:
        return Reason.NOT_FOUND
    if trouble.fails - trouble.foreseen < AT_ONCE / timedelta(days=1):
        return Reason.TOO_LATE
    if seen.order is None or seen.offered is None or seen.offered > fails:
        return Reason.NOT_OFFERED
    if seen.visited is None:
        return Reason.NO_ANSWER
    if seen.visited <= fails:
        return Reason.REPAIR_FAILED
    free = world.first_free.get(seen.order)
    return Reason.NO_TIME if free is None or free > fails else Reason.CHOSE_LATER


def as_table(truth: Mapping[str, int], why: Mapping[str, int]) -> str:
    """The failures that were due as rows of a Markdown table; of those found in time, the share prevented."""
    due, prevented = truth["failures_due"], truth["failures_prevented"]
    in_time = due - sum(why[reason] for reason in OF_DETECTION)
    rows: list[tuple[str, int | str]] = [("failures that were due", due), ("prevented", prevented), *why.items()]
    rows.append(("prevented of those found two days or more before", f"{prevented} of {in_time}"))
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {number} |" for name, number in rows)])


def in_rows(report: Mapping[str, Any]) -> str:
    """The year in rows of a Markdown table, as the README shows it."""
    truth, figures, why, went = report["truth"], report["figures"], report["not_prevented"], report["travel"]
    costs, of = report["costs_in_truth"], figures["services"]
    due, prevented = truth["failures_due"], truth["failures_prevented"]
    in_time, omitted = due - sum(why[reason] for reason in OF_DETECTION), figures["omission_ppm"]["count"]

    def ppm(name: str) -> str:
        one = figures[name]
        return f"{one['value']:,.0f} ppm ({one['low']:,.0f} to {one['high']:,.0f})"

    fixed, again = figures["first_visit_fix"], figures["repeat"]
    dropped = sum(report["dropped"].values())
    rows = {
        "failures that were due: prevented": f"{prevented} of {due}; of the others {why[Reason.AT_ONCE]} broke within "
        f"a day, {why[Reason.NOT_FOUND]} were not found before, {why[Reason.TOO_LATE]} found less than two days before",
        "failures found two days or more before: prevented": f"{prevented} of {in_time}",
        "clogs that were due: cleaned before a quarter of the flow was gone":
            f"{truth['clogs_cleaned_in_time']} of {truth['clogs_due']}",
        "services finished; visits avoided by self-care; services that found nothing":
            f"{of}; {costs['avoided_visits']}; {figures['false_cost']['count']}",
        "visits paid for; false findings; reminders that became visits": f"{costs['visits']:.0f}; "
        f"{truth['false_findings']}; {report['states']['reminder'].get('escalated', 0)} of {costs['reminders']}",
        "travel": f"{went['km']:,.0f} km, {went['km_per_visit']:.1f} km a visit",
        "first-visit-fix; repeat":
            f"{fixed['value']:.3f} ({fixed['low']:.3f} to {fixed['high']:.3f}); {again['value']:.3f}",
        "omissions, goal below 10 ppm": f"{ppm('omission_ppm')}: {omitted - dropped} breakdowns "
        f"nobody predicted, {dropped or 'no'} dropped order{'s' * (dropped > 1)}",
        "dissatisfaction": ppm("dissatisfaction_ppm"),
        "complaints, goal below 10 ppm": f"{figures['complaint_ppm']['count']} of {of}, which still allows "
        f"{figures['complaint_ppm']['high']:,.0f} ppm",
        "cost: predicted, reactive, calendar (prices are assumptions)":
            "; ".join(f"{costs[way]:,.0f}" for way in ("predicted", "reactive", "calendar")),
    }  # fmt: skip
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def dropped_by(connection: Connection) -> dict[str, int]:
    """The orders counted as dropped, by the way they went."""
    rows = connection.execute(
        "SELECT string_agg(s.to_state || ' ' || s.actor, ', ' ORDER BY s.id) FROM omission m"
        " JOIN state_change s ON s.entity = 'order' AND s.entity_id = m.order_id AND s.at <= m.at"
        " WHERE m.kind = 'order_dropped' GROUP BY m.id"
    ).fetchall()
    return dict(Counter(str(way) for (way,) in rows).most_common())


def left_open(connection: Connection) -> dict[str, int]:
    """Findings that are open at the end, by what was decided about them and how far a reminder or order came."""
    rows = connection.execute(
        "SELECT concat_ws(', ', f.fault, 'decided ' || d.option, 'reminder ' || r.state, 'order ' || o.state), count(*)"
        " FROM finding f LEFT JOIN decision d ON d.finding_id = f.id LEFT JOIN reminder r ON r.finding_id = f.id"
        " LEFT JOIN LATERAL (SELECT s.state FROM order_task t JOIN service_order s ON s.id = t.order_id"
        "                    WHERE t.finding_id = f.id ORDER BY s.number DESC LIMIT 1) o ON true"
        " WHERE f.state IN ('open', 'acknowledged') GROUP BY 1 ORDER BY 2 DESC"
    ).fetchall()
    return dict(rows)
