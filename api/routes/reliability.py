"""What goes back to the maker: failure rates, survival, what stands out, and the cases that follow."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from api.fields import Because, Body, Reason, Text, choice_query, chosen
from api.listing import listing
from api.moments import Moment
from api.paging import Page, Paging, after_number, paging
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.errors import BadInput, NotFound
from domain.faults import FAULTS
from domain.signals import Kind
from domain.states import CASE
from quality.bounds import Bounded, rate
from quality.emerging import PART
from quality.survival import Curve, Life, failure_rate, kaplan_meier
from store.api_pool import transaction
from store.database import Connection
from store.exports import TABLES, export_table
from store.moves import move
from store.reliability import (
    Dimension,
    QualityCase,
    assign_case,
    count_without_age,
    list_cases,
    read_case,
    read_groups,
    read_lives,
    read_part_use,
    record_fix,
)

router = APIRouter(tags=["quality"])
StateFilter = choice_query(CASE.moves, "State")
SHOWN_AGES_D = (30, 91, 182, 365, 730, 1095, 1826, 3652)
"""Ages at which survival is told: a month to ten years."""
MOST_STEPS = 200
"""More steps than a picture can show are told only in part, evenly (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLife:
    """How long the appliances of a group last: failures per 1000 appliance-months, and the share without a fault."""

    value: str
    appliances: int
    per_1000_months: Bounded
    survival: list[dict[str, float]]
    steps: list[dict[str, float]]
    """The curve itself: every age at which a fault was confirmed, at most `MOST_STEPS` of them."""
    oldest_d: float
    """Age up to which anything of the group was watched."""


@router.get("/reports/reliability", summary="Survival and failure rate of a kind for one fault")
def reliability(
    ask: Ask,
    kind: Annotated[Kind, Query(description="Kind of appliance.")],
    fault: Annotated[str, Query(description="Fault of that kind, or `part:` and the name of a part.", max_length=80)],
    by: Annotated[Dimension | None, Query(description="Groups to compare; without it all appliances together.")] = None,
) -> Response:
    """Only confirmed faults count (a technician saw it, or self-care proved it). Appliances that joined late or left
    early are counted for the time they were watched (delayed entry, right censoring)."""
    if (kind, fault) not in FAULTS and (None, fault) not in FAULTS and not fault.startswith(PART):
        codes = sorted(code for of, code in FAULTS if of in (kind, None))
        raise BadInput(f"{kind} has no fault {fault[:40]!r}; one of {', '.join(codes)}, or part:NAME")
    return reading(ask, lambda c: _reliability(c, kind, fault, by))


def _reliability(connection: Connection, kind: Kind, fault: str, by: Dimension | None) -> dict[str, Any]:
    lives: dict[str, list[Life]] = {}
    for life in read_lives(connection, kind, fault, by):
        known = Life(from_d=life.from_d, to_d=max(life.to_d, life.from_d), failed=life.failed)
        lives.setdefault(life.value, []).append(known)
    groups = [_group_life(value, of) for value, of in sorted(lives.items())]
    return {
        "kind": kind,
        "fault": fault,
        "by": by,
        "groups": [asdict(group) for group in groups],
        "appliances_without_installation_date": count_without_age(connection, kind),
    }


def _group_life(value: str, of: list[Life]) -> GroupLife:
    curve, oldest_d = kaplan_meier(of), max(life.to_d for life in of)
    return GroupLife(
        value=value,
        appliances=len(of),
        per_1000_months=failure_rate(of),
        survival=_survival(curve, oldest_d),
        steps=_steps(curve),
        oldest_d=oldest_d,
    )


def _steps(curve: Curve) -> list[dict[str, float]]:
    every = -(-len(curve.ages_d) // MOST_STEPS) or 1
    columns = (curve.ages_d, curve.survival, curve.low, curve.high)
    return [
        dict(zip(("age_d", "share", "low", "high"), map(float, step), strict=True))
        for step in list(zip(*columns, strict=True))[::-every][::-1]
    ]


def _survival(curve: Curve, oldest_d: float) -> list[dict[str, float]]:
    found = ((age, curve.at(age)) for age in SHOWN_AGES_D if age <= oldest_d)
    return [{"age_d": age, "share": at[0], "low": at[1], "high": at[2]} for age, at in found if at is not None]


@router.get("/reports/failure-rates", summary="Confirmed faults per 1000 appliance-months by group")
def failure_rates(
    ask: Ask,
    kind: Annotated[Kind | None, Query(description="Only of this kind.")] = None,
    by: Annotated[Dimension | None, Query(description="Only this dimension.")] = None,
    days: Annotated[int, Query(ge=1, le=3660, description="Length of the span that ends now.")] = 365,
) -> Response:
    """Rates with exact bounds, for every model, batch, firmware and climate."""
    until = ask.settings.now()
    since = until - timedelta(days=days)

    def work(connection: Connection) -> dict[str, Any]:
        found = read_groups(connection, since, until, kind=kind, dimension=by)
        groups = [
            asdict(one) | {"per_1000_months": asdict(rate(one.events, one.months).times(1000.0))} for one in found
        ]
        return {"since": since, "until": until, "groups": groups}

    return reading(ask, work)


@router.get("/reports/part-rates", summary="How often each part of a kind is needed")
def part_rates(ask: Ask, kind: Annotated[Kind, Query(description="Kind of appliance.")]) -> Response:
    """Parts that confirmed faults needed, per 1000 appliance-months of the kind, with exact bounds."""
    return reading(
        ask,
        lambda c: {
            "kind": kind,
            "parts": [
                asdict(use) | {"per_1000_months": asdict(rate(use.events, use.months).times(1000.0))}
                for use in read_part_use(c, kind)
            ],
        },
    )


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


@router.get(
    "/reports/exports/{table}",
    summary="An open table for the maker's own tools",
    response_class=Response,
    responses={200: {"content": {"application/vnd.apache.parquet": {}, "text/csv": {}}}},
)
def export(
    ask: Ask,
    table: str,
    form: Annotated[Literal["parquet", "csv"], Query(alias="format", description="Kind of file.")] = "parquet",
) -> Response:
    """Appliances, confirmed faults, findings or cases without home, owner, serial number or place."""
    if table not in TABLES:
        raise NotFound(f"there is no table {table[:40]!r}; one of {', '.join(TABLES)}")
    with transaction(ask.pool) as connection:
        content = export_table(connection, table, form)
    media_type = "application/vnd.apache.parquet" if form == "parquet" else "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="{table}.{form}"'}
    return Response(content, media_type=media_type, headers=headers)
