"""What goes back to the maker: failure rates, survival and open tables."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from api.requests import Ask, reading
from domain.errors import BadInput, NotFound
from domain.faults import FAULTS
from domain.signals import Kind
from quality.bounds import Bounded, rate
from quality.emerging import PART
from quality.survival import Curve, Life, failure_rate, kaplan_meier
from store.api_pool import transaction
from store.database import Connection
from store.exports import TABLES, export_table
from store.reliability import (
    Dimension,
    count_without_age,
    read_groups,
    read_lives,
    read_part_use,
)

router = APIRouter(tags=["quality"])
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
