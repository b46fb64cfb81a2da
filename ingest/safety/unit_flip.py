"""A temperature sensor that changes to degrees Fahrenheit: a leap by the relation of the two scales is not heat.

Sensors are doubted before appliances. A value that leaves by more than `leap_k` in one reading, and that read as
Fahrenheit agrees with the reading before, is taken for Fahrenheit until it leaps back. Real heat that happens to land
there does not stay there: read as Fahrenheit it soon strays from where it was, and then it is believed. Where it was
follows slowly: a room cools by more in weeks.

Memory: "told" the latest value as told and its time, by signal; "flipped" what the signal is in Celsius, followed.
"""

from ingest.safety.latch import Memory
from ingest.safety.limits import HOUR_US, FlipLimits

_TOLD, _FLIPPED = "told", "flipped"


def in_celsius(
    memory: Memory, name: str, at_us: int, told_c: float, limits: FlipLimits, *, may_flip: bool = True
) -> float:
    """The temperature of signal `name`, deg C, for the value told; it notes what it needs for the next reading.

    `may_flip` is False while a leap may well be heat: then it is not doubted.
    Cannot see a sensor that always told Fahrenheit, nor one that changed while it was silent for a day.
    """
    told = memory.get(_TOLD) or {}
    memory[_TOLD] = {**told, name: [told_c, at_us]}
    flipped = memory.get(_FLIPPED)
    if flipped is not None and name in flipped:
        return _while_flipped(memory, name, told_c, told[name], at_us, limits)
    if name not in told or not may_flip:
        return told_c
    before_c, seen_us = told[name]
    if abs(told_c - before_c) <= limits.leap_k or at_us - seen_us > limits.age_us:
        return told_c
    read_c = (told_c - 32.0) / 1.8
    if abs(read_c - before_c) > limits.agree_k:
        return told_c
    memory[_FLIPPED] = {**(flipped or {}), name: before_c}
    return read_c


def _while_flipped(
    memory: Memory, name: str, told_c: float, before: tuple[float, int], at_us: int, limits: FlipLimits
) -> float:
    before_c, seen_us = before
    level_c, read_c = memory[_FLIPPED][name], (told_c - 32.0) / 1.8
    back = abs(told_c - before_c) > limits.leap_k and abs(told_c - (before_c - 32.0) / 1.8) <= limits.agree_k
    if not back and abs(read_c - level_c) <= limits.stray_k:
        most_k = limits.follow_k_per_h * min(1.0, (at_us - seen_us) / HOUR_US)
        memory[_FLIPPED] = {**memory[_FLIPPED], name: level_c + max(-most_k, min(most_k, read_c - level_c))}
        return read_c
    memory[_FLIPPED] = {other: level for other, level in memory[_FLIPPED].items() if other != name}
    if not memory[_FLIPPED]:
        del memory[_FLIPPED]
    return told_c
