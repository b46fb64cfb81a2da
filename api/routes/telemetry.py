"""Telemetry, cycles and events of an appliance."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.moments import Moment
from api.paging import Page, Paging, after_event, after_time, page, paging, time_key
from api.problems import RequestRefused
from api.requests import Ask, reading
from domain.signals import SIGNALS
from store.api_appliances import Located, locate_appliance
from store.api_occurrences import Cycle, Event, Span, list_cycles, list_events
from store.api_telemetry import Asked, Point, newest_reading, read_series
from store.database import Connection

router = APIRouter()
DEFAULT_RANGE = timedelta(days=1)
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,60}", re.ASCII)
SIGNALS_MOST = 50

From = Annotated[Moment | None, Query(alias="from", description="First moment of data time, included.")]
To = Annotated[Moment | None, Query(description="Last moment of data time, left out.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """Readings of one appliance over a range.

    `source` is `raw` (every reading), `readings` (means over buckets of `bucket_s`) or `hourly` (the same, out of the
    hourly roll-up, whole hours). `units` name the unit of each canonical signal that occurs.
    """

    appliance_id: str
    start: datetime
    end: datetime
    source: str
    bucket_s: int | None
    units: dict[str, str]
    items: list[Point]
    next: str | None = None
    """Always null: a range is answered whole, down-sampled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What is asked of the telemetry of one appliance."""

    start: datetime | None
    end: datetime | None
    signals: tuple[str, ...] | None
    max_points: int | None


def _range(
    from_: From = None,
    to: To = None,
    signals: Annotated[
        str | None, Query(max_length=3_000, description="Names separated by commas; all if empty.")
    ] = None,
    max_points: Annotated[int | None, Query(ge=2, description="As many points as are enough; at most 5000.")] = None,
) -> Range:
    names = None if not signals else tuple(dict.fromkeys(part.strip() for part in signals.split(",")))
    for name in names or ():
        if not _NAME.fullmatch(name):
            raise RequestRefused(422, f"{name[:60]!r} is no name of a signal", "query.signals")
    if names is not None and len(names) > SIGNALS_MOST:
        raise RequestRefused(422, f"at most {SIGNALS_MOST} signals at once", "query.signals")
    return Range(start=from_, end=to, signals=names, max_points=max_points)


Ranged = Annotated[Range, Depends(_range)]


@router.get(
    "/appliances/{appliance_id}/telemetry",
    summary="Read the telemetry of an appliance",
    tags=["telemetry"],
    response_model=Telemetry,
)
def of_appliance(ask: Ask, appliance_id: str, asked: Ranged) -> Response:
    """Readings over a range, every one if they are few, else means with bounds. Without `from` and `to`: the last day
    that the appliance has data of."""
    return reading(ask, lambda c: _telemetry(c, ask, appliance_id, asked))


@router.get("/telemetry", summary="Read telemetry", tags=["telemetry"], response_model=Telemetry)
def anywhere(ask: Ask, appliance_id: Annotated[str, Query(description="Whose.")], asked: Ranged) -> Response:
    """The same as under the appliance."""
    return reading(ask, lambda c: _telemetry(c, ask, appliance_id, asked))


@router.get(
    "/appliances/{appliance_id}/cycles", summary="List cycles", tags=["telemetry"], response_model=Page[dict[str, Any]]
)
def cycles(
    ask: Ask, appliance_id: str, paged: Annotated[Paging, Depends(paging)], from_: From = None, to: To = None
) -> Response:
    """Summaries of finished cycles, newest first."""

    def work(connection: Connection) -> dict[str, Any]:
        located = locate_appliance(connection, appliance_id)
        found = list_cycles(connection, located, Span(start=from_, end=to), after_time(paged), paged.limit + 1)
        return page(paged, [_as_item(cycle, _z(cycle.time)) for cycle in found], lambda i: (time_key(i["time"]),))

    return reading(ask, work)


@router.get(
    "/appliances/{appliance_id}/events", summary="List events", tags=["telemetry"], response_model=Page[dict[str, Any]]
)
def events(
    ask: Ask, appliance_id: str, paged: Annotated[Paging, Depends(paging)], from_: From = None, to: To = None
) -> Response:
    """Edges of conditions that the appliance itself reports, newest first."""

    def work(connection: Connection) -> dict[str, Any]:
        located = locate_appliance(connection, appliance_id)
        found = list_events(connection, located, Span(start=from_, end=to), after_event(paged), paged.limit + 1)
        items = [_as_item(event, f"{_z(event.time)} {event.code} {'on' if event.active else 'off'}") for event in found]
        return page(paged, items, lambda i: (time_key(i["time"]), i["code"], i["active"]))

    return reading(ask, work)


def _telemetry(connection: Connection, ask: Ask, appliance_id: str, asked: Range) -> Telemetry:
    wanted = asked.max_points or ask.settings.points
    if wanted > ask.settings.points_most:
        raise RequestRefused(422, f"at most {ask.settings.points_most} points", "query.max_points")
    located = locate_appliance(connection, appliance_id)
    start, end = _bounds(connection, ask, located, asked)
    series = read_series(connection, located, Asked(start=start, end=end, signals=asked.signals, max_points=wanted))
    names = {name for point in series.points for name in point.values}
    return Telemetry(
        appliance_id=located.id,
        start=start,
        end=end,
        source=series.source,
        bucket_s=series.bucket_s,
        units={name: SIGNALS[name].unit for name in sorted(names) if name in SIGNALS},
        items=series.points,
    )


def _bounds(connection: Connection, ask: Ask, located: Located, asked: Range) -> tuple[datetime, datetime]:
    end = asked.end
    if end is None:
        newest = newest_reading(connection, located)
        # The end is left out of the range, so it lies just behind the newest reading.
        end = ask.settings.now() if newest is None else newest + timedelta(microseconds=1)
        if asked.start is not None:
            end = max(end, asked.start + timedelta(microseconds=1))
    start = asked.start if asked.start is not None else _earlier(end)
    if end <= start:
        raise RequestRefused(422, "from must be before to", "query.from")
    return start, end


def _earlier(end: datetime) -> datetime:
    try:
        return end - DEFAULT_RANGE
    except OverflowError as error:
        raise RequestRefused(422, "to lies before any data", "query.to") from error


def _as_item(what: Cycle | Event, item_id: str) -> dict[str, Any]:
    return {"id": item_id} | {name: getattr(what, name) for name in what.__dataclass_fields__}


def _z(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
