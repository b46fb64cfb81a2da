"""Owners who read a notice: some do as told after a day or two, the others stay silent."""

from typing import Final
from zlib import crc32

from device_sim.description import appliance_id, parts_of
from device_sim.fault_catalogue import FAULTS, fault_key
from device_sim.params import DAY_S, SimParams
from device_sim.streams import Purpose, stream
from device_sim.wire import Notice

# What an owner does on a notice of this kind; only the faults of the appliance it appears on are touched.
CURES: Final = {
    "clean_filter": ("filter_clog", "drain_filter_clog"),
    "clean_drain_filter": ("drain_filter_clog",),
    "clean_condenser": ("condenser_dust",),
    "check_door_seal": ("door_seal_leak",),
    "rinse_outdoor_coil": ("outdoor_coil_fouled",),
    "clean_lint_filter": ("vent_clog",),
    "replace_filter": ("filter_clog",),
    "reduce_load": ("overload",),
    "overload": ("overload",),
}
SHORTEST_DELAY_S: Final = 4 * 3600.0  # (E)
LONGEST_DELAY_S: Final = 2.5 * DAY_S  # (E)


class Owners:
    """Decides once per notice, by seed, and remembers what is still to be done."""

    def __init__(self, params: SimParams) -> None:
        self._params = params
        self._home = {
            appliance_id(home, part): (home, part) for home in range(params.homes) for part in parts_of(params, home)
        }
        self._seen: set[tuple[str, str, str | None]] = set()
        self._todo: list[tuple[float, int, str]] = []

    def read(self, notice: Notice, now_s: float) -> None:
        """Take in a notice at data time `now_s`; the same one shown again changes nothing."""
        key = (notice.appliance_id, notice.kind, notice.since)
        if key in self._seen or notice.appliance_id not in self._home:
            return
        self._seen.add(key)
        home, part = self._home[notice.appliance_id]
        rng = stream(self._params.seed, Purpose.OWNER, *(crc32(str(item).encode()) for item in key))
        if rng.random() >= self._params.obedience:
            return
        due_s = now_s + float(rng.uniform(SHORTEST_DELAY_S, LONGEST_DELAY_S))
        asked = fault_key(part, notice.fault) if notice.fault else None
        named = (asked,) if asked else tuple(fault_key(part, name) for name in CURES.get(notice.kind, ()))
        for fault in named:
            if fault is not None and FAULTS[fault].self_care:
                self._todo.append((due_s, home, fault))

    def due(self, now_s: float) -> list[tuple[int, str]]:
        """Take out what has come due: (home index, fault)."""
        ready = [(home, fault) for due_s, home, fault in sorted(self._todo) if due_s <= now_s]
        self._todo = [item for item in self._todo if item[0] > now_s]
        return ready
