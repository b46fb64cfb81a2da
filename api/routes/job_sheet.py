"""Job sheets: as JSON, and as a page for the phone that goes on working without a network."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.calendars import calendar_of_work
from api.job_sheet import JobSheet, build_job_sheet
from api.problems import RequestRefused
from api.requests import Ask, entity_id, reading
from store.api_catalogue import read_technician
from store.api_pool import transaction
from store.care import zone_of
from store.database import Connection
from store.job_sheets import DayVisit, visits_of

router = APIRouter()
FILES = {
    "field.css": "text/css; charset=utf-8",
    "field.js": "text/javascript; charset=utf-8",
    "queue.js": "text/javascript; charset=utf-8",
    "record_page.js": "text/javascript; charset=utf-8",
    "worker.js": "text/javascript; charset=utf-8",
}
TechnicianId = Annotated[str, Path(pattern=r"^[a-z0-9-]{3,64}$")]


@router.get("/api/v1/orders/{order_id}/job-sheet", summary="Job sheet", tags=["field"], response_model=JobSheet)
def job_sheet(ask: Ask, order_id: str) -> Response:
    """Everything for a visit: evidence in plain words, ranked causes with probabilities, steps, tools, parts, history,
    safety. As a page for the phone: `/field/orders/{id}`."""
    return reading(ask, lambda c: build_job_sheet(c, entity_id(order_id, "order")))


@router.get(
    "/api/v1/technicians/{technician_id}/visits",
    summary="A technician's visits",
    tags=["field"],
    response_model=list[DayVisit],
)
def visits(ask: Ask, technician_id: str) -> Response:
    """Visits that are not over, by time. As a page for the phone: `/field/{id}`."""

    def work(connection: Connection) -> list[DayVisit]:
        read_technician(connection, technician_id)
        return visits_of(connection, technician_id)

    return reading(ask, work)


@router.get("/field/orders/{order_id}", include_in_schema=False)
def sheet_page(ask: Ask, order_id: str) -> Response:
    """The job sheet as a page; printable."""
    with transaction(ask.pool) as connection:
        sheet = build_job_sheet(connection, entity_id(order_id, "order"))
    rendered = ask.settings.now().isoformat()
    return _page("job_sheet.html", sheet=sheet, zone=zone_of(sheet.timezone), rendered=rendered)


@router.get("/field/files/{name}", include_in_schema=False)
def file(name: str) -> Response:
    """What the pages are made of."""
    return _file(name)


@router.get("/field/worker.js", include_in_schema=False)
def worker() -> Response:
    """The service worker; here, because its reach is the folder that it comes from."""
    return _file("worker.js")


@router.get("/field/{technician_id}", include_in_schema=False)
def day_page(ask: Ask, technician_id: TechnicianId) -> Response:
    """A technician's visits as a page."""
    with transaction(ask.pool) as connection:
        technician = read_technician(connection, technician_id)
        found = visits_of(connection, technician_id)
        calendar = calendar_of_work(connection, ask.settings, technician_id)
    rows = [(visit, zone_of(visit.timezone)) for visit in found]
    return _page("field_day.html", technician=technician, visits=rows, calendar=calendar)


@router.get("/field/{technician_id}/record", include_in_schema=False)
def record_page(ask: Ask, technician_id: TechnicianId) -> Response:
    """What is held about a technician's work, for the person."""
    with transaction(ask.pool) as connection:
        return _page("record.html", technician=read_technician(connection, technician_id))


def _file(name: str) -> Response:
    if name not in FILES:
        raise RequestRefused(404, f"there is no file {name[:80]!r}")
    content = (files("api") / "pages" / "field" / name).read_bytes()
    return Response(content, media_type=FILES[name], headers={"Cache-Control": "no-cache"})


def _page(template: str, **values: object) -> Response:
    text = _TEMPLATES.get_template(template).render(values)
    return Response(text, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _place(place: str, technician_id: str | None) -> str:
    kind, _, name = place.partition(":")
    if kind == "van":
        return "in your van" if name == technician_id else f"in the van of {name}"
    return f"at {name}"


def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("api", "pages/field"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["percent"] = lambda share: f"{round(100 * share)} %"
    found.filters["local"] = lambda at, zone: at.astimezone(zone).strftime("%a %d %b, %H:%M")
    found.filters["clock"] = lambda at, zone: at.astimezone(zone).strftime("%H:%M")
    found.filters["day"] = lambda at: f"{at.day} {at:%B %Y}"
    found.filters["words"] = lambda code: code.replace("_", " ")
    found.filters["place"] = _place
    return found


_TEMPLATES = _templates()
