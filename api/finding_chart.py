"""From a stored finding to its picture: the daily indices and references that scoring keeps, read and drawn."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from api.charts.evidence import Told, draw_evidence, draw_values
from domain.signals import Kind
from models.picture import Picture, picture_of
from models.remembered import remembered_of
from models.step import as_judged
from store.api_findings import ShownFinding, chart_facts, read_finding
from store.database import Connection


def finding_chart(connection: Connection, finding_id: UUID) -> str:
    """The chart of a finding as SVG; NotFound if there is no such finding."""
    finding = read_finding(connection, finding_id)
    since = min(one.since for one in finding.evidence)
    told = Told(
        title=finding.title,
        appliance=finding.appliance_id,
        since=_day(since),
        fails=_fails(finding),
    )
    picture = _picture(connection, finding)
    if picture is not None:
        return draw_evidence(picture, told)
    first = finding.evidence[0]
    return draw_values(told, first.signal, first.unit, first.expected, first.observed)


def _picture(connection: Connection, finding: ShownFinding) -> Picture | None:
    key, kind = chart_facts(connection, finding.id)
    if kind is None:
        return None
    remembered = remembered_of(connection, key, Kind(kind), finding.judged_at)
    told = [one for one in remembered.services if one.at <= finding.judged_at]
    # As of the verdict: a chart of a finding shows what it rests on, not what came after.
    history, references = as_judged(replace(remembered, services=told), finding.judged_at)
    signals = {one.signal for one in finding.evidence}
    return picture_of(remembered.kind, finding.fault, signals, history, references, finding.detector)


def _fails(finding: ShownFinding) -> tuple[date, date, date] | None:
    p10, p50, p90 = finding.fails_p10, finding.fails_p50, finding.fails_p90
    if p10 is None or p50 is None or p90 is None:
        return None
    return _day(p10), _day(p50), _day(p90)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
