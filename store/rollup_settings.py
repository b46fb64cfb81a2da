"""How long readings and roll-ups are kept, and when the Community edition compresses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupSettings:
    """Days of data time, counted back from the database's clock; None keeps for ever.

    Nothing is dropped unless the owner asks for it: a recording of past years that is replayed would be gone at once.
    `compress_after_days` (Community only) is how old a week's chunk of readings must be: by then it receives
    nothing but stragglers, which are accepted all the same (E).
    """

    raw_days: int | None = None
    hourly_days: int | None = None
    compress_after_days: int = 14

    def __post_init__(self) -> None:
        for name, days in (("raw_days", self.raw_days), ("hourly_days", self.hourly_days)):
            if days is not None and days < 1:
                raise ValueError(f"{name} must be at least 1, not {days}")
        if self.compress_after_days < 1:
            raise ValueError(f"compress_after_days must be at least 1, not {self.compress_after_days}")
        if self.raw_days is not None and self.hourly_days is not None and self.hourly_days < self.raw_days:
            raise ValueError("hourly_days must not be below raw_days: roll-ups outlive the readings behind them")
