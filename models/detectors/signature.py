"""A known fault as a pattern: which indices of an appliance move, which way, and how far in proportion to each other.

The deviation d_i of index i under a fault of amplitude a is a * effect_i, give or take a * tolerance_i, besides the
unit's own noise. How large the amplitude is stands in `amplitude`, which fault it is in `naming`; the faults themselves
are listed by kind in `known_faults`.
"""

from dataclasses import dataclass
from math import inf

from domain.signals import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a fault of amplitude 1 does to an index, in the scale of that index (relative, mostly)."""

    index: str
    size: float
    tolerance: float
    key: bool = False
    """The fault is judged only on days and units that show at least one of its key indices."""
    sometimes: bool = False
    """Half of the units show it: that it is absent speaks hardly against the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One fault of one kind; amplitudes are relative, about the share of the function that is lost."""

    fault: str
    kind: Kind
    effects: tuple[Effect, ...]
    level: float
    """Smallest amplitude that is spoken of, however quiet the unit (domain notes or E)."""
    failure: tuple[float, float, float]
    """Amplitude at which it fails or has to be seen to: early, usual and late among units (E)."""
    cannot_see: str
    old_days: int = 14
    named_by: int | None = None
    """Named by so many of its last days, as it is fast towards its end; None: as `CautionParams.recent_days` says."""
    steady_days: int = 3
    """Of so many days the median has to be beyond the level; 1 for a fault whose `lowest_of` has the days in it."""
    fastest_per_day: float | None = None
    """Faster growth than this is another fault (domain notes: time scales); None if it may come at once."""
    pace: tuple[float, float] | None = None
    """What units grow by in a day, the middle one of them and the spread of its logarithm (domain notes: time scales):
    how fast it came then tells it from its rivals that have a pace."""
    odds: float = 1.0
    """How common it is beside the other faults of the kind, roughly (E)."""
    least_probability: float | None = None
    """Stricter than `CautionParams.least_probability`, where being wrong is dear."""
    stage: str = ""
    """Tells apart several patterns of one fault: what it looks like early on, and later."""
    gradual: bool = False
    """It never comes in one step; what does is something outside of the appliance (mains pressure, say)."""
    step_share: float = 0.6
    """One step is what brings so much of the amplitude between one half week and the next (E)."""
    lowest_of: int = 1
    """What stays until it is put right is there on every day: of so many observed days the lowest one counts, because
    what only looks like it comes and goes (foam, mains pressure)."""
    lowest_within: int = 1
    """And of all observed days within so many calendar days, and of the one before them: so it has lasted so long.
    Where that one lies as many days before the next, of one more: two spells may lie so far apart."""
    apart: int = 0
    """Where fewer than `lowest_of` days were observed within them, so few suffice for that; 0: as many as ever."""
    away: float = inf
    """Below this share of the level, or `accumulate.CLEANED` of what it is now, a day was as ever; where none of those
    that count was, the middle of three tells how large it is, and no longer the lowest."""
    of_sensor: bool = False
    """A sensor that moved alone: it explains nothing where the sensor was found right at rest."""
    decisive: tuple[str, ...] = ()
    """The first of these indices that is known of late has to have moved, beyond what another fault takes of it, and
    the others with it, for they tell of the same thing."""
    outdated_days: float = inf
    """What was known last so many days before another of the decisive ones tells what was, and not what is."""
    taken: tuple[str, float] = ("", 0.0)
    """The index that shows the other fault, and what share of it that fault takes of the decisive one."""
    refuted_by: str = ""
    """Where this index has risen, it explains nothing: such a fault can only lower it."""
    surer_without: str = ""
    """Where this context is not measured it has to be surer of what an owner could put right (`pattern.CONTENDS`)."""
    lowest_unless: str = ""
    """A context index that tells what only looks like it: two days on which it was known are enough,"""
    hidden: float = 0.0
    """if the amplitude is larger than by what that index may have hidden."""
    each_from: int = 0
    """So many observed days within `lowest_within`, all beyond the level, each count by themselves, no longer as the
    lowest; 0: never."""
    fallen: float = 0.0
    """It only grows until it is put right, so where the middle of three days, each by itself, is below this share of
    its highest level, it was; 0: only near normal."""
    strong: float = inf
    """Evidence of so many times its limit need not be beyond the level on every day."""
    caution: float = 1.0
    """Share of the usual evidence (`CautionParams.level` and `decision`) that suffices: less where looking costs
    little, or where what is sound never shows any of it."""
    largest: float = inf
    """It explains no more than this amplitude: what is beyond it has another cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CautionParams:
    """How many standard deviations count; set on blocks of healthy residuals (docs/guides/detection.md)."""

    slack: float = 1.0
    decision: float = 6.0
    level: float = 3.0
    lowest_level: float = 2.0
    """In place of `level` where the lowest of three days or more is what counts: it lies a good standard deviation
    below their middle (0.85 of a normal day's for three)."""
    clear: float = 1.5
    moved: float = 2.0
    """An index that decides, or refutes, has moved beyond so many standard deviations of its recent days."""
    recent_days: int = 5
    some_amplitude: float = 0.1
    """Share of its least amplitude below which a fault is no explanation of anything."""
    least_probability: float = 0.4
    """Less sure than this is for review, not for an owner or a planner (E)."""
    unknown: float = 0.30
    """Deviation, in any direction, of what nobody has a name for (E)."""
    unknown_odds: float = 0.15
    """How likely it is beside all known faults together (E)."""
