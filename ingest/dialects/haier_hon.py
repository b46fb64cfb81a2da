"""Haier hOn dumps (Haier, Candy, Hoover): `hon/<appliance>/attributes`, `…/statistics`, `…/maintenance`.

Everything is text. Each parameter carries `lastUpdate`; where that is set (not 1970) the value is stamped with it.
Otherwise a dump of a connected appliance counts on arrival, and one of a disconnected appliance at the moment it was
lost, because its values cannot be younger. Temperatures are in °C whatever unit the display shows (`tempUnit`).
"""

from types import MappingProxyType
from typing import Final

from domain.readings import EARLIEST_US, Device, Event, Item, Presence, Refusal, Refused, check_time
from ingest.dialects.address import Address, refuse, shown
from ingest.dialects.clock import from_millis, from_rfc3339
from ingest.dialects.draft import Draft, as_number, snake
from ingest.dialects.facts import Facts
from ingest.dialects.haier_hon_names import (
    ABSENT_AT_ZERO,
    AC_MODES,
    FLAGS,
    KIND_BY_PARAMETER,
    KIND_BY_TYPE,
    NAMES,
    PHASES,
    SENTINELS,
    TEXTS,
)
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.stamped import Dump

DIALECT: Final = "haier_hon"
NO_ERROR: Final = frozenset({"", "0", "00", "000", "0000"})
CARE: Final = MappingProxyType(
    {"filterCleaning": "filter", "drumCleaning": "drum", "drawerCleaning": "drawer", "sprayArmsCleaning": "spray_arms"}
)
COUNTS: Final = MappingProxyType(
    {"percentage": "used_pct", "count": "cycles", "tot": "cycles_due", "remaining": "cycles_left"}
)


def locate(levels: tuple[str, ...]) -> Address:
    """`hon/<appliance>/<dump>`."""
    return Address(Device(DIALECT, levels[1]), levels[2:])


def attributes(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """The shadow's parameters: values in canonical names where they mean the same, errors and alarms as events."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    parameters = part(tree, "shadow", "parameters") or part(tree, "parameters")
    if not parameters:
        return refuse(Refusal.WRONG_SHAPE, "shadow.parameters is due here", device)
    event, lost = part(tree, "lastConnEvent"), None
    if event.get("category") == "DISCONNECTED":
        lost = from_millis(event.get("timestampEvent"))
        lost = lost if lost is not None and EARLIEST_US <= lost <= received_us else None
    kind = _kind(tree, parameters)
    dump, items = Dump(received_us), list[Item]()
    unset = _fill(dump, parameters, kind, lost)
    if unset:
        newest = dump.drafts.get(max(dump.drafts, default=received_us))
        if newest is not None:
            newest.note(
                "time", f"lastUpdate not set on {unset} values: {'lost then' if lost else 'stamped on arrival'}"
            )
    items += dump.settle(device)
    items += _alarms(device, parameters, lost or received_us, received_us)
    if event.get("category") in ("CONNECTED", "DISCONNECTED"):
        online = event["category"] == "CONNECTED"
        items.append(Presence(device=device, at_us=received_us if online else lost or received_us, online=online))
    facts = Facts()
    facts.put("kind", kind)
    return [*items, *(facts.settle(device, received_us) if kind else [])]


def _kind(tree: dict[str, Tree], parameters: dict[str, Tree]) -> str | None:
    """What the dump says it is, else what only one kind of appliance has; None rather than a guess."""
    said = part(tree, "commandHistory", "command").get("applianceType") or tree.get("applianceType")
    if isinstance(said, str) and said in KIND_BY_TYPE:
        return KIND_BY_TYPE[said]
    return next((kind for needs, kind in KIND_BY_PARAMETER if all(name in parameters for name in needs)), None)


def _fill(dump: Dump, parameters: dict[str, Tree], kind: str | None, lost: int | None) -> int:
    """Sort every parameter into its draft; the number of values without a time of their own."""
    unset = 0
    for key, entry in parameters.items():
        raw = entry.get("parNewVal") if isinstance(entry, dict) else entry
        stamp = from_rfc3339(entry.get("lastUpdate")) if isinstance(entry, dict) else None
        if stamp is None or stamp < EARLIEST_US:
            stamp, unset = lost, unset + 1
        _put(dump.at(stamp), key, raw, kind)
    doors = {_word(parameters, key) for key in parameters if key.startswith("door") and "Status" in key}
    if kind == "refrigerator" and doors and doors <= {"0", "1"} and dump.drafts:
        dump.drafts[max(dump.drafts)].put("door_open", "1" in doors)
    power, mode = _word(parameters, "onOffStatus"), _word(parameters, "machMode")
    if kind == "air_conditioner" and (power or mode) and dump.drafts:
        draft = dump.drafts[max(dump.drafts)]
        if power == "0":
            draft.put("mode", "off")
        elif mode in AC_MODES:
            draft.put("mode", AC_MODES[mode])
    return unset


def _word(parameters: dict[str, Tree], key: str) -> str:
    entry = parameters.get(key)
    return str(entry.get("parNewVal", "")) if isinstance(entry, dict) else ""


def _put(draft: Draft, key: str, raw: Tree, kind: str | None) -> None:
    name = NAMES.get((kind, key)) or NAMES.get((None, key)) or snake(key)
    number = as_number(raw)
    if (key, number) in SENTINELS or (key.startswith("temp") and number == -64):
        draft.note(name, f"{raw} stands for no sensor")
    elif key in ABSENT_AT_ZERO and number == 0 and (kind == "air_conditioner" or key == "totalElectricityUsed"):
        draft.note(name, "0 stands for not fitted or not measured")
    elif key == "prPhase" and kind is not None and kind in PHASES:
        phase = PHASES[kind].get(int(number)) if number is not None and abs(number) < 100 else None
        draft.put("phase", phase)
        draft.put_number("phase_code", raw)
    elif name in FLAGS and str(raw).lower() in FLAGS[name]:
        draft.put(name, FLAGS[name][str(raw).lower()])
    elif raw in ("true", "false"):
        draft.put(name, raw == "true")
    elif number is not None and key not in TEXTS:
        draft.put_number(name, raw)
    elif raw != "":
        draft.put(name, raw)


def _alarms(device: Device, parameters: dict[str, Tree], at_us: int, received_us: int) -> list[Item]:
    if check_time(at_us, received_us) is not None:
        return []
    codes = [_word(parameters, key) for key in ("errors", "error") if _word(parameters, key) not in NO_ERROR]
    if _word(parameters, "filterCleaningAlarmStatus") == "1":
        codes.append("filter_clean_alarm")
    if _word(parameters, "filterChangeStatusLocal") == "1":
        codes.append("filter_change_alarm")
    if _word(parameters, "dryFilterStatus") == "1":
        codes.append("dry_filter_alarm")
    return [Event(device=device, at_us=at_us, code=shown(code, 64), active=True) for code in codes if code != "None"]


def statistics(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """How often programmes ran. Lists (most used programmes) are not measurements."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    draft = Draft()
    used = tree.get("mostUsedPrograms")
    counted = (
        sum(as_number(one.get("count")) or 0 for one in used if isinstance(one, dict)) if isinstance(used, list) else 0
    )
    total = as_number(tree.get("programsCounter"))
    if total is not None and counted > total:
        draft.note("programs_total", f"says {total:g}, though its own list adds up to {counted:g}")
    else:
        draft.put_number("programs_total", tree.get("programsCounter"))
    if part(tree, "temperatureUsage"):
        draft.note("temperature_usage", "counts on some appliances, percent on others: not stored")
    return draft.settle(device, received_us, received_us) if tree else []


def maintenance(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """Counters of care: how far the filter, the drum, the drawer are used up (above 100 % is overdue)."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    if not tree:
        return []
    draft = Draft()
    for key, value in tree.items():
        what = CARE.get(key, snake(key.removesuffix("Cleaning")))
        if isinstance(value, dict):
            for count, suffix in COUNTS.items():
                draft.put_number(f"{what}_{suffix}", value.get(count))
        elif key in CARE and value == 0:
            draft.note(f"{what}_used_pct", "0 instead of counters: this appliance does not count it")
        elif key != "resultCode":
            draft.put(what, value)
    return draft.settle(device, received_us, received_us)
