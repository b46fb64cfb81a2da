"""SmartThings status dumps: `smartthings/<device>/status`, components > capabilities > attributes.

Every attribute has its own time and is stored at it. Components that the device lists as disabled are left out:
their values are years old. Settings, lists and identity are no measurements; maker, model and serial become facts.
"""

from types import MappingProxyType
from typing import Final, NamedTuple

from domain.readings import Device, Item, Refusal, Refused
from ingest.dialects.address import Address, refuse
from ingest.dialects.clock import from_rfc3339
from ingest.dialects.draft import Draft, as_number, snake
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.stamped import Dump

DIALECT: Final = "smartthings"
SKIPPED: Final = (
    *(
        "ocf",
        "execute",
        "refresh",
        "sec.",
        "custom.disabled",
        "samsungce.deviceIdentification",
        "samsungce.softwareUpdate",
    ),
    *("samsungce.unavailable", "samsungce.driverVersion", "samsungce.dongle", "samsungce.kitchenDevice", "hca."),
    *(
        "samsungce.kitchenMode",
        "custom.thermostatSetpointControl",
        "samsungce.dishwasherWashingCourse",
        "custom.supportedOptions",
        "custom.energyType",
        "custom.deviceReportState",
        "audioVolume",
    ),
    *("samsungce.quickControl", "samsungce.customRecipe", "remoteControlStatus", "samsungce.viewInside"),
)
"""Beginnings of capabilities that hold identity, settings or documents."""
KIND_BY_CAPABILITY: Final = (
    ("airConditionerMode", "air_conditioner"),
    ("refrigeration", "refrigerator"),
    ("washerOperatingState", "washing_machine"),
    ("dryerOperatingState", "dryer"),
    ("dishwasherOperatingState", "dishwasher"),
)
AC_MODES: Final = MappingProxyType(
    {"cool": "cool", "heat": "heat", "dry": "dry", "wind": "fan", "fanOnly": "fan", "auto": "auto", "aIComfort": "auto"}
)
JOBS: Final = MappingProxyType(
    {
        **dict.fromkeys(("none", "ready"), "idle"),
        **dict.fromkeys(("wash", "washing", "preWash", "aiWash"), "wash"),
        **dict.fromkeys(("rinse", "rinsing", "aiRinse"), "rinse"),
        **dict.fromkeys(("spin", "spinning", "aiSpin"), "spin"),
        **dict.fromkeys(("drying", "dry"), "dry"),
        **dict.fromkeys(("drain", "draining"), "drain"),
    }
)
FILTERS: Final = MappingProxyType(
    {
        "dustFilter": "filter",
        "hepaFilter": "hepa_filter",
        "deodorFilter": "deodor_filter",
        "waterFilter": "water_filter",
        "veryFineDustFilter": "fine_filter",
    }
)


class _Whole(NamedTuple):
    """What the dump as a whole says, needed to read its parts."""

    kind: str | None
    switched_on: bool


def locate(levels: tuple[str, ...]) -> Address:
    """`smartthings/<device>/status`."""
    return Address(Device(DIALECT, levels[1]))


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One dump: a reading per time at which an attribute was last said, and what the device says it is."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    components = part(tree, "components")
    if not components:
        return refuse(Refusal.WRONG_SHAPE, "components is due here", device)
    main = part(components, "main")
    kind = next((kind for capability, kind in KIND_BY_CAPABILITY if capability in main), None)
    off = part(main, "custom.disabledComponents", "disabledComponents").get("value")
    whole = _Whole(kind, part(main, "switch", "switch").get("value") == "on")
    dump = Dump(received_us)
    for component, capabilities in components.items():
        if isinstance(capabilities, dict) and not (isinstance(off, list) and component in off):
            hidden = part(capabilities, "custom.disabledCapabilities", "disabledCapabilities").get("value")
            for capability, attributes in capabilities.items():
                if isinstance(attributes, dict) and not capability.startswith(SKIPPED):
                    absent = isinstance(hidden, list) and capability in hidden
                    _capability(dump, "" if component == "main" else component, capability, attributes, whole, absent)
    items = dump.settle(device)
    facts = _facts(main, kind)
    return [*items, *(facts.settle(device, received_us) if facts.facts else [])]


def _facts(main: dict[str, Tree], kind: str | None) -> Facts:
    facts = Facts()
    said = part(main, "ocf")
    for name, key in (("maker", "mnmn"), ("model", "mnmo"), ("firmware", "mnfv"), ("hardware", "mnhw"), ("name", "n")):
        facts.put(name, part(said, key).get("value"))
    facts.put("serial", part(main, "samsungce.deviceIdentification", "serialNumber").get("value"))
    facts.put("kind", kind)
    return facts


def _capability(
    dump: Dump, component: str, capability: str, attributes: dict[str, Tree], whole: _Whole, absent: bool
) -> None:
    for attribute, entry in attributes.items():
        if not isinstance(entry, dict) or entry.get("value") is None:
            continue
        draft = dump.at(from_rfc3339(entry.get("timestamp")))
        if part(attributes, "status").get("value") == "disconnected" and attribute != "status":
            draft.note(snake(attribute), f"{capability} is not connected")
        elif absent:
            draft.note(snake(attribute), f"the device lists {capability} as disabled")
        else:
            _attribute(draft, component, capability, attribute, entry, attributes, whole)


def _attribute(
    draft: Draft,
    component: str,
    capability: str,
    attribute: str,
    entry: dict[str, Tree],
    attributes: dict[str, Tree],
    whole: _Whole,
) -> None:
    value, unit, kind = entry["value"], entry.get("unit"), whole.kind
    short = capability.rsplit(".", 1)[-1]
    prefix = f"{snake(component)}_" if component else ""
    if attribute == "temperature" and capability == "temperatureMeasurement":
        draft.put_celsius(_temperature(component, kind), value, unit)
    elif attribute == "coolingSetpoint":
        name = "setpoint_c" if kind == "air_conditioner" and not component else f"{prefix or 'cooling_'}setpoint_c"
        draft.put_celsius(name, value, unit)
    elif attribute == "humidity" and unit == "%":
        draft.put_number(f"{prefix}humidity_pct", value)
    elif attribute == "powerConsumption" and isinstance(value, dict):
        draft.put_number(f"{prefix}power_w", value.get("power"))
        draft.put_number(f"{prefix}energy_kwh", value.get("energy"), 0.001)
    elif short in FILTERS:
        _filter(draft, FILTERS[short], short, attribute, value, attributes)
    elif attribute == "airConditionerMode" and isinstance(value, str):
        draft.put("mode" if whole.switched_on and value in AC_MODES else "mode_set", AC_MODES.get(value, value))
    elif attribute in ("washerJobState", "dishwasherJobState", "dryerJobState"):
        draft.put("phase", JOBS.get(value) if isinstance(value, str) else None)
        draft.put("job_state", value)
    elif attribute == "contact" and value in ("open", "closed"):
        draft.put(f"{prefix}door_open", value == "open")
    elif attribute == "switch" and value in ("on", "off"):
        draft.put(f"{prefix}power_on", value == "on")
        if value == "off" and kind == "air_conditioner" and not component:
            draft.put("mode", "off")
    elif attribute == "defrost" and value in ("on", "off"):
        draft.put("defrost", value == "on")
    elif type(value) in (int, float, bool):
        draft.put(f"{prefix}{_own_name(short, attribute)}{_suffix(unit)}", value)
    elif type(value) is str and _is_state(attribute) and len(value) <= 40:
        draft.put(f"{prefix}{_own_name(short, attribute)}", value)


def _own_name(capability: str, attribute: str) -> str:
    """Both names joined, without saying the same twice."""
    about, what = snake(capability), snake(attribute)
    return about if about.endswith(what) else f"{about}_{what}"


def _temperature(component: str, kind: str | None) -> str:
    if kind == "refrigerator" and component in ("cooler", "freezer"):
        return "fridge_c" if component == "cooler" else "freezer_c"
    if kind == "air_conditioner" and not component:
        return "room_c"
    return f"{snake(component)}_temperature_c" if component else "temperature_c"


def _filter(draft: Draft, name: str, short: str, attribute: str, value: Tree, attributes: dict[str, Tree]) -> None:
    """`…Usage` is percent of `…Capacity` (dumps show 100 beside `wash` and 500 h); above 100 it can only be hours."""
    capacity = part(attributes, f"{short}Capacity")
    hours = as_number(capacity.get("value")) if str(capacity.get("unit")).lower().startswith("hour") else None
    if attribute == f"{short}Usage":
        used = as_number(value)
        if used is None or used < 0 or (used > 100 and not hours):
            draft.note(f"{name}_used_pct", f"{value} is no share of a known capacity")
        elif hours:
            as_hours = used > 100
            draft.put_number(f"{name}_used_pct", round(used / hours * 100, 3) if as_hours else used)
            draft.put_number("filter_h" if name == "filter" else f"{name}_h", used if as_hours else used * hours / 100)
        else:
            draft.put_number(f"{name}_used_pct", used)
    elif attribute == f"{short}Status":
        draft.put(f"{name}_status", value)
    elif attribute == f"{short}Capacity":
        draft.put_number(f"{name}_capacity{'_h' if hours else ''}", value)


def _suffix(unit: Tree) -> str:
    known = {"%": "_pct", "min": "_min", "W": "_w", "Wh": "_wh", "cc": "_cc", "C": "_c", "F": "_f"}
    return known.get(unit, "") if isinstance(unit, str) else ""


def _is_state(attribute: str) -> bool:
    return attribute.endswith(("State", "Status", "Mode", "status")) and not attribute.startswith("supported")
