"""Appliances registered and devices claimed: what happens to a placeholder and the history under it.

Three ways lead to the same end. An appliance is registered before its device speaks; an unclaimed device is declared
to be a new appliance (its placeholder becomes that appliance, key and history with it); or it is declared to speak for
an appliance that exists (its placeholder is merged into it).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from api.requests import Ask
from domain.errors import BadInput, Conflict
from store.api_appliances import (
    Appliance,
    add_appliance,
    lock_appliance,
    read_appliance,
    write_appliance,
)
from store.api_claims import leftovers_of, merge_placeholder, move_history
from store.api_devices import Speaker, add_native_device, lock_device, lock_native_device
from store.api_households import require_household
from store.database import Connection

NOMINAL_V = 230.0
"""IEC 60038, where nothing else is said (as contracts, section 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a claim did: the appliance as it is now, and how much history came with it."""

    appliance: Appliance
    history_moved: int
    history_complete: bool
    """False if a job still moves the rest; it takes minutes."""
    version: int


def register(connection: Connection, ask: Ask, values: dict[str, Any]) -> Claimed:
    """Register an appliance that speaks, or will speak, the native protocol under its own id."""
    require_household(connection, values["household_id"])
    appliance_id = values["id"]
    native = lock_native_device(connection, appliance_id)
    existing = lock_appliance(connection, appliance_id)
    if existing is not None and (existing.claimed or existing.merged):
        raise Conflict(f"there is an appliance {appliance_id} already")
    if native is not None and native.claimed:
        raise Conflict(
            f"the device {appliance_id} speaks for appliance {native.appliance_id} already; choose another id"
        )
    if existing is not None:
        _fill(connection, existing.key, appliance_id, values)
        key = existing.key
        if native is not None and native.appliance_key != key:
            merge_placeholder(connection, native.appliance_key, key, ask.settings.now())
    elif native is not None:
        key = native.appliance_key
        _fill(connection, key, native.appliance_id, values)
    else:
        key = add_appliance(connection, {**values, "nominal_v": values["nominal_v"] or NOMINAL_V})
    add_native_device(connection, appliance_id, key)
    return _claimed(connection, ask, key, appliance_id)


def claim_as_new(connection: Connection, ask: Ask, device_key: int, values: dict[str, Any]) -> Claimed:
    """Declare an unclaimed device to be a new appliance; its placeholder becomes it, under the id in `values`."""
    require_household(connection, values["household_id"])
    speaker = _unclaimed(connection, device_key)
    wanted = values.get("id") or speaker.appliance_id
    _keeps_its_name(speaker, wanted)
    if wanted != speaker.appliance_id and lock_appliance(connection, wanted) is not None:
        raise Conflict(f"there is an appliance {wanted} already; claim into it with appliance_id, or choose another id")
    _fill(connection, speaker.appliance_key, speaker.appliance_id, {**values, "id": wanted})
    return _claimed(connection, ask, speaker.appliance_key, wanted)


def claim_into(connection: Connection, ask: Ask, device_key: int, appliance_id: str) -> Claimed:
    """Declare an unclaimed device to speak for an appliance that exists."""
    speaker = _unclaimed(connection, device_key)
    _keeps_its_name(speaker, appliance_id)
    target = lock_appliance(connection, appliance_id)
    if target is None or target.merged:
        raise BadInput(f"there is no appliance {appliance_id}; register it first, or claim with household_id and kind")
    if not target.claimed:
        raise BadInput(f"appliance {appliance_id} is itself unclaimed; claim with household_id and kind instead")
    at: datetime = ask.settings.now()
    merge_placeholder(connection, speaker.appliance_key, target.key, at)
    return _claimed(connection, ask, target.key, appliance_id)


def _unclaimed(connection: Connection, device_key: int) -> Speaker:
    speaker = lock_device(connection, device_key)
    if speaker.claimed:
        raise Conflict(f"device {device_key} speaks for appliance {speaker.appliance_id} already")
    return speaker


def _keeps_its_name(speaker: Speaker, appliance_id: str) -> None:
    """In the native protocol the name is the appliance id: acknowledgements and notices go to that topic only."""
    if speaker.dialect == "native" and speaker.name != appliance_id:
        raise BadInput(
            f"device {speaker.name} speaks the native protocol, in which its name is its appliance id; "
            f"claim it with household_id and kind as {speaker.name}"
        )


def _fill(connection: Connection, key: int, present_id: str, values: dict[str, Any]) -> None:
    # What the device said about itself stays, unless the person who claims it says otherwise.
    present = asdict(read_appliance(connection, present_id))
    said = {name: value for name, value in values.items() if value is not None}
    said["facts"] = {**present["facts"], **(values.get("facts") or {})}
    write_appliance(connection, key, {**present, **said})


def _claimed(connection: Connection, ask: Ask, key: int, appliance_id: str) -> Claimed:
    moved = move_history(connection, key, at_most=ask.settings.history_rows_at_once)
    appliance = read_appliance(connection, appliance_id)
    return Claimed(
        appliance=appliance,
        history_moved=moved,
        history_complete=not leftovers_of(connection, key),
        version=appliance.version,
    )
