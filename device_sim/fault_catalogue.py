"""The faults a simulated home can have: where they sit, how fast they grow, what shows them, who undoes them."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

Shows = tuple[tuple[frozenset[str], float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """What a fault does by default.

    `key` is unique here, `name` is the contract's word. `part` is the appliance suffix it sits in ("*": any).
    `days_to_full` are typical days of normal use from onset to severity 1, `slower` stretches them in recorded fleets
    to the field's time scale. `detectable` is the severity where the index a good engineer would watch has moved by
    about 10 %; `shows` lists sets of signals with the severity each needs, empty: `detectable` always holds.
    `fails` is the severity of failure: a quarter of capacity or flow lost for self-care, the end of function else.
    `sudden` is the share that comes at once, without precursor; `watched`: the instant is read off the physics.
    `cured`: a repair that holds leaves nothing of it, since what was replaced works or does not.
    `per_year` is the real rate per appliance and year (E), `fleet_weight` how often enriched fleets have it.
    """

    key: str
    part: str
    days_to_full: float
    detectable: float
    name: str = ""
    fails: float = 1.0
    slower: float = 1.0
    self_care: bool = False
    regrows: bool = False
    abrupt: bool = False
    watched: bool = False
    cured: bool = False
    sudden: float = 0.0
    per_year: float = 0.02
    fleet_weight: float = 1.0
    action: str = "part_replaced"
    shows: Shows = field(default=())

    def visible_at(self, lacks: frozenset[str]) -> float | None:
        """Severity from which a unit without the signals `lacks` can show it; None: it cannot."""
        if not self.shows:
            return self.detectable
        seen = [at for needs, at in self.shows if not needs & lacks]
        return min(seen) if seen else None


def _shows(*pairs: tuple[str, float]) -> Shows:
    return tuple((frozenset(needs.split()), at) for needs, at in pairs)


_AIR_CONDITIONER: Final = (
    FaultKind(key="filter_clog", part="ac", days_to_full=90.0, detectable=0.10, fails=0.26, slower=2.6,
              self_care=True, regrows=True, per_year=0.8, fleet_weight=2.0, action="filter_cleaned",
              shows=_shows(("supply_c", 0.10), ("coil_in_c", 0.12), ("fan_rpm power_w", 0.26))),
    FaultKind(key="refrigerant_leak", part="ac", days_to_full=80.0, detectable=0.50, per_year=0.04, fleet_weight=1.2,
              action="refrigerant_charged",
              shows=_shows(("discharge_c", 0.25), ("eev_steps", 0.2), ("supply_c", 0.5))),
)  # fmt: skip
_ORIGINAL: Final = (
    FaultKind(key="drain_filter_clog", part="washer", days_to_full=70.0, detectable=0.04, fails=0.135, slower=4.0,
              self_care=True, regrows=True, per_year=0.3, fleet_weight=1.5, action="filter_cleaned",
              shows=_shows(("drain_s litres", 0.04), ("level_mm", 0.06))),
    FaultKind(key="bearing_wear", part="washer", days_to_full=100.0, detectable=0.05, sudden=0.05,
              shows=_shows(("spin_vibration_mm_s", 0.05), ("vibration_mm_s", 0.05), ("power_w", 0.3))),
    FaultKind(key="flood", part="washer", days_to_full=1.0, detectable=0.0, abrupt=True, watched=True, per_year=0.003,
              fleet_weight=0.3, shows=_shows(("level_mm", 0.0))),
    FaultKind(key="door_seal_leak", part="fridge", days_to_full=80.0, detectable=0.09, fails=0.6, slower=1.6,
              self_care=True, per_year=0.03, action="repaired", shows=_shows(("fridge_c", 0.09), ("power_w", 0.2))),
    FaultKind(key="condenser_dust", part="fridge", days_to_full=100.0, detectable=0.33, slower=1.3, self_care=True,
              regrows=True, per_year=0.1, action="coil_cleaned", shows=_shows(("power_w", 0.33))),
    FaultKind(key="food_at_risk", part="fridge", days_to_full=1.0, detectable=0.0, abrupt=True, watched=True,
              per_year=0.02, fleet_weight=0.4, action="inspected",
              shows=_shows(("fridge_c", 0.0), ("freezer_c", 0.0))),
    FaultKind(key="overload", part="main", days_to_full=1.0, detectable=0.0, self_care=True, abrupt=True,
              watched=True, per_year=0.02, fleet_weight=0.5, action="inspected"),
    FaultKind(key="loose_contact", part="kitchen", days_to_full=50.0, detectable=0.055, fails=0.3, slower=2.5,
              watched=True, per_year=0.005, fleet_weight=0.7, action="tightened"),
    FaultKind(key="earth_leakage", part="main", days_to_full=50.0, detectable=0.50, watched=True, per_year=0.005,
              fleet_weight=0.5, action="repaired"),
)  # fmt: skip
_GROWN: Final = (
    FaultKind(key="outdoor_coil_fouled", part="ac", days_to_full=150.0, detectable=0.18, fails=0.5, self_care=True,
              regrows=True, per_year=0.15, action="coil_cleaned",
              shows=_shows(("coil_out_c outdoor_c", 0.18), ("power_w compressor_hz", 0.4))),
    FaultKind(key="compressor_failing", part="fridge", days_to_full=22.0, detectable=0.28, sudden=0.25,
              shows=_shows(("freezer_c", 0.28), ("power_w", 0.4))),
    FaultKind(key="defrost_failure", part="fridge", days_to_full=10.0, detectable=0.20, cured=True,
              shows=_shows(("defrost", 0.15), ("power_w", 0.2), ("evap_c", 0.2))),
    FaultKind(key="inlet_valve_weak", part="washer", days_to_full=30.0, detectable=0.15, sudden=0.1,
              shows=_shows(("fill_s", 0.15), ("level_mm", 0.25))),
    FaultKind(key="vent_clog", part="dryer", days_to_full=120.0, detectable=0.06, fails=0.156, slower=3.2,
              self_care=True, regrows=True, per_year=0.4, fleet_weight=2.0, action="vent_cleaned",
              shows=_shows(("inlet_c", 0.06), ("minutes water_kg", 0.10), ("heater_w", 0.12), ("power_w", 0.15))),
    FaultKind(key="overheat_trips", part="dryer", days_to_full=5.0, detectable=0.3, watched=True, sudden=0.5,
              per_year=0.01, fleet_weight=0.6, shows=_shows(("limit_trips", 0.0))),
    FaultKind(key="dishwasher_filter_clog", name="filter_clog", part="dishwasher", days_to_full=90.0,
              detectable=0.09, fails=0.353, slower=1.5, self_care=True, regrows=True, per_year=0.4, fleet_weight=1.5,
              action="filter_cleaned", shows=_shows(("circ_pump_w", 0.08), ("drain_s", 0.10), ("turbidity_ntu", 0.15))),
    FaultKind(key="heater_failure", part="dishwasher", days_to_full=9.0, detectable=0.12, sudden=0.4, per_year=0.03,
              shows=_shows(("heater_w", 0.12), ("water_c", 0.15), ("power_w", 0.15))),
    FaultKind(key="element_failing", part="heater", days_to_full=38.0, detectable=0.22, sudden=0.2, per_year=0.03,
              shows=_shows(("heater_w voltage_v", 0.22), ("power_w voltage_v", 0.22), ("power_w", 0.4))),
    FaultKind(key="limescale", part="heater", days_to_full=150.0, detectable=0.15, fails=0.9, per_year=0.05,
              action="descaled", shows=_shows(("bottom_c top_c", 0.15), ("cutout_trips", 0.4), ("heater_w", 0.5))),
    FaultKind(key="anode_spent", part="heater", days_to_full=160.0, detectable=0.12, per_year=0.06,
              shows=_shows(("anode_ma", 0.12))),
    FaultKind(key="purifier_filter_clog", name="filter_clog", part="purifier", days_to_full=300.0, detectable=0.075,
              fails=0.2, self_care=True, regrows=True, per_year=0.8, fleet_weight=2.0, action="filter_replaced",
              shows=_shows(("fan_rpm fan_level", 0.10), ("power_w fan_level", 0.075), ("pm25_ugm3 fan_level", 0.10))),
    FaultKind(key="hood_filter_clog", name="filter_clog", part="hood", days_to_full=150.0, detectable=0.15,
              fails=0.4, self_care=True, regrows=True, per_year=1.0, fleet_weight=2.0, action="filter_cleaned",
              shows=_shows(("fan_rpm fan_level", 0.2), ("power_w fan_level", 0.15))),
    FaultKind(key="neutral_loss", part="main", days_to_full=1.0, detectable=0.0, abrupt=True, watched=True,
              per_year=0.001, fleet_weight=0.3, action="repaired", shows=_shows(("voltage_v", 0.0))),
    FaultKind(key="sensor_fault", part="*", days_to_full=25.0, detectable=0.0, per_year=0.03, fleet_weight=0.8,
              action="sensor_replaced"),
    FaultKind(key="silent", part="*", days_to_full=1.0, detectable=0.0, per_year=0.1, fleet_weight=0.5,
              action="inspected"),
)  # fmt: skip

FAULTS: Final = MappingProxyType({kind.key: kind for kind in (*_AIR_CONDITIONER, *_ORIGINAL, *_GROWN)})
FAULT_ORDER: Final = tuple(FAULTS)
"""Never reorder: the place of a fault seeds its randomness."""
UNPLANNED: Final = frozenset({"sensor_fault", "silent"})
"""Not drawn for live homes; recorded fleets have them."""


def contract_name(key: str) -> str:
    """The contract's word for fault `key`."""
    return FAULTS[key].name or key


def fault_key(part: str, name: str) -> str | None:
    """The key of the fault that the contract calls `name`, in the appliance with suffix `part`; None if none."""
    found = (kind.key for kind in FAULTS.values() if kind.part in (part, "*") and contract_name(kind.key) == name)
    return next(found, None)
