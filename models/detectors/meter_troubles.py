"""What is wrong with a power meter: against current, its own energy counter, and what a machine does. Pure."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.detectors.trouble import DAYS, RECENT_DAYS, Trouble, lasting, moved
from models.features.refrigerator import DUTY, ON_POWER, PEAK_W, RUN_H
from models.features.sensors import ENERGY_GAP, POWER_GAP
from models.history import DaySeries, FeatureHistory
from models.only_power import only_power

POWER_SHARE: Final = 0.03
ENERGY_LOG: Final = 0.25
"""A meter whose integrated power leaves its own energy counter by a quarter (E); sampling explains a tenth."""
RUNS: Final = 0.6
"""Share of its usual hours of running below which a refrigerator tells its power too seldom (E): iced up or warm it
starts for minutes, between the rows."""
NEVER_RESTS: Final = 0.99
"""Share of the day above which nothing that could be a rest was read (E)."""
STILL_RUNS: Final = 0.5
"""Share of its usual power of running that no standby reaches (E)."""


def meter_troubles(history: FeatureHistory) -> Iterator[Trouble]:
    """At most one thing that is wrong with the power meter of this appliance now."""
    trouble = _not_its_current(history) or _not_its_energy(history) or _stands(history)
    if trouble is not None:
        yield trouble


def _not_its_current(history: FeatureHistory) -> Trouble | None:
    shares = history.complete(POWER_GAP)
    if len(shares) < DAYS or (history.today - shares.days[-1]).days > RECENT_DAYS:
        return None
    return lasting("power_w", shares, shares.values, POWER_SHARE, 0.5 * POWER_SHARE,
                   "is not voltage times current times power factor,", needs_before=False)  # fmt: skip


def _not_its_energy(history: FeatureHistory) -> Trouble | None:
    gaps = _told_often(history.complete(ENERGY_GAP), history)
    return moved("power_w", gaps, history, ENERGY_LOG, "log ratio", "does not fit the appliance's own energy counter,")


def _told_often(gaps: DaySeries, history: FeatureHistory) -> DaySeries:
    """Without the days on which a machine hardly ran, where something else than this meter says how long it did."""
    runs = history.complete(RUN_H)
    if len(runs) == 0 or only_power(history):
        return gaps
    ran_h = np.nan_to_num(runs.at_days(gaps.ordinals), nan=np.inf)
    return gaps.at(np.flatnonzero(ran_h >= RUNS * float(np.quantile(runs.values, 0.75))))


def _stands(history: FeatureHistory) -> Trouble | None:
    """A refrigerator's plug that reads one value all day, no rest, no start and no light, though it always moved."""
    peak = history.complete(PEAK_W)
    if len(peak) == 0 or (history.today - peak.days[-1]).days > RECENT_DAYS:
        return None
    on_w, duty = (history.complete(index).at_days(peak.ordinals) for index in (ON_POWER, DUTY))
    if not np.isfinite(on_w).any():
        return None
    still = (peak.values <= on_w) & (duty >= NEVER_RESTS) & (on_w >= STILL_RUNS * float(np.nanmedian(on_w)))
    return lasting("power_w", peak, still.astype(np.float64), 0.5, 0.5, "stands still although it always moved,")
