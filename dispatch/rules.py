"""Who may do a job at all: skill, area and parts; independent of anybody's calendar."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.care_orders import great_circle_km
from domain.visits import FieldTechnician, Job

Stock = Mapping[str, Mapping[str, int]]
"""Pieces on the shelf by outlet and part."""
NO_STOCK: Stock = MappingProxyType({})


class Why(StrEnum):
    """Why a job cannot be done, by somebody or by anybody."""

    PINNED = "pinned"  # somebody else is fixed for it
    SKILL = "no_skill"
    AREA = "outside_area"
    PART = "no_part"
    TIME = "no_time"  # nobody able works when it may be done
    OUTWEIGHED = "outweighed"  # there would be time if other visits, which weigh more, were left out


def objection(job: Job, technician: FieldTechnician, stock: Stock) -> Why | None:
    """The first reason why the technician cannot do the job, whatever the time; None if there is none."""
    if job.technician_id not in (None, technician.id):
        return Why.PINNED
    if job.skills - technician.skills:
        return Why.SKILL
    if technician.area_km is not None and great_circle_km(technician.base, job.place) > technician.area_km:
        return Why.AREA
    if missing_parts(job, technician, stock):
        return Why.PART
    return None


def missing_parts(job: Job, technician: FieldTechnician, stock: Stock) -> tuple[str, ...]:
    """What the job needs and the technician has neither in the van nor on the shelf of the outlet."""
    shelf = stock.get(technician.outlet_id, {})
    return tuple(
        part
        for part in dict.fromkeys(job.parts)
        if technician.van.get(part, 0) + shelf.get(part, 0) < job.parts.count(part)
    )


def outlets_by_distance(job: Job, technicians: Iterable[FieldTechnician]) -> list[str]:
    """The responsible outlet first, then the others from near to far."""
    bases = {technician.outlet_id: technician.base for technician in technicians}
    return sorted(bases, key=lambda o: (o != job.outlet_id, great_circle_km(bases[o], job.place), o))
