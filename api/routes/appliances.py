"""Appliances: registering, reading, changing."""

from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.fields import KINDS, Body, Id, Positive, Reason, Text, choice_query, chosen
from api.listing import listing
from api.paging import Page, Paging, after_text, paging
from api.registration import Claimed, register
from api.requests import Answer, Ask, changing, check_version, reading
from domain.errors import Conflict, NotFound
from domain.signals import Kind
from store.api_appliances import (
    Appliance,
    Latest,
    list_appliances,
    lock_appliance,
    read_appliance,
    read_latest,
    write_appliance,
)
from store.api_findings import ShownFinding, read_finding
from store.api_households import require_household
from store.breakdowns import report_breakdown
from store.database import Connection

router = APIRouter(prefix="/appliances", tags=["appliances"])
KindFilter = choice_query(KINDS, "Kind of appliance")


class Facts(Body):
    """What may be said about an appliance; empty means unknown."""

    maker: Text | None = None
    model: Text | None = None
    serial: Text | None = None
    batch: Text | None = None
    firmware: Text | None = None
    room: Text | None = None
    installed_on: date | None = None
    circuit_id: Id | None = None
    rated_power_w: Positive | None = None
    rated_current_a: Positive | None = None
    breaker_rating_a: Positive | None = None
    rcd_ma: Positive | None = None
    nominal_v: Annotated[float, Field(ge=90, le=480)] | None = None
    facts: dict[str, Any] = Field(default_factory=dict)


class Told(Body):
    """What somebody says who calls, writes or stands at the door: something does not work."""

    text: Reason
    channel: Literal["phone", "web", "app", "email", "letter", "visit"] = "phone"

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"text": "Dead since this morning, no light inside.", "channel": "phone"}]}
    }


class NewAppliance(Facts):
    """An appliance to be registered; its id is also its name in the native MQTT protocol."""

    id: Id
    household_id: Id
    kind: Kind

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [
                {"id": "ac-living", "household_id": "home-1", "kind": "air_conditioner", "rated_power_w": 1200}
            ]
        }
    }


class ApplianceChange(Body):
    """What is to be changed; what is left out stays, null clears. Kind and id cannot be changed."""

    household_id: Id | None = None
    maker: Text | None = None
    model: Text | None = None
    serial: Text | None = None
    batch: Text | None = None
    firmware: Text | None = None
    room: Text | None = None
    installed_on: date | None = None
    circuit_id: Id | None = None
    rated_power_w: Positive | None = None
    rated_current_a: Positive | None = None
    breaker_rating_a: Positive | None = None
    rcd_ma: Positive | None = None
    nominal_v: Annotated[float, Field(ge=90, le=480)] | None = None
    facts: dict[str, Any] | None = None

    def changes(self) -> dict[str, Any]:
        """Fields that were sent; null clears only what may be empty."""
        sent = self.model_dump(exclude_unset=True)
        kept = ("household_id", "nominal_v", "facts")
        return {name: value for name, value in sent.items() if value is not None or name not in kept}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceWithLatest(Appliance):
    """An appliance and the last word on each of its signals."""

    latest: Latest | None


@router.get("", summary="List appliances", response_model=Page[Appliance])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    household: Annotated[str | None, Query(description="Only of this household.")] = None,
    kind: KindFilter = None,  # type: ignore[valid-type]
    claimed: Annotated[bool, Query(description="False: the placeholders of unclaimed devices.")] = True,
) -> Response:
    """Appliances by id."""
    return listing(
        ask,
        paged,
        after_text,
        partial(list_appliances, claimed=claimed, household=household, kinds=chosen(kind)),
        lambda a: (a.id,),
    )


@router.post("", summary="Register an appliance", status_code=201, response_model=Claimed)
def create(ask: Ask, body: NewAppliance) -> Response:
    """Register an appliance. If a device of that name has been speaking unclaimed, its history comes with it."""

    def work(connection: Connection) -> Answer:
        values = body.model_dump()
        claimed = register(connection, ask, values)
        return Answer(value=claimed, status=201, headers={"Location": f"/api/v1/appliances/{body.id}"})

    return changing(ask, work)


@router.get("/{appliance_id}", summary="Read an appliance", response_model=ApplianceWithLatest)
def read(ask: Ask, appliance_id: str) -> Response:
    """One appliance with its latest merged values. The ETag is that of what people edit, not of the values."""

    def work(connection: Connection) -> ApplianceWithLatest:
        found = read_appliance(connection, appliance_id)
        return ApplianceWithLatest(**asdict(found), latest=read_latest(connection, appliance_id))

    return reading(ask, work)


@router.post("/{appliance_id}/breakdown", summary="Somebody says that it does not work", status_code=201,
             response_model=ShownFinding)  # fmt: skip
def breakdown(ask: Ask, appliance_id: str, body: Told) -> Response:
    """Becomes an urgent order within a minute; an omission too, unless a finding announced it a day or more before."""

    def work(connection: Connection) -> Answer:
        finding = report_breakdown(connection, appliance_id, body.text, body.channel, ask.settings.now())
        headers = {"Location": f"/api/v1/findings/{finding}"}
        return Answer(value=read_finding(connection, finding), status=201, headers=headers)

    return changing(ask, work)


@router.patch("/{appliance_id}", summary="Change an appliance", response_model=Appliance)
def change(ask: Ask, appliance_id: str, body: ApplianceChange) -> Response:
    """Change what is sent. Needs If-Match with the ETag that was read."""

    def work(connection: Connection) -> Answer:
        locked = lock_appliance(connection, appliance_id)
        if locked is None or locked.merged:
            raise NotFound(f"there is no appliance {appliance_id}")
        check_version(ask, locked.version, required=True)
        changes = body.changes()
        if not locked.claimed and "household_id" in changes:
            raise Conflict(f"appliance {appliance_id} is unclaimed; claim its device, which also says its kind")
        if "household_id" in changes:
            require_household(connection, changes["household_id"])
        present = asdict(read_appliance(connection, appliance_id))
        write_appliance(connection, locked.key, {**present, **changes})
        return Answer(value=read_appliance(connection, appliance_id))

    return changing(ask, work)
