"""Work on appliances, as the system was told of it."""

from collections.abc import Sequence

from domain.services import ACTIONS, Service
from store.database import Connection
from store.sql import queries

_SQL = queries("services")


def note_service(connection: Connection, appliance_key: int, service: Service, told_by: str) -> None:
    """Take note of work on an appliance, inside the caller's transaction; telling twice is harmless.

    `told_by` says who reports it: `technician`, `owner`, `firmware` or the like. ValueError for an unknown action.
    """
    if service.action not in ACTIONS:
        raise ValueError(f"{service.action} is no action; there are {', '.join(sorted(ACTIONS))}")
    connection.execute(_SQL["note_service"], {"appliance_key": appliance_key, "told_by": told_by, **service._asdict()})


def read_services(connection: Connection, keys: Sequence[int]) -> dict[int, list[Service]]:
    """By appliance all work that is known of, in order of time."""
    found: dict[int, list[Service]] = {}
    for key, *service in connection.execute(_SQL["read_services"], {"keys": list(keys)}):
        found.setdefault(key, []).append(Service(*service))
    return found
