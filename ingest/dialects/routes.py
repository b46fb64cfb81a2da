"""Which decoder reads which topic: one table, first match wins.

Patterns are MQTT's, and `**` stands for any number of levels, none included: people give Tasmota and Shelly devices
topics of their own making, of which only the last levels are known.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from domain.readings import Device
from ingest.dialects import (
    haier_hon,
    homeassistant,
    native,
    senml,
    shelly_gen1,
    shelly_gen2,
    smartthings,
    sparkplug_b,
    tasmota,
    tuya,
    whirlpool,
    zigbee2mqtt,
)
from ingest.dialects.address import LONGEST_NAME, Address, Decode, Locate, is_storable


class Route(NamedTuple):
    """Topics that fit `pattern` belong to the device that `locate` finds and are read by `decode`."""

    pattern: str
    locate: Locate
    decode: Decode | None
    """None: known, and deliberately not stored (`why` says why)."""
    why: str = ""


_COMMAND: Final = "a command on its way to a device, not something a device says"

ROUTES: Final = (
    Route("wk/v1/+/telemetry", native.locate, native.telemetry),
    Route("wk/v1/+/cycle", native.locate, native.cycle),
    Route("wk/v1/+/event", native.locate, native.event),
    Route("wk/v1/+/status", native.locate, native.status),
    Route("wk/v1/+/ack", native.locate, None, "our own acknowledgement"),
    Route("wk/v1/+/notice", native.locate, None, "our own notice"),
    Route("homeassistant/status", homeassistant.locate, None, "Home Assistant itself came or went"),
    Route("homeassistant/**/config", homeassistant.locate, homeassistant.decode),
    Route("zigbee2mqtt/bridge/devices", zigbee2mqtt.locate_bridge, zigbee2mqtt.bridge_devices),
    Route("zigbee2mqtt/bridge/#", zigbee2mqtt.locate_bridge, None, "the bridge speaks about itself"),
    Route("zigbee2mqtt/**/availability", zigbee2mqtt.locate_parent, zigbee2mqtt.availability),
    Route("zigbee2mqtt/**/set", zigbee2mqtt.locate_parent, None, _COMMAND),
    Route("zigbee2mqtt/**/get", zigbee2mqtt.locate_parent, None, _COMMAND),
    Route("zigbee2mqtt/#", zigbee2mqtt.locate, zigbee2mqtt.decode),
    Route("spBv1.0/STATE/#", sparkplug_b.locate_host, None, "a host application came or went"),
    Route("spBv1.0/+/NCMD/#", sparkplug_b.locate, None, _COMMAND),
    Route("spBv1.0/+/DCMD/#", sparkplug_b.locate, None, _COMMAND),
    Route("spBv1.0/+/+/#", sparkplug_b.locate, sparkplug_b.decode),
    Route("senml/+", senml.locate, senml.decode),
    Route("hon/+/attributes", haier_hon.locate, haier_hon.attributes),
    Route("hon/+/statistics", haier_hon.locate, haier_hon.statistics),
    Route("hon/+/maintenance", haier_hon.locate, haier_hon.maintenance),
    Route("smartthings/+/status", smartthings.locate, smartthings.decode),
    Route("whirlpool/+/attributes", whirlpool.locate, whirlpool.decode),
    Route("tuya/+/status", tuya.locate, tuya.decode),
    Route("shellies/announce", shelly_gen1.locate_announced, shelly_gen1.announce),
    Route("shellies/command", shelly_gen1.locate_announced, None, _COMMAND),
    Route("shellies/+/command", shelly_gen1.locate, None, _COMMAND),
    Route("shellies/+/+/+/command", shelly_gen1.locate, None, _COMMAND),
    Route("shellies/+/announce", shelly_gen1.locate, shelly_gen1.announce),
    Route("shellies/+/online", shelly_gen1.locate, shelly_gen1.online),
    Route("shellies/+/info", shelly_gen1.locate, shelly_gen1.status),
    Route("shellies/+/#", shelly_gen1.locate, shelly_gen1.value),
    Route("**/events/rpc", shelly_gen2.locate_rpc, shelly_gen2.notification),
    Route("<shelly>/rpc", shelly_gen2.locate_any, None, "a question to a device or the answer to somebody's question"),
    Route("**/status/<part>:<number>", shelly_gen2.locate_status, shelly_gen2.component),
    Route("**/status/<housekeeping>", shelly_gen2.locate_status, None, "network, cloud and the like: no measurement"),
    Route("<shelly>/online", shelly_gen2.locate_any, shelly_gen2.online),
    Route("tasmota/discovery/+/config", tasmota.locate_discovery, tasmota.discovery),
    Route("tasmota/discovery/+/sensors", tasmota.locate_discovery, None, "the list of sensors, without a measurement"),
    Route("cmnd/#", tasmota.locate, None, _COMMAND),
    Route("**/LWT", tasmota.locate, tasmota.last_will),
    Route("**/SENSOR", tasmota.locate, tasmota.sensor),
    Route("**/STATE", tasmota.locate, tasmota.state),
    Route("**/STATUS8", tasmota.locate, tasmota.sensor),
    Route("**/STATUS10", tasmota.locate, tasmota.sensor),
    Route("**/STATUS11", tasmota.locate, tasmota.state),
    Route("**/stat/**/STATUS2", tasmota.locate, tasmota.firmware),
    Route("**/INFO1", tasmota.locate, tasmota.info),
    Route("**/INFO2", tasmota.locate, tasmota.info),
    Route("**/INFO3", tasmota.locate, tasmota.info),
    Route("stat/**/RESULT", tasmota.locate, tasmota.result),
    Route("stat/#", tasmota.locate, tasmota.power),
)


LEVELS: Final = {
    "<part>:<number>": "[a-z0-9_]+:[0-9]+/",
    "<housekeeping>": "(?:sys|wifi|eth|cloud|mqtt|ble|ws|ui|plugs_ui|knx|matter|modbus)/",
    "<shelly>": "shelly[^/]*/",
}
"""Levels of a Shelly topic that are known by their form."""


class Match(NamedTuple):
    """Where a topic leads."""

    address: Address | None
    decode: Decode | None


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"+": "[^/]*/", "#": ".*", "**": "(?:.*/)?", **LEVELS}
    return re.compile("".join(parts.get(level, re.escape(level) + "/") for level in pattern.split("/")), re.DOTALL)


_COMPILED: Final = tuple((_compiled(route.pattern), route) for route in ROUTES)


@lru_cache(maxsize=65_536)
def match(topic: str) -> Match | None:
    """The route of `topic`; None if no dialect reads it. Its address is None if it names no possible device."""
    for pattern, route in _COMPILED:
        if pattern.fullmatch(topic + "/"):
            address = route.locate(tuple(topic.split("/"))) if len(topic) <= 4 * LONGEST_NAME else None
            if address is not None and not _is_name(address.device.name):
                address = None
            return Match(address, route.decode)
    return None


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and is_storable(name)


def device_of(topic: str) -> Device | None:
    """The device that speaks on `topic`, as far as the table knows."""
    found = match(topic)
    return found.address.device if found is not None and found.address is not None else None
