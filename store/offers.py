"""What campaigns offer to one home."""

from dataclasses import dataclass
from uuid import UUID

from store.api_rows import rows
from store.database import Connection
from store.sql import queries

_SQL = queries("offers")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedThing:
    """One appliance of the home in a campaign that its owner may answer, or said yes to."""

    campaign_id: UUID
    number: int
    type: str
    title: str
    text: str
    visit: bool
    campaign_state: str
    appliance_id: str
    kind: str
    room: str | None
    model: str
    language: str
    state: str


def offers_of_home(connection: Connection, household_id: str) -> list[OfferedThing]:
    """Recalls first, then the newest; those that the home declined as long as the campaign goes on."""
    return rows(connection, OfferedThing, _SQL["of_home"], {"household_id": household_id})
