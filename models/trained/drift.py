"""When does a model no longer fit the data? Much of what comes in was never met in training. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftParams:
    """How much may be new. All (E): a trained range leaves one value in a hundred outside by definition."""

    days: int = 14
    """Of data time that are looked at."""
    least_appliances: int = 10
    """Fewer are some unusual homes, not drift."""
    leave: float = 0.30
    """Mean share of values outside of the trained ranges at which a kind falls back."""
    back: float = 0.20
    """And at which the model speaks again: lower, so that it does not come and go."""


def has_drifted(outside: float, appliances: int, *, already: bool, params: DriftParams | None = None) -> bool:
    """Whether a kind falls back; `outside` is the share (0 to 1), `already` whether it has fallen back before."""
    params = params or DriftParams()
    if appliances < params.least_appliances:
        return False
    return outside > (params.back if already else params.leave)
