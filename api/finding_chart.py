"""From a stored finding to its picture: the daily indices and references that scoring keeps, read and drawn."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from api.charts.evidence import Told, draw_evidence, draw_values
from domain.signals import Kind
from models.healthy.reference import Reference
from models.history import history_of
from models.picture import Picture, picture_of
from store.api_findings import ShownFinding, chart_facts, read_finding
from store.database import Connection
from store.scoring import read_indices, read_references

LOOK_BACK: Final = timedelta(days=400)
"""As far back as detectors look (models.step.HISTORY_DAYS)."""


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
    rows = read_indices(connection, key, (finding.judged_at - LOOK_BACK).date())
    references = {
        one.name: Reference(index=one.name, learned_from=one.learned_from, learned_to=one.learned_to, model=one.model)
        for one in read_references(connection, key)
    }
    signals = {one.signal: one.observed for one in finding.evidence}
    # The day of the verdict was not over when it was made; the picture shows what the verdict rests on.
    return picture_of(Kind(kind), finding.fault, signals, history_of(rows, finding.judged_at), references)


def _fails(finding: ShownFinding) -> tuple[date, date, date] | None:
    p10, p50, p90 = finding.fails_p10, finding.fails_p50, finding.fails_p90
    if p10 is None or p50 is None or p90 is None:
        return None
    return _day(p10), _day(p50), _day(p90)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
