"""Quality cases: what stands out, who looks after it, what was changed, and what that did."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from api.fields import Because, Body, Reason, Text, choice_query, chosen
from api.listing import listing
from api.moments import Moment
from api.paging import Page, Paging, after_number, paging
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.errors import BadInput
from domain.states import CASE
from store.database import Connection
from store.moves import move
from store.reliability import QualityCase, assign_case, list_cases, read_case, record_fix

router = APIRouter(tags=["quality"])
StateFilter = choice_query(CASE.moves, "State")


class Assignment(Body):
    """Who is responsible: a node of the maker's organisation, and a name or role within it."""

    node: Literal["development", "production", "purchase", "logistics", "service"]
    owner: Text


class Fix(Body):
    """What was changed, and since when appliances have it."""

    fix: Reason
    fixed_at: Moment


@router.get("/cases", summary="List quality cases", response_model=Page[QualityCase])
def cases(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
) -> Response:
    """Groups of appliances that fail more than their like, newest first."""
    return listing(
        ask,
        paged,
        after_number,
        lambda c, after, most: list_cases(c, after, most, chosen(state)),
        lambda case: (case.number,),
    )


@router.get("/cases/{case_id}", summary="Read a quality case", response_model=QualityCase)
def case(ask: Ask, case_id: str) -> Response:
    """One case with the figures it was opened on and the effect of its fix."""
    return reading(ask, lambda c: read_case(c, entity_id(case_id, "case")))


@router.post("/cases/{case_id}/assign", summary="Make somebody responsible", response_model=QualityCase)
def assign(ask: Ask, case_id: str, body: Assignment) -> Response:
    """Hand the case to a node and an owner; a case whose fix did not help is handed out again this way."""

    def work(connection: Connection) -> Answer:
        found = _checked(ask, connection, case_id, "assigned")
        assign_case(connection, found.id, body.node, body.owner)
        return _moved(ask, connection, found, "assigned", f"{body.node}: {body.owner}")

    return changing(ask, work)


@router.post("/cases/{case_id}/fix", summary="Say what was changed and since when", response_model=QualityCase)
def fix(ask: Ask, case_id: str, body: Fix) -> Response:
    """From then on the system watches whether the rate falls; nobody types in an effect."""

    def work(connection: Connection) -> Answer:
        found = _checked(ask, connection, case_id, "fixed")
        if body.fixed_at > ask.settings.now():
            raise BadInput("a fix cannot lie in the future; say it when appliances have it")
        if body.fixed_at < found.since:
            raise BadInput(f"a fix from before {found.since:%Y-%m-%d} is older than the figures the case was opened on")
        record_fix(connection, found.id, body.fix, body.fixed_at)
        return _moved(ask, connection, found, "fixed", body.fix)

    return changing(ask, work)


@router.post("/cases/{case_id}/close", summary="Close a measured case", response_model=QualityCase)
def close(ask: Ask, case_id: str, body: Because) -> Response:
    """Only a case whose effect was measured can be closed."""
    return changing(ask, lambda c: _moved(ask, c, _checked(ask, c, case_id, "closed"), "closed", body.reason))


@router.post("/cases/{case_id}/dismiss", summary="Dismiss a case", response_model=QualityCase)
def dismiss(ask: Ask, case_id: str, body: Because) -> Response:
    """It is no quality problem; the reason is kept, and the same group rests for a quarter."""
    return changing(ask, lambda c: _moved(ask, c, _checked(ask, c, case_id, "dismissed"), "dismissed", body.reason))


def _checked(ask: Ask, connection: Connection, case_id: str, to: str) -> QualityCase:
    found = read_case(connection, entity_id(case_id, "case"))
    check_version(ask, found.version)
    CASE.check(found.state, to)
    return found


def _moved(ask: Ask, connection: Connection, case: QualityCase, to: str, reason: str) -> Answer:
    now = ask.settings.now()
    move(connection, CASE, case.id, to, actor=ask.actor or "quality", reason=reason, at=now)
    return Answer(value=read_case(connection, case.id))
