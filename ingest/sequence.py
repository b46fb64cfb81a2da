"""How far the readings of one appliance are stored without a gap: what the acknowledgement may promise.

`wk/v1/<id>/ack` says "everything up to here is stored for good", and the appliance then forgets it. A broker that
crashed may have lost a message in the middle although it acknowledged it, so the promise must stop at the first gap
and go on when the appliance has sent the missing part again. Pure: times are arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

PATIENCE_S: Final = 60.0
"""A gap that the appliance does not fill for so long, while it is heard, is given up and recorded: it has nothing
left to send (its buffer overflowed), and would otherwise never be acknowledged again (E)."""
SETTLING_S: Final = 15.0
"""A first contact that does not begin at 0 or 1 waits so long, silent or not: what was said before may have gone to a
broker that knew nobody to give it to, and comes again within seconds; 3 s were too few (decision 0008). An appliance
whose first word here carries a high number has its acknowledgement after this wait (E)."""
SILENCE_S: Final = 20.0
"""A pause between two words counts for so much of the patience at the most: one that was cut off for an hour gets its
time to send what is missing, and one that speaks every five minutes is given up on after its third word (E)."""
WAITING_MOST: Final = 100_000
"""Numbers held above a gap per appliance; more, and the gap is given up at once."""


class Ack(NamedTuple):
    """Everything up to `seq`, stamped `at_us`, is stored."""

    seq: int
    at_us: int


class Gap(NamedTuple):
    """Numbers, both included, that never came."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`seq` and all below are stored; `waiting` are stored too, above a gap. `seq` is None before the first word."""

    seq: int | None = None
    at_us: int = 0
    newest_us: int = 0
    waiting: dict[int, int] = field(default_factory=dict)
    patience_s: float = 0.0
    """Of `PATIENCE_S`, used up at `heard_s`."""
    heard_s: float = 0.0
    since_s: float = 0.0
    """When the first contact was made, while `seq` is None."""


class Step(NamedTuple):
    """The mark after something was stored, what may be acknowledged now, and a gap that was given up."""

    mark: Mark
    ack: Ack | None
    gap: Gap | None = None


def store_seen(mark: Mark, seen: Iterable[tuple[int, int]], now_s: float) -> Step:
    """Account for stored `(seq, at_us)` pairs at the monotonic time `now_s` in seconds.

    A number at or below the mark is a repetition, unless its reading is newer than all before: then the appliance
    has started its counter anew. A repetition is acknowledged as far as it itself went, never further, so that an
    appliance is never told about numbers which it has not sent since it started.
    """
    repeated: Ack | None = None
    waiting = dict(mark.waiting)
    seq, newest_us, patience_s = mark.seq, mark.newest_us, _used(mark, now_s)
    since_s = mark.since_s if seq is None and waiting else now_s
    for number, at_us in seen:
        if seq is not None and number <= seq:
            if at_us <= newest_us:
                if repeated is None or number > repeated.seq:
                    repeated = Ack(number, at_us)
                continue
            seq, waiting, patience_s, since_s = None, {}, 0.0, now_s
        waiting[number] = at_us
        newest_us = max(newest_us, at_us)
    moved = _advance(
        Mark(
            seq=seq, at_us=mark.at_us, newest_us=newest_us, waiting=waiting, patience_s=patience_s, heard_s=now_s,
            since_s=since_s,
        )
    )  # fmt: skip
    return moved if moved.ack is not None else Step(moved.mark, repeated)


def pass_time(mark: Mark, now_s: float) -> Step:
    """Give up a gap, or what may precede a first contact, when its time is up; to be called while numbers wait."""
    if not mark.waiting:
        return Step(mark, None)
    spent = now_s - mark.since_s >= SETTLING_S if mark.seq is None else _used(mark, now_s) >= PATIENCE_S
    if not spent and len(mark.waiting) <= WAITING_MOST:
        return Step(mark, None)
    first = min(mark.waiting)
    gap = Gap(mark.seq + 1, first - 1) if mark.seq is not None else None
    moved = _advance(replace(mark, seq=first - 1))
    return Step(moved.mark, moved.ack, gap)


def _used(mark: Mark, now_s: float) -> float:
    return mark.patience_s + min(now_s - mark.heard_s, SILENCE_S) if mark.waiting else 0.0


def _advance(mark: Mark) -> Step:
    waiting, seq, at_us = dict(mark.waiting), mark.seq, mark.at_us
    if seq is None:
        start = next((number for number in (0, 1) if number in waiting), None)
        if start is None:
            return Step(mark, None)
        seq = start - 1
    before = seq
    while seq + 1 in waiting:
        seq += 1
        at_us = waiting.pop(seq) or at_us  # 0: kept as a dead letter without a believable time
    if seq == before:
        return Step(replace(mark, seq=seq), None)
    after = replace(mark, seq=seq, at_us=at_us, waiting=waiting, patience_s=0.0)
    return Step(after, Ack(seq, at_us))
