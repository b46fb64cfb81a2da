"""When a condition has held long enough to be said, and when it is over: the one clock that all safety rules share.

A latch lives under its key in the rule's memory: absent while quiet, otherwise a small dict of whole microseconds
    since   when the run began
    seen    last reading of the signal
    top     last reading above the threshold
    held    time between successive readings that were both above: what was observed, not what was hoped
    n       readings above
    on      present once the alarm has begun; `top` goes on being noted, which tells whether work on it helped
    calm    first of the calm readings that may end it
Dicts are replaced, never changed, so an earlier memory stays as it was.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

Memory = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How long a condition must hold to begin, and how long it must be calm to end."""

    hold_us: int
    gap_us: int
    """Readings further apart leave a hole: the run starts anew, because nobody saw what was between them."""
    clear_us: int
    """An end needs two calm readings at least this far apart; silence is never calm."""
    dip_us: int = 0
    """Readings between calm and above break no run if they last no longer; their time is not counted."""
    readings: int = 2


class Edge(NamedTuple):
    """A latch that went on or off."""

    began: bool
    since_us: int


def is_on(memory: Memory, key: str) -> bool:
    """Whether the alarm of this latch is running."""
    run = memory.get(key)
    return run is not None and "on" in run


def turn(
    memory: Memory, key: str, hold: Hold, at_us: int, *, above: bool, calm: bool, blocked: bool = False,
    unseen_us: int = 0,
) -> Edge | None:  # fmt: skip
    """Tell the latch what this reading shows; the edge if it is one.

    `blocked` keeps it from beginning (a graver alarm runs already) while time goes on being counted. `unseen_us` is
    time before the first reading above that counts as above.
    """
    run = memory.get(key)
    if run is None:
        if above:
            memory[key] = {"since": at_us - unseen_us, "seen": at_us, "top": at_us, "held": unseen_us, "n": 1}
            if hold.readings <= 1 and hold.hold_us <= 0 and not blocked:
                memory[key]["on"] = 1
                return Edge(True, at_us)
        return None
    if "on" in run:
        if above:
            memory[key] = run = {**run, "top": at_us}
        return _towards_end(memory, key, hold, at_us, calm)
    if above:
        return _towards_begin(memory, key, hold, at_us, blocked)
    if calm or at_us - run["top"] > hold.dip_us:
        del memory[key]
    else:
        memory[key] = {**run, "seen": at_us}
    return None


def _towards_begin(memory: Memory, key: str, hold: Hold, at_us: int, blocked: bool) -> Edge | None:
    run = memory[key]
    step_us = at_us - run["seen"]
    if step_us > hold.gap_us:
        memory[key] = {"since": at_us, "seen": at_us, "top": at_us, "held": 0, "n": 1}
        return None
    held = run["held"] + (step_us if run["top"] == run["seen"] else 0)
    n = min(run["n"] + 1, hold.readings)
    memory[key] = {"since": run["since"], "seen": at_us, "top": at_us, "held": held, "n": n}
    if blocked or held < hold.hold_us or n < hold.readings:
        return None
    memory[key]["on"] = 1
    return Edge(True, run["since"])


def _towards_end(memory: Memory, key: str, hold: Hold, at_us: int, calm: bool) -> Edge | None:
    run = memory[key]
    if not calm:
        if "calm" in run:
            memory[key] = {name: value for name, value in run.items() if name != "calm"}
        return None
    if "calm" not in run:
        memory[key] = {**run, "calm": at_us}
        return None
    if at_us - run["calm"] < hold.clear_us:
        return None
    del memory[key]
    return Edge(False, run["since"])
