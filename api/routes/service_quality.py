"""Quality figures of the service: computed from orders and telemetry, with exact bounds, by whatever group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Response

from api.moments import Moment
from api.requests import Ask, reading
from domain.errors import BadInput
from domain.service_record import FindingRecord
from quality.cuts import Dimension, rows_by, rows_of
from quality.detectors import by_detector, detector_figures
from quality.ledger import add_up, cost_ledger
from quality.services import by_group, only_of, service_figures
from store.database import Connection
from store.service_costs import read_finding_records, read_ledger
from store.service_quality import Omission, read_omissions, read_services

router = APIRouter(prefix="/reports", tags=["quality"])
Since = Annotated[Moment | None, Query(description="Beginning of the span; a year before its end if left out.")]
Until = Annotated[Moment | None, Query(description="End of the span; now if left out.")]
By = Annotated[Dimension | None, Query(description="Groups to compare; without it all together.")]


def filters(
    region: Annotated[str | None, Query(description="Only homes of this region.")] = None,
    outlet: Annotated[str | None, Query(description="Only of this outlet.")] = None,
    technician: Annotated[str | None, Query(description="Only of this technician.")] = None,
    model: Annotated[str | None, Query(description="Only about this model, as the groups by model name it.")] = None,
) -> Mapping[Dimension, str | None]:
    """What all figures can be narrowed to."""
    return {"region": region, "outlet": outlet, "technician": technician, "model": model}


Only = Annotated[Mapping[Dimension, str | None], Depends(filters)]


@router.get("/quality", summary="Complaints, omissions, satisfaction, first-visit-fix and the like")
def quality(ask: Ask, only: Only, since: Since = None, until: Until = None, by: By = None) -> Response:
    """Counts, values and exact 95 % bounds; parts per million where the promise is in ppm. `choices` are the values
    that the groups and filters can have in the span."""
    span = _span(ask.settings.now(), since, until)

    def work(connection: Connection) -> dict[str, Any]:
        services, omissions = read_services(connection, *span), read_omissions(connection, *span)
        choices = {of: list(by_group(services, of)) for of in get_args(Dimension)}
        services, omissions = only_of(services, only), _only(omissions, only)
        omitted = Counter({"all": len(omissions)}) if by is None else _omitted(omissions, by)
        groups = by_group(services, by) if by is not None else {"all": services}
        for value in sorted(set(omitted) - set(groups)):
            groups[value] = []
        shown = [
            {"value": value, **asdict(service_figures(some, omitted.get(value, 0)))} for value, some in groups.items()
        ]
        return {"since": span[0], "until": span[1], "by": by, "groups": shown, "choices": choices}

    return reading(ask, work)


@router.get("/omissions", summary="Breakdowns nobody predicted and orders somebody dropped")
def omissions(ask: Ask, only: Only, since: Since = None, until: Until = None) -> Response:
    """Each with why it counts."""
    span = _span(ask.settings.now(), since, until)

    def work(connection: Connection) -> dict[str, Any]:
        return {"items": [asdict(one) for one in _only(read_omissions(connection, *span), only)], "next": None}

    return reading(ask, work)


@router.get("/detectors", summary="Precision and notice of every rule and model")
def detectors(ask: Ask, only: Only, since: Since = None, until: Until = None, by: By = None) -> Response:
    """From outcomes: what technicians confirmed and what telemetry proved after self-care, against what was wrong.
    `items` has every rule and model, `groups` all of them together by region, outlet, technician, model or month. A
    finding counts for the technician who said what it was."""
    span = _span(ask.settings.now(), since, until)

    def work(connection: Connection) -> dict[str, Any]:
        found = rows_of(read_finding_records(connection, *span), only)
        items = [
            {"kind": kind, "fault": fault, "detector": detector, **asdict(detector_figures(some))}
            for (kind, fault, detector), some in by_detector(found).items()
        ]
        groups = [_group(value, some) for value, some in rows_by(found, by).items()] if by is not None else []
        return {"since": span[0], "until": span[1], "by": by, "items": items, "groups": groups, "next": None}

    return reading(ask, work)


@router.get("/costs", summary="What prediction cost, against reactive and calendar service")
def costs(ask: Ask, only: Only, since: Since = None, until: Until = None, by: By = None) -> Response:
    """The ledger of a span with its settings; prices are engineering judgement until yours are set. The `groups` of a
    dimension add up to the whole: what nobody came for counts for whoever looks after the home."""
    span = _span(ask.settings.now(), since, until)

    def work(connection: Connection) -> dict[str, Any]:
        rows = read_ledger(connection, *span)
        choices = {of: list(rows_by(rows, of)) for of in get_args(Dimension)}
        rows = rows_of(rows, only)
        parted = rows_by(rows, by) if by is not None else {}
        groups = [{"value": value, **cost_ledger(add_up(some))} for value, some in parted.items()]
        for group in groups:
            del group["settings"]
        whole = cost_ledger(add_up(rows))
        return {"since": span[0], "until": span[1], "by": by, **whole, "groups": groups, "choices": choices}

    return reading(ask, work)


def _group(value: str, some: Sequence[FindingRecord]) -> dict[str, Any]:
    return {"value": value, "detectors": len(by_detector(some)), **asdict(detector_figures(some))}


def _span(now: datetime, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    until = until or now
    try:
        since = since or until - timedelta(days=365)
    except OverflowError as error:
        raise BadInput("a year before until is outside the years 1 to 9999; give since as well") from error
    if since >= until:
        raise BadInput(f"the span ends at {until:%Y-%m-%dT%H:%M:%SZ}, before it begins; give since before until")
    return since, until


def _only(omissions: list[Omission], only: Mapping[Dimension, str | None]) -> list[Omission]:
    wanted = {name: value for name, value in only.items() if value is not None}
    return [one for one in omissions if all(getattr(one, name) == value for name, value in wanted.items())]


def _omitted(omissions: list[Omission], by: Dimension) -> Counter[str]:
    values = (getattr(one, by) for one in omissions)
    return Counter(value for value in values if value is not None)
