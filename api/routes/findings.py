"""Findings: what the system says about appliances, and what people make of it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.fields import KINDS, Because, Note, choice_query, chosen
from api.finding_chart import finding_chart
from api.listing import listing
from api.paging import Page, Paging, after_time_and_id, paging, time_key
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.errors import NotFound
from domain.faults import FAULTS, Urgency
from domain.states import FINDING
from store.api_findings import ShownFinding, list_findings, read_finding
from store.api_pool import transaction
from store.database import Connection
from store.decisions import ShownDecision, read_decision
from store.moves import move

router = APIRouter(prefix="/findings", tags=["findings"])
StateFilter = choice_query(FINDING.moves, "State")
UrgencyFilter = choice_query((str(u) for u in Urgency), "Urgency")
FaultFilter = choice_query({code for _, code in FAULTS}, "Fault")
KindFilter = choice_query(KINDS, "Kind of appliance")


@router.get("", summary="List findings", response_model=Page[ShownFinding])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
    urgency: UrgencyFilter = None,  # type: ignore[valid-type]
    fault: FaultFilter = None,  # type: ignore[valid-type]
    kind: KindFilter = None,  # type: ignore[valid-type]
    household: Annotated[str | None, Query(description="Only of this household.")] = None,
    appliance_id: Annotated[str | None, Query(description="Only of this appliance.")] = None,
) -> Response:
    """Findings with their evidence, newest first."""
    return listing(
        ask,
        paged,
        after_time_and_id,
        partial(
            list_findings,
            states=chosen(state),
            urgencies=chosen(urgency),
            faults=chosen(fault),
            kinds=chosen(kind),
            household=household,
            appliance=appliance_id,
        ),
        lambda f: (time_key(f.raised_at), str(f.id)),
    )


@router.get("/{finding_id}", summary="Read a finding", response_model=ShownFinding)
def read(ask: Ask, finding_id: str) -> Response:
    """One finding with its evidence."""
    return reading(ask, lambda c: read_finding(c, entity_id(finding_id, "finding")))


@router.get(
    "/{finding_id}/chart.svg",
    summary="Draw the evidence of a finding",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def chart(ask: Ask, finding_id: str) -> Response:
    """Observed against expected by day, since when, the limit, and when it may fail; a plain picture for any screen."""
    finding = entity_id(finding_id, "finding")
    with transaction(ask.pool) as connection:
        picture = finding_chart(connection, finding)
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


@router.get(
    "/{finding_id}/decision", summary="Read what is done about a finding, and why", response_model=ShownDecision
)
def decision(ask: Ask, finding_id: str) -> Response:
    """Every option with its expected cost, the one that was chosen, and every change of mind."""

    def work(connection: Connection) -> ShownDecision:
        finding = entity_id(finding_id, "finding")
        decided = read_decision(connection, finding)
        if decided is None:
            read_finding(connection, finding)  # 404 if there is no such finding at all
            raise NotFound("nothing is decided about this finding yet; the scheduler does it within a minute")
        return decided

    return reading(ask, work)


@router.post("/{finding_id}/acknowledge", summary="Acknowledge a finding", response_model=ShownFinding)
def acknowledge(ask: Ask, finding_id: str, body: Note | None = None) -> Response:
    """Say that somebody looks after it."""
    return _settle(ask, finding_id, "acknowledged", (body and body.reason) or "acknowledged")


@router.post("/{finding_id}/dismiss", summary="Dismiss a finding", response_model=ShownFinding)
def dismiss(ask: Ask, finding_id: str, body: Because) -> Response:
    """Say that it is wrong or does not matter, and why. It is not raised again for a month unless it is urgent."""
    return _settle(ask, finding_id, "dismissed", body.reason)


def _settle(ask: Ask, finding_id: str, to: str, reason: str) -> Response:
    finding = entity_id(finding_id, "finding")

    def work(connection: Connection) -> Answer:
        now = ask.settings.now()
        check_version(ask, read_finding(connection, finding, lock=True).version)
        move(connection, FINDING, finding, to, actor=ask.actor or "planner", reason=reason, at=now)
        return Answer(value=read_finding(connection, finding))

    return changing(ask, work)
