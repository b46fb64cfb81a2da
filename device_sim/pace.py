"""How fast data time runs: faster than the wall until it meets it, never ahead of it."""

from typing import Final

LONGEST_STRIDE_S: Final = 0.5  # wall seconds made up for at once; a pause does not become a jump


class Pace:
    """Data time as a function of the wall clock, both in Unix seconds."""

    def __init__(self, *, start_s: float, speed: float, wall_s: float) -> None:
        if speed <= 0.0:
            raise ValueError("speed must be positive")
        self._position_s = start_s
        self._speed = speed
        self._wall_s = wall_s

    def target_s(self, wall_s: float, *, held: bool = False) -> float:
        """Where data time may be at `wall_s`; `held` stops it (back-pressure) without owing the lost time."""
        passed = min(max(wall_s - self._wall_s, 0.0), LONGEST_STRIDE_S)
        live = self._position_s >= self._wall_s - 1.0
        self._wall_s = wall_s
        if not held:
            goal = wall_s if live else self._position_s + self._speed * passed
            self._position_s = max(self._position_s, min(goal, wall_s))
        return min(self._position_s, wall_s)
