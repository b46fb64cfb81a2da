"""A home's electrical health: the report as data, page and PDF, and the electrician's checklist."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.fields import Body, Text
from api.moments import Moment
from api.requests import Answer, Ask, changing, reading
from domain.errors import BadInput
from reports.electrical import DAYS, ElectricalReport, electrical_report
from reports.electrical_page import electrical_page
from reports.electrical_pdf import electrical_pdf
from store.api_households import read_household
from store.api_pool import transaction
from store.database import Connection
from store.electrical import add_checklist, read_checklist, read_circuits

router = APIRouter(prefix="/households/{household_id}", tags=["households"])
pages = APIRouter(include_in_schema=False)
Count = Annotated[int, Field(ge=0, le=1_000)]


class NewCheck(Body):
    """What an electrician measured and saw; leave out what was not done."""

    checked_at: Moment
    checked_by: Text
    earth_resistance_ohm: Annotated[float, Field(ge=0, le=100_000)] | None = None
    rcd_trip_ms: Annotated[float, Field(ge=0, le=10_000)] | None = None
    insulation_mohm: Annotated[float, Field(ge=0, le=100_000)] | None = None
    sockets_checked: Count | None = None
    sockets_damaged: Count | None = None
    polarity_wrong: Count | None = None
    bonding_present: bool | None = None
    note: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")] = ""


@router.get("/electrical-report", summary="A home's electrical health", response_model=ElectricalReport)
def report(ask: Ask, household_id: str) -> Response:
    """Loads against ratings, leakage, voltage and contacts of the last days, and the newest electrician's check."""
    return reading(ask, lambda c: home_report(c, household_id, ask.settings.now()))


@router.get("/electrical-report.pdf", summary="The same on paper", response_class=Response)
def report_pdf(ask: Ask, household_id: str) -> Response:
    """A4, ready to print."""
    with transaction(ask.pool) as connection:
        found = home_report(connection, household_id, ask.settings.now())
    headers = {"Content-Disposition": f'inline; filename="electrical-health-{found.household_id}.pdf"'}
    return Response(electrical_pdf(found), media_type="application/pdf", headers=headers)


@pages.get("/homes/{household_id}/electrical")
def report_page(ask: Ask, household_id: str) -> Response:
    """The same as a page."""
    with transaction(ask.pool) as connection:
        found = home_report(connection, household_id, ask.settings.now())
    pdf_url = f"/api/v1/households/{found.household_id}/electrical-report.pdf"
    return Response(electrical_page(found, pdf_url), media_type="text/html; charset=utf-8")


@router.post(
    "/electrical-checks", summary="Record an electrician's check", status_code=201, response_model=ElectricalReport
)
def new_check(ask: Ask, household_id: str, body: NewCheck) -> Response:
    """Keep what was measured; the answer is the report with it. The newest check counts, for four years."""
    if body.checked_at > ask.settings.now():
        raise BadInput("a check cannot lie in the future; say when it was done")
    for name, count in (("sockets_damaged", body.sockets_damaged), ("polarity_wrong", body.polarity_wrong)):
        if count is not None and count > (body.sockets_checked or 0):
            raise BadInput(f"{name} is {count}, more than the {body.sockets_checked or 0} sockets_checked")

    def work(connection: Connection) -> Answer:
        read_household(connection, household_id)
        add_checklist(
            connection,
            body.model_dump() | {"household_id": household_id, "recorded_by": ask.actor or body.checked_by},
        )
        return Answer(value=home_report(connection, household_id, ask.settings.now()), status=201)

    return changing(ask, work)


def home_report(connection: Connection, household_id: str, now: datetime) -> ElectricalReport:
    """A home's electrical health as of `now`; NotFound."""
    home = read_household(connection, household_id)
    return electrical_report(
        home.id,
        home.name,
        read_circuits(connection, home.id, DAYS),
        read_checklist(connection, home.id),
        now,
    )
