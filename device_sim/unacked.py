"""What an appliance keeps until Wellkept says it is stored; pure, no clock and no socket of its own."""

from collections import deque
from itertools import islice
from typing import Final

from device_sim.tables import Reading

FIRST_TIMEOUT_S: Final = 15.0  # (E) a commit takes well under a second; this much silence means something broke
LONGEST_TIMEOUT_S: Final = 120.0
STALE_S: Final = 0.002  # stamps travel as milliseconds


class UnackedBuffer:
    """Readings of one appliance in order of seq: sent or not, all kept until acknowledged.

    The acknowledgement is cumulative. Nothing is ever dropped: who adds must look at `room` first, `add` raises
    OverflowError beyond it.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("a buffer must hold at least one reading")
        self._limit = limit
        self._held: deque[Reading] = deque()
        self._sent = 0
        self._highest_sent = 0
        self._timeout_s = FIRST_TIMEOUT_S
        self._quiet_since: float | None = None

    def __len__(self) -> int:
        return len(self._held)

    @property
    def room(self) -> int:
        """How many readings may still be added."""
        return self._limit - len(self._held)

    @property
    def waiting(self) -> bool:
        """Whether something has not been sent since the last connection."""
        return self._sent < len(self._held)

    def add(self, reading: Reading) -> None:
        """Keep a reading; its seq must be one above the last one added."""
        if self.room <= 0:
            raise OverflowError("buffer is full")
        if self._held and reading.seq != self._held[-1].seq + 1:
            raise ValueError(f"seq must grow by one: {self._held[-1].seq} then {reading.seq}")
        self._held.append(reading)

    def take(self, most: int, now_s: float) -> list[Reading]:
        """The next readings to send, at most `most`, all for one topic; they stay held. `now_s` starts the timer."""
        batch: list[Reading] = []
        for reading in islice(self._held, self._sent, self._sent + most):
            if batch and reading.topic != batch[0].topic:
                break
            batch.append(reading)
        self._sent += len(batch)
        if batch:
            self._highest_sent = max(self._highest_sent, batch[-1].seq)
        if batch and self._quiet_since is None:
            self._quiet_since = now_s
        return batch

    def acknowledge(self, seq: int, ts: float | None, now_s: float) -> int:
        """Free everything up to `seq` and return how many readings that was.

        An acknowledgement of something never sent, or whose `ts` lies before the oldest held reading, belongs to an
        earlier life of this counter and frees nothing.
        """
        if seq > self._highest_sent or (ts is not None and self._held and ts < self._held[0].ts - STALE_S):
            return 0
        freed = 0
        while self._held and self._held[0].seq <= seq:
            self._held.popleft()
            freed += 1
        self._sent = max(0, self._sent - freed)
        if freed:
            self._timeout_s = FIRST_TIMEOUT_S
            self._quiet_since = now_s if self._sent else None
        return freed

    def rewind(self) -> None:
        """After a lost connection: everything held is to be sent again."""
        self._sent = 0
        self._quiet_since = None

    def rewind_if_overdue(self, now_s: float) -> bool:
        """Rewind when nothing was acknowledged for the timeout, and double it (up to two minutes)."""
        if self._quiet_since is None or now_s - self._quiet_since < self._timeout_s:
            return False
        self.rewind()
        self._timeout_s = min(2.0 * self._timeout_s, LONGEST_TIMEOUT_S)
        return True
