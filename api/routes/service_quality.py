"""Quality figures of the service: computed from orders and telemetry, with exact bounds, by whatever group."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response

from api.moments import Moment
from api.requests import Ask, reading
from domain.errors import BadInput
from quality.bounds import share
from quality.ledger import Done, cost_ledger
from quality.services import Dimension, by_group, only_of, service_figures
from store.database import Connection
from store.service_quality import (
    Omission,
    read_detectors,
    read_ledger,
    read_omissions,
    read_services,
)

router = APIRouter(prefix="/reports", tags=["quality"])
Since = Annotated[Moment | None, Query(description="Beginning of the span; a year before its end if left out.")]
Until = Annotated[Moment | None, Query(description="End of the span; now if left out.")]


@router.get("/quality", summary="Complaints, omissions, satisfaction, first-visit-fix and the like")
def quality(
    ask: Ask,
    since: Since = None,
    until: Until = None,
    by: Annotated[Dimension | None, Query(description="Groups to compare; without it all together.")] = None,
    region: Annotated[str | None, Query(description="Only homes of this region (time zone).")] = None,
    outlet: Annotated[str | None, Query(description="Only of this outlet.")] = None,
    technician: Annotated[str | None, Query(description="Only of this technician.")] = None,
    model: Annotated[str | None, Query(description="Only about this model, as the groups by model name it.")] = None,
) -> Response:
    """Counts, values and exact 95 % bounds; parts per million where the promise is in ppm. `choices` are the values
    that the groups and filters can have in the span."""
    span = _span(ask.settings.now(), since, until)
    only: dict[Dimension, str | None] = {"region": region, "outlet": outlet, "technician": technician, "model": model}

    def work(connection: Connection) -> dict[str, Any]:
        services, omissions = read_services(connection, *span), read_omissions(connection, *span)
        choices = {of: list(by_group(services, of)) for of in get_args(Dimension)}
        services, omissions = only_of(services, only), _only(omissions, only)
        omitted = _omitted(omissions, by)
        groups = by_group(services, by) if by is not None else {"all": services}
        for value in sorted(set(omitted) - set(groups)):
            groups[value] = []
        shown = [
            {"value": value, **asdict(service_figures(some, omitted.get(value, 0)))} for value, some in groups.items()
        ]
        return {"since": span[0], "until": span[1], "by": by, "groups": shown, "choices": choices}

    return reading(ask, work)


@router.get("/omissions", summary="Breakdowns nobody predicted and orders somebody dropped")
def omissions(ask: Ask, since: Since = None, until: Until = None) -> Response:
    """Each with why it counts."""
    span = _span(ask.settings.now(), since, until)
    return reading(ask, lambda c: {"items": [asdict(one) for one in read_omissions(c, *span)], "next": None})


@router.get("/detectors", summary="Precision and notice of every rule and model")
def detectors(ask: Ask, since: Since = None, until: Until = None) -> Response:
    """From outcomes: what technicians confirmed and what telemetry proved after self-care, against what was wrong."""
    span = _span(ask.settings.now(), since, until)

    def work(connection: Connection) -> dict[str, Any]:
        shown = [
            asdict(one) | {"precision": asdict(share(one.confirmed, one.confirmed + one.wrong))}
            for one in read_detectors(connection, *span)
        ]
        return {"since": span[0], "until": span[1], "items": shown, "next": None}

    return reading(ask, work)


@router.get("/costs", summary="What prediction cost, against reactive and calendar service")
def costs(ask: Ask, since: Since = None, until: Until = None) -> Response:
    """The ledger of a span with its settings; prices are engineering judgement until yours are set."""
    span = _span(ask.settings.now(), since, until)
    return reading(
        ask,
        lambda c: {"since": span[0], "until": span[1], **cost_ledger(Done(**asdict(read_ledger(c, *span))))},
    )


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


def _omitted(omissions: list[Omission], by: Dimension | None) -> Counter[str]:
    if by is None:
        return Counter({"all": len(omissions)})
    if by == "month":
        return Counter(one.at.isoformat()[:7] for one in omissions)
    values = (getattr(one, by) for one in omissions)
    return Counter(value for value in values if value is not None)
