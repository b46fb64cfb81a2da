"""Locking a finding, reminder or order before it is read for a change."""

from uuid import UUID

from domain.states import Machine
from store.database import Connection
from store.sql import queries

_SQL = queries("moves")


def lock_entity(connection: Connection, machine: Machine, entity_id: UUID) -> None:
    """Lock it until commit, if it exists; the version read afterwards is the one that is changed."""
    connection.execute(_SQL[f"lock_{machine.entity}"], {"id": entity_id}).fetchone()
