"""Work on an appliance, as the system is told of it, and what it means for what is normal."""

from collections.abc import Mapping
from datetime import datetime
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
"""Services after which what they touched may be healthy in another way than before: `models.normal` says what that is.
Cleaning and descaling bring the old normal back (domain notes: re-baseline only on a confirmed service or a firmware
change)."""
RESTORES: Final = frozenset({"descaled"})
"""A technician's work that brings the old normal back: days before it tell of nothing that is there now. What an owner
cleans is often still clogged, so that there the days before go on counting."""
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
