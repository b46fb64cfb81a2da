"""From an MQTT message to readings: pure decoders, one module per dialect, one table of routes.

`decode` never raises, whatever the bytes. An empty list means: known, and deliberately nothing to store.
docs/guides/dialects.md lists every such case, the names and the units.
"""

from typing import Final

from domain.readings import Item, Refusal, Refused
from ingest.dialects.address import refuse, shown
from ingest.dialects.routes import ROUTES, device_of, match

__all__ = ["MOST_BYTES", "ROUTES", "decode", "device_of"]

MOST_BYTES: Final = 2 * 1024 * 1024
"""The largest payload that is read: 500 readings of 4 kB (E)."""


def decode(topic: str, payload: bytes, received_us: int) -> list[Item]:
    """What the message `payload` on `topic`, arrived at `received_us` (microseconds since 1970), says.

    Readings come in canonical names and units with a believable time; their values are not yet checked against the
    catalogue (`domain.readings.check_values`). What cannot be stored comes as `Refused`.
    """
    try:
        found = match(topic)
        if found is None:
            return refuse(Refusal.UNKNOWN_TOPIC, f"no dialect reads {shown(topic)}")
        if found.address is None:
            return refuse(Refusal.BAD_NAME, f"{shown(topic)} does not name a possible device")
        if found.decode is None or not payload:
            return []  # not for us, or a retained message being cleared
        if len(payload) > MOST_BYTES:
            words = f"{len(payload)} bytes; at most {MOST_BYTES} are read"
            return refuse(Refusal.TOO_LARGE, words, found.address.device)
        return found.decode(found.address, payload, received_us)
    except Exception as error:  # the promise of this function; a test sweeps for the detail below
        return [
            Refused(why=Refusal.WRONG_SHAPE, detail=f"the decoder failed ({type(error).__name__}): please report it")
        ]
