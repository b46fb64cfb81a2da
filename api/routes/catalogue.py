"""Outlets and technicians."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.fields import Body, Id, Latitude, Longitude, Phone, Text, Zone
from api.listing import listing
from api.paging import Page, Paging, after_text, paging
from api.requests import Answer, Ask, changing, reading
from domain.signals import Kind
from store.api_catalogue import (
    Outlet,
    Technician,
    add_outlet,
    add_technician,
    list_outlets,
    list_technicians,
    read_outlet,
    read_technician,
)

router = APIRouter()


class NewOutlet(Body):
    """A service outlet and where it stands."""

    id: Id
    name: Text
    latitude: Latitude
    longitude: Longitude
    timezone: Zone = "UTC"
    supplied_by: Id | None = Field(default=None, description="The regional store that it asks for parts.")
    phone: Phone | None = None


class NewTechnician(Body):
    """A technician; `skills` are the kinds of appliance they are trained for."""

    id: Id
    name: Text
    outlet_id: Id
    skills: list[Kind] = Field(default_factory=list, max_length=50)
    active: bool = True

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [
                {"id": "tech-1", "name": "Team 1", "outlet_id": "outlet-1", "skills": ["air_conditioner", "circuit"]}
            ]
        }
    }


@router.get("/outlets", summary="List outlets", tags=["outlets"], response_model=Page[Outlet])
def outlets(ask: Ask, paged: Annotated[Paging, Depends(paging)]) -> Response:
    """Outlets by id."""
    return listing(ask, paged, after_text, list_outlets, lambda o: (o.id,))


@router.post("/outlets", summary="Create an outlet", tags=["outlets"], status_code=201, response_model=Outlet)
def new_outlet(ask: Ask, body: NewOutlet) -> Response:
    """Create an outlet; 409 if the id is taken."""
    headers = {"Location": f"/api/v1/outlets/{body.id}"}
    return changing(ask, lambda c: Answer(value=add_outlet(c, body.model_dump()), status=201, headers=headers))


@router.get("/outlets/{outlet_id}", summary="Read an outlet", tags=["outlets"], response_model=Outlet)
def outlet(ask: Ask, outlet_id: str) -> Response:
    """One outlet."""
    return reading(ask, lambda c: read_outlet(c, outlet_id))


@router.get("/technicians", summary="List technicians", tags=["technicians"], response_model=Page[Technician])
def technicians(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    outlet_id: Annotated[str | None, Query(description="Only of this outlet.")] = None,
    skill: Annotated[Kind | None, Query(description="Only those trained for this kind.")] = None,
) -> Response:
    """Technicians by id."""
    return listing(ask, paged, after_text, partial(list_technicians, outlet=outlet_id, skill=skill), lambda t: (t.id,))


@router.post(
    "/technicians", summary="Create a technician", tags=["technicians"], status_code=201, response_model=Technician
)
def new_technician(ask: Ask, body: NewTechnician) -> Response:
    """Create a technician of an existing outlet; 409 if the id is taken."""
    headers = {"Location": f"/api/v1/technicians/{body.id}"}
    values = body.model_dump(mode="json")
    return changing(ask, lambda c: Answer(value=add_technician(c, values), status=201, headers=headers))


@router.get(
    "/technicians/{technician_id}", summary="Read a technician", tags=["technicians"], response_model=Technician
)
def technician(ask: Ask, technician_id: str) -> Response:
    """One technician."""
    return reading(ask, lambda c: read_technician(c, technician_id))
