"""What a run is told: how many homes, which seed, from when, with which faults."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

DAY_S: Final = 86_400
DAY_MIN: Final = 1440
STEP_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimParams:
    """Settings of one simulated fleet.

    `start` is the first instant of data time (aware). `horizon_days` is the stretch in which planned faults unfold.
    `every_s` is the reporting interval of air conditioner, refrigerator and circuit, a multiple of 60 s.
    `circuit_every_s` is that of circuits, if other: 10, 12, 15, 20 or 30, or a multiple of 60 s; 0: as `every_s`.
    `obedience` is the chance [0, 1] that an owner follows one reminder.
    `outfit`: `basic` (five appliances that every home has) or `full` (all kinds, owned as in real homes).
    `physics`: `a`, or `b` with other constants and structure. `prevalence`: empty (faults as `faults` says), `real` or
    `enriched`. `confounders` adds holidays, tenants, firmware steps, street voltage and pressure days.
    Raises ValueError on anything outside.
    """

    start: datetime
    homes: int = 4
    seed: int = 1
    horizon_days: float = 75.0
    every_s: int = 300
    circuit_every_s: int = 0
    faults: str = "demo"
    climate: str = "hot"
    obedience: float = 0.7
    outfit: str = "basic"
    physics: str = "a"
    prevalence: str = ""
    confounders: bool = False

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError("start must carry a time zone")
        if not 2000 < self.start.year < 2200:
            raise ValueError("homes begin between 2001 and 2199; readings before 2000 are refused as a wrong clock's")
        if not 1 <= self.homes <= 9999:
            raise ValueError("homes must be 1 to 9999")
        if self.seed < 0:
            raise ValueError("seed must not be negative")
        if self.every_s < 60 or self.every_s % 60 or DAY_S % self.every_s:
            raise ValueError("every must be a multiple of 60 s that divides a day")
        if self.circuit_every_s not in (0, 10, 12, 15, 20, 30) and (
            self.circuit_every_s < 60 or self.circuit_every_s % 60 or DAY_S % self.circuit_every_s
        ):
            raise ValueError("circuits every: 10, 12, 15, 20 or 30 s, or a multiple of 60 s that divides a day")
        if self.outfit not in ("basic", "full"):
            raise ValueError("outfit must be basic or full")
        if self.physics not in ("a", "b"):
            raise ValueError("physics must be a or b")
        if self.prevalence not in ("", "real", "enriched"):
            raise ValueError("prevalence must be real or enriched")
        if self.horizon_days <= 0:
            raise ValueError("the period must be longer than nothing")
        if not 0.0 <= self.obedience <= 1.0:
            raise ValueError("obedience must be between 0 and 1")
