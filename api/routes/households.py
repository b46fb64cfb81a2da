"""Households."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.fields import Body, Climate, Id, Latitude, Longitude, Region, Text, Zone
from api.household_record import household_record
from api.listing import listing
from api.paging import Page, Paging, after_text, paging
from api.requests import Answer, Ask, changing, check_version, reading
from store.api_households import Household, add_household, change_household, list_households, lock_household
from store.api_households import read_household as fetch_household

router = APIRouter(prefix="/households", tags=["households"])

MAY_BE_EMPTY = frozenset({"latitude", "longitude", "region", "climate"})


class NewHousehold(Body):
    """A home to be looked after."""

    id: Id
    name: Text
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    timezone: Zone = "UTC"
    region: Region | None = None
    climate: Climate | None = None
    contact: dict[str, Any] = Field(default_factory=dict)

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"id": "home-1", "name": "Harbour Street 5", "timezone": "Europe/Berlin"}]}
    }


class HouseholdChange(Body):
    """What is to be changed; what is left out stays."""

    name: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    timezone: Zone | None = None
    region: Region | None = None
    climate: Climate | None = None
    contact: dict[str, Any] | None = None

    def changes(self) -> dict[str, Any]:
        """Fields that were sent; null clears only what may be empty."""
        sent = self.model_dump(exclude_unset=True)
        return {k: v for k, v in sent.items() if v is not None or k in MAY_BE_EMPTY}


@router.get("", summary="List households", response_model=Page[Household])
def list_(ask: Ask, paged: Annotated[Paging, Depends(paging)]) -> Response:
    """Households by id."""
    return listing(ask, paged, after_text, list_households, lambda h: (h.id,))


@router.post("", summary="Create a household", status_code=201, response_model=Household)
def create(ask: Ask, body: NewHousehold) -> Response:
    """Create a household; 409 if the id is taken."""
    return changing(
        ask,
        lambda c: Answer(
            value=add_household(c, body.model_dump()),
            status=201,
            headers={"Location": f"/api/v1/households/{body.id}"},
        ),
    )


@router.get("/{household_id}", summary="Read a household", response_model=Household)
def read(ask: Ask, household_id: str) -> Response:
    """One household, with its ETag."""
    return reading(ask, lambda c: fetch_household(c, household_id))


@router.get("/{household_id}/record", summary="Read everything about a home")
def record(ask: Ask, household_id: str) -> Response:
    """The home, its appliances with warranty, the newest findings, reminders, orders and opinions, and consents."""
    return reading(ask, lambda c: household_record(ask, c, household_id))


@router.patch("/{household_id}", summary="Change a household", response_model=Household)
def change(ask: Ask, household_id: str, body: HouseholdChange) -> Response:
    """Change what is sent. Needs If-Match with the ETag that was read."""

    def work(connection: Any) -> Answer:
        check_version(ask, lock_household(connection, household_id), required=True)
        return Answer(value=change_household(connection, household_id, body.changes()))

    return changing(ask, work)
