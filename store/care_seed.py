"""What a new installation starts with: the parts that the catalogue of faults names; for the demo, a service team."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.faults import FAULTS
from domain.signals import Kind
from store.database import Connection
from store.sql import queries

_SQL = queries("care_seed")

DEMO_OUTLET: Final = "outlet-demo"
_WET: Final = (Kind.WASHING_MACHINE, Kind.DRYER, Kind.DISHWASHER, Kind.WATER_HEATER)
_COLD: Final = (Kind.AIR_CONDITIONER, Kind.REFRIGERATOR, Kind.AIR_PURIFIER, Kind.RANGE_HOOD)
DEMO_TECHNICIANS: Final[Mapping[str, tuple[Kind, ...]]] = MappingProxyType(
    {"a": (*_COLD, *_WET), "b": _WET, "c": (Kind.CIRCUIT, Kind.WATER_HEATER, Kind.RANGE_HOOD)}
)
"""By letter, with what they know: all appliances, so that one visit can settle a whole home; water and washing;
electricity."""


def parts_catalogue() -> dict[str, tuple[str, ...]]:
    """Every part that a fault may need, with the kinds of appliances it fits; one of a fault of any kind fits all."""
    fits: dict[str, set[str]] = defaultdict(set)
    for fault in FAULTS.values():
        for part in fault.parts:
            fits[part] |= {str(kind) for kind in Kind} if fault.kind is None else {str(fault.kind)}
    return {part: tuple(sorted(kinds)) for part, kinds in sorted(fits.items())}


def seed_parts(connection: Connection) -> int:
    """Enter the catalogue's parts that are missing, in one transaction; how many rows were written."""
    with connection.transaction():
        return sum(
            connection.execute(_SQL["part"], {"id": part, "name": part_name(part), "fits": list(fits)}).rowcount
            for part, fits in parts_catalogue().items()
        )


def part_name(part: str) -> str:
    """`leak_kit` as people write it: `Leak kit`."""
    return part.replace("_", " ").capitalize()


def seed_demo_service(
    connection: Connection, latitude: float = 52.52, longitude: float = 13.405, timezone: str = "Europe/Berlin"
) -> None:
    """One outlet with three technicians, named by letter, and a few parts in stock; running it again changes nothing.

    The place (degrees WGS 84) is the middle of a large town unless the caller knows where the demo's homes are.
    """
    seed_parts(connection)
    with connection.transaction():
        connection.execute(
            _SQL["outlet"],
            {
                "id": DEMO_OUTLET,
                "name": "Demo outlet",
                "latitude": latitude,
                "longitude": longitude,
                "timezone": timezone,
            },
        )
        for letter, skills in DEMO_TECHNICIANS.items():
            connection.execute(
                _SQL["technician"],
                {
                    "id": f"technician-{letter}",
                    "name": f"Technician {letter.upper()}",
                    "outlet_id": DEMO_OUTLET,
                    "skills": [str(kind) for kind in skills],
                },
            )
        connection.execute(_SQL["stock"], {"outlet_id": DEMO_OUTLET})
