"""The catalogue of faults: what can go wrong, how urgent it is, what helps, and how to say it to the owner."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.signals import Kind


class Urgency(StrEnum):
    """Who acts, and how soon."""

    URGENT = "urgent"  # alarm within seconds, then an order
    VISIT = "visit"  # a service order
    SELF = "self"  # a reminder first; a visit only if the next telemetry shows no change


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one kind of appliance (`kind` is None where any kind can have it)."""

    code: str
    kind: Kind | None
    urgency: Urgency
    action: str
    """What is done: the owner's step for self-care, the technician's otherwise."""
    notice: str
    """The `kind` on the appliance's own notice topic."""
    title: str
    advice: str
    """One or two plain sentences for the owner."""
    parts: tuple[str, ...] = ()
    minutes: int = 45
    """Work on site, without travel (E)."""
    answer_days: int = 7
    """Days of use after which the telemetry must show that self-care helped, else it becomes a visit (E)."""
    typical_days: float = 45.0
    """Days from being noticed to failing in half of the cases, where no trend says better: the time scales of the
    trade (hours for hazards, weeks for a drain, years for lime), as engineering judgement (E)."""
    remote_step: str = ""
    """What the owner can be led through before somebody is sent; empty where nothing honest exists."""
    heals: bool = False
    """Whether it may go by itself and come again, as a loose plug does; wear and leaks do not."""


def _fault(
    kind: Kind | None,
    code: str,
    urgency: Urgency,
    action: str,
    notice: str,
    title: str,
    advice: str,
    *,
    parts: tuple[str, ...] = (),
    minutes: int = 45,
    answer_days: int = 7,
    typical_days: float = 45.0,
    remote_step: str = "",
    heals: bool = False,
) -> Fault:
    return Fault(
        kind=kind,
        code=code,
        urgency=urgency,
        action=action,
        notice=notice,
        title=title,
        advice=advice,
        parts=parts,
        minutes=minutes,
        answer_days=answer_days,
        typical_days=typical_days,
        remote_step=remote_step,
        heals=heals,
    )


_AC, _FRIDGE, _WASHER, _CIRCUIT = Kind.AIR_CONDITIONER, Kind.REFRIGERATOR, Kind.WASHING_MACHINE, Kind.CIRCUIT
_SELF, _VISIT, _URGENT = Urgency.SELF, Urgency.VISIT, Urgency.URGENT

BREAKDOWN: Final = "breakdown"
"""What people tell of, not telemetry: something does not work."""

_ALL: Final = (
    _fault(_AC, "filter_clog", _SELF, "clean_filter", "clean_filter", "Air filter is clogging",
           "Less air comes through the indoor unit. Take the filter out, rinse it and let it dry before it goes back."),
    _fault(_AC, "outdoor_coil_fouled", _SELF, "rinse_outdoor_coil", "rinse_outdoor_coil", "Outdoor coil is dirty",
           "The outdoor unit gets rid of heat badly. Free it of leaves and rinse it gently with water, power off.",
           answer_days=14,
           typical_days=75),
    _fault(_AC, "refrigerant_leak", _VISIT, "find_leak_and_recharge", "service_due", "Refrigerant is leaking",
           "The unit cools less than it should. A technician has to find the leak.",
           parts=("leak_kit", "refrigerant"), minutes=120),
    _fault(_FRIDGE, "door_seal_leak", _SELF, "check_door_seal", "check_door_seal", "Door seal lets warm air in",
           "Wipe the seal and check that nothing keeps the door from closing.", parts=("gasket",), answer_days=14,
           typical_days=90),
    _fault(_FRIDGE, "condenser_dust", _SELF, "clean_condenser", "clean_condenser", "Dust on the condenser",
           "Unplug the refrigerator and vacuum the grille at its back or foot.", answer_days=14,
           typical_days=90),
    _fault(_FRIDGE, "compressor_failing", _VISIT, "replace_relay_or_compressor", "service_due",
           "Compressor starts badly", "A technician should look at it before it stops.",
           parts=("start_relay", "compressor"), minutes=120,
           typical_days=10),
    _fault(_FRIDGE, "defrost_failure", _VISIT, "replace_defrost_heater", "service_due", "Defrosting fails",
           "Ice builds up inside. A technician has to repair the defrost heater.",
           parts=("defrost_heater", "defrost_sensor"), minutes=75,
           typical_days=8),
    _fault(_FRIDGE, "food_at_risk", _URGENT, "check_food", "food_at_risk", "Food may spoil",
           "It has been too warm inside for hours. Close the door, check the power, and check the food.",
           parts=()),
    _fault(_WASHER, "drain_filter_clog", _SELF, "clean_drain_filter", "clean_drain_filter", "Drain filter is clogging",
           "Draining takes longer than it did. Open the flap at the bottom, drain the rest and clean the filter.",
           typical_days=21),
    _fault(_WASHER, "bearing_wear", _VISIT, "replace_bearing", "service_due", "Drum bearing is wearing out",
           "The drum runs rough. A technician should replace the bearing.", parts=("bearing_kit",), minutes=150,
           typical_days=75),
    _fault(_WASHER, "inlet_valve_weak", _VISIT, "replace_inlet_valve", "service_due", "Water comes in slowly",
           "Check that the tap is fully open. If it is, the inlet valve has to be replaced.", parts=("inlet_valve",),
           typical_days=30,
           remote_step="Open the tap fully, close it, take the hose off and rinse the sieve in its end. Then wash."),
    _fault(_WASHER, "flood", _URGENT, "close_tap", "close_tap", "Water rises while the machine is off",
           "Close the tap now and keep it closed until a technician has looked.", parts=("inlet_valve",)),
    _fault(Kind.DRYER, "vent_clog", _SELF, "clean_lint_filter", "clean_lint_filter", "Air duct is clogging",
           "Clean the lint filter and check the duct behind the machine.", parts=("duct",),
           typical_days=75),
    _fault(Kind.DRYER, "overheat_trips", _URGENT, "stop_using", "stop_using", "Dryer overheats",
           "Stop using the dryer. Its limiter trips again and again; a technician has to look first.",
           parts=("thermal_limiter",)),
    _fault(Kind.DISHWASHER, "filter_clog", _SELF, "clean_filter", "clean_filter", "Filter is clogging",
           "Take out the sieve at the bottom and rinse it.",
           typical_days=25),
    _fault(Kind.DISHWASHER, "heater_failure", _VISIT, "replace_heater", "service_due", "Water is not heated",
           "A technician has to look at the heater.", parts=("heating_element", "heater_relay"),
           typical_days=5,
           remote_step="Run the hottest programme once, without eco, and feel whether the dishes come out warm."),
    _fault(Kind.WATER_HEATER, "element_failing", _VISIT, "replace_element", "service_due", "Heating element is failing",
           "A technician should replace the element before the water stays cold.", parts=("heating_element",),
           typical_days=25),
    _fault(Kind.WATER_HEATER, "limescale", _VISIT, "descale", "service_due", "Limescale in the tank",
           "The tank should be descaled at the next visit.", parts=("descaler", "tank_gasket"), minutes=90,
           typical_days=365),
    _fault(Kind.WATER_HEATER, "anode_spent", _VISIT, "replace_anode", "service_due", "Anode is spent",
           "The anode protects the tank from rust and should be replaced.", parts=("anode", "tank_gasket"),
           typical_days=365),
    _fault(Kind.AIR_PURIFIER, "filter_clog", _SELF, "replace_filter", "replace_filter", "Filter is clogging",
           "Replace the filter, or clean it if it is washable.", parts=("filter",),
           typical_days=60),
    _fault(Kind.RANGE_HOOD, "filter_clog", _SELF, "clean_filter", "clean_filter", "Grease filter is clogging",
           "Wash the grease filter, in the dishwasher if it is made of metal.", parts=("filter",),
           typical_days=60),
    _fault(_CIRCUIT, "overload", _URGENT, "shed_load", "overload", "Circuit is overloaded",
           "More current flows than this circuit is made for. Switch something off on it.", minutes=60),
    _fault(_CIRCUIT, "loose_contact", _URGENT, "switch_off_circuit", "loose_contact", "A contact is loose and heats up",
           "Switch this circuit off and do not use it until an electrician has tightened it.",
           parts=("socket_outlet", "terminal"), minutes=60),
    _fault(_CIRCUIT, "neutral_loss", _URGENT, "switch_off_home", "neutral_loss", "Mains voltage is wrong",
           "Switch the home off at the main switch and call the electricity company."),
    _fault(None, "earth_leakage", _URGENT, "find_leakage", "earth_leakage", "Current leaks to earth",
           "Something damp or damaged leaks current. Unplug what you suspect and let an electrician look.", minutes=60),
    _fault(None, "sensor_fault", _VISIT, "replace_sensor", "service_due", "A sensor gives wrong values",
           "What the appliance reports cannot be right; its sensor is looked at with the next visit.",
           parts=("sensor",),
           typical_days=90,
           remote_step="Switch the appliance off at its plug or switch for one minute, then on again.", heals=True),
    _fault(None, "campaign_check", _VISIT, "campaign_check", "service_due", "Check that you agreed to",
           "Somebody comes for the check of the campaign that you said yes to.", minutes=30, typical_days=60),
    _fault(None, BREAKDOWN, _URGENT, "repair", "service_due", "It does not work",
           "You told us, and somebody comes as soon as possible. Switch it off and leave it alone until then.",
           minutes=60),
    _fault(None, "silent", _SELF, "check_connection", "silent", "No word from the appliance",
           "Check that it has power and that its Wi-Fi works."),
)  # fmt: skip

FAULTS: Final = MappingProxyType({(fault.kind, fault.code): fault for fault in _ALL})


def fault_of(kind: Kind | None, code: str) -> Fault:
    """The fault `code` of `kind`, or of any kind; KeyError if there is none."""
    found = FAULTS.get((kind, code)) or FAULTS.get((None, code))
    if found is None:
        raise KeyError(f"{kind} has no fault {code}")
    return found
