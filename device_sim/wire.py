"""JSON as it goes over the wire: readings and events out, acknowledgements and notices in."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from device_sim.tables import Event, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Everything up to `seq` is stored; `ts` in Unix seconds where given."""

    seq: int
    ts: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Words on an appliance's screen; `fault` and `since` where given."""

    appliance_id: str
    kind: str
    fault: str | None
    since: str | None


def encode_readings(readings: list[Reading]) -> bytes:
    """One reading as an object, several as an array; all of one appliance and topic."""
    items = [{"ts": round(r.ts, 3), "seq": r.seq, "m": r.measures} for r in readings]
    return msgspec.json.encode(items[0] if len(items) == 1 else items)


def encode_event(event: Event) -> bytes:
    """An event as its JSON object."""
    return msgspec.json.encode({"ts": round(event.ts, 3), "code": event.code, "active": event.active})


def decode_ack(payload: bytes | bytearray) -> Ack | None:
    """Read an acknowledgement; None when it is none."""
    fields = _object(payload)
    seq = fields.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool):
        return None
    return Ack(seq=seq, ts=_seconds(fields.get("ts")))


def decode_notice(appliance_id: str, payload: bytes | bytearray) -> Notice | None:
    """Read a notice; None when it is empty (cleared) or makes no sense."""
    fields = _object(payload)
    kind = fields.get("kind")
    if not isinstance(kind, str):
        return None
    fault, since = fields.get("fault"), fields.get("since")
    return Notice(
        appliance_id=appliance_id,
        kind=kind,
        fault=fault if isinstance(fault, str) else None,
        since=None if since is None else str(since),
    )


def _object(payload: bytes | bytearray) -> dict[str, object]:
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            return None
    return None
