"""A temperature that leaps where nothing can have made it leap: the sensor has shifted, the thing has not.

What leapt is taken off again until the sensor is back where it was. Heat that comes on top of it is seen as ever, so
a shifted sensor is not a blind one.

Memory: "settled" the latest value and its time, by signal; "leapt" [how far it stands off (K), where it was (deg C),
since when (us)].
"""

from ingest.safety.latch import Memory
from ingest.safety.limits import GAP_US

_SETTLED, _LEAPT = "settled", "leapt"


def without_leaps(
    memory: Memory, name: str, at_us: int, told_c: float, leap_k: float, *, may_leap: bool
) -> tuple[float, int]:
    """The temperature of signal `name`, deg C, without what it leapt by since it was last where it belongs, and
    when (us) it left.

    `may_leap` is False while a leap has a reason. A fall is no danger and is never added: it only takes a rise back.
    Cannot see a leap during a silence, nor a sensor that wanders off slowly.
    """
    settled = memory.get(_SETTLED) or {}
    memory[_SETTLED] = {**settled, name: [told_c, at_us]}
    leapt = memory.get(_LEAPT) or {}
    before_c, seen_us = settled.get(name, (told_c, at_us))
    off_k, was_c, since_us = leapt.get(name, (0.0, before_c, at_us))
    if may_leap and abs(told_c - before_c) > leap_k and at_us - seen_us <= GAP_US:
        off_k += told_c - before_c
        memory[_LEAPT] = leapt = {**leapt, name: [off_k, was_c, since_us]}
    if name in leapt and abs(told_c - was_c) <= leap_k:
        off_k = 0.0
        memory[_LEAPT] = leapt = {other: kept for other, kept in leapt.items() if other != name}
    if not leapt:
        memory.pop(_LEAPT, None)
    return told_c - max(0.0, off_k), since_us
