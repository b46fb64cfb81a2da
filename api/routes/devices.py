"""Devices: the registry of who speaks, and claiming those that nobody knows yet."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import model_validator

from api.fields import Body, Id
from api.listing import listing
from api.paging import Page, Paging, after_number, paging
from api.registration import Claimed, claim_as_new, claim_into
from api.requests import Answer, Ask, changing, entity_number, reading
from api.routes.appliances import Facts
from domain.signals import Kind
from store.api_devices import Device, list_devices, read_device
from store.database import Connection

router = APIRouter(prefix="/devices", tags=["devices"])
KEY_MOST = 2**31 - 1


class Claim(Facts):
    """What a device is: an appliance that exists (`appliance_id`), or a new one (`household_id`, `kind`, facts)."""

    appliance_id: Id | None = None
    household_id: Id | None = None
    kind: Kind | None = None
    id: Id | None = None

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [
                {"appliance_id": "ac-living"},
                {"household_id": "home-1", "kind": "washing_machine", "id": "washer-1", "room": "bathroom"},
            ]
        }
    }

    @model_validator(mode="after")
    def _one_way(self) -> "Claim":
        if self.appliance_id is None and (self.household_id is None or self.kind is None):
            raise ValueError("say appliance_id of an appliance that exists, or household_id and kind of a new one")
        if self.appliance_id is not None and len(self.model_fields_set) > 1:
            raise ValueError("with appliance_id nothing else can be said: that appliance exists already")
        return self


@router.get("", summary="List devices", response_model=Page[Device])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    claimed: Annotated[bool | None, Query(description="False: those nobody has claimed.")] = None,
    dialect: Annotated[str | None, Query(max_length=100, description="Only of this dialect.")] = None,
) -> Response:
    """Devices in the order in which they were first met; the unclaimed ones with what is known of them."""
    return listing(ask, paged, after_number, partial(list_devices, claimed=claimed, dialect=dialect), lambda d: (d.id,))


@router.get("/{device_key}", summary="Read a device", response_model=Device)
def read(ask: Ask, device_key: str) -> Response:
    """One device."""
    return reading(ask, lambda c: read_device(c, entity_number(device_key, "device", KEY_MOST)))


@router.post("/{device_key}/claim", summary="Claim a device", response_model=Claimed)
def claim(ask: Ask, device_key: str, body: Claim) -> Response:
    """Say what an unclaimed device is. Its readings so far become the history of that appliance."""
    key = entity_number(device_key, "device", KEY_MOST)

    def work(connection: Connection) -> Answer:
        if body.appliance_id is not None:
            return Answer(value=claim_into(connection, ask, key, body.appliance_id))
        values = body.model_dump(exclude={"appliance_id"})
        return Answer(value=claim_as_new(connection, ask, key, values))

    return changing(ask, work)
