"""Work on an appliance, as the system is told of it, and what it means for what is normal."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

ACTIONS: Final = frozenset(
    {
        "filter_cleaned", "filter_replaced", "coil_cleaned", "vent_cleaned", "descaled", "part_replaced",
        "refrigerant_charged", "sensor_replaced", "tightened", "repaired", "inspected", "firmware",
    }
)  # fmt: skip
"""What can be told (contracts, section 3)."""
NEW_NORMAL: Final = frozenset(
    {"part_replaced", "refrigerant_charged", "sensor_replaced", "repaired", "tightened", "firmware"}
)
"""Services after which the appliance may be healthy in another way than before, so that its reference is learned again.
Cleaning and descaling bring the old normal back: the reference stays (domain notes: re-baseline only on a confirmed
service or a firmware change)."""
PUTS_RIGHT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "filter_cleaned": frozenset({"filter_clog", "drain_filter_clog", "vent_clog"}),
        "filter_replaced": frozenset({"filter_clog", "drain_filter_clog"}),
        "coil_cleaned": frozenset({"outdoor_coil_fouled", "condenser_dust"}),
        "vent_cleaned": frozenset({"vent_clog"}),
        "descaled": frozenset({"limescale"}),
        "refrigerant_charged": frozenset({"refrigerant_leak"}),
        "sensor_replaced": frozenset({"sensor_fault"}),
        "tightened": frozenset({"loose_contact"}),
    }
)
"""What an action puts right when the report does not name the fault."""


class Service(NamedTuple):
    """Work at a moment; `fault` and `part` are empty where nobody said."""

    at: datetime
    action: str
    fault: str = ""
    part: str = ""

    @property
    def faults(self) -> frozenset[str]:
        """The faults that it puts right."""
        return frozenset({self.fault}) if self.fault else PUTS_RIGHT.get(self.action, frozenset())


def normal_since(services: Iterable[Service]) -> date | None:
    """The first UTC day of the present normal: the day after the last service that changed it; None if none did."""
    days = [service.at.astimezone(UTC).date() for service in services if service.action in NEW_NORMAL]
    return max(days) + timedelta(days=1) if days else None
