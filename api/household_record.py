"""Everything about one home on one page: what it has, what was found, done and said (one record per customer)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from api.requests import Asked
from domain.warranty import covered, warranty_ends
from store.api_absence import read_absence
from store.api_appliances import Appliance, list_appliances
from store.api_findings import list_findings
from store.api_households import read_household
from store.api_orders import list_orders
from store.api_reminders import list_reminders
from store.campaigns import read_consents
from store.database import Connection
from store.opinions import list_opinions
from store.outbox import told

MOST: Final = 50
"""The newest of each; the lists with `household=` have the rest."""
MOST_APPLIANCES: Final = 500


def household_record(ask: Asked, connection: Connection, household_id: str) -> dict[str, Any]:
    """The home's record as of now; NotFound."""
    now = ask.settings.now()
    home = read_household(connection, household_id)
    owned = list_appliances(connection, None, MOST_APPLIANCES, claimed=True, household=household_id, kinds=None)
    return {
        "household": home,
        "absence": read_absence(connection, household_id, now),
        "consents": read_consents(connection, household_id),
        "appliances": [_owned(one, now.date()) for one in owned],
        "findings": list_findings(connection, None, MOST, household=household_id),
        "reminders": list_reminders(connection, None, MOST, household=household_id),
        "orders": list_orders(connection, None, MOST, household=household_id),
        "messages": told(connection, household_id, MOST),
        "opinions": list_opinions(
            connection, None, MOST, now=now, states=None, kinds=None, household=household_id, overdue=False
        ),
    }


def _owned(appliance: Appliance, today: date) -> Mapping[str, Any]:
    ends = warranty_ends(appliance.installed_on, appliance.facts)
    return {
        "id": appliance.id,
        "kind": appliance.kind,
        "maker": appliance.maker,
        "model": appliance.model,
        "serial": appliance.serial,
        "room": appliance.room,
        "installed_on": appliance.installed_on,
        "online": appliance.online,
        "warranty_ends": ends,
        "under_warranty": None if ends is None else covered(ends, today),
    }
