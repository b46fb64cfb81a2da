"""Overload of a circuit: more current than its breaker is made for, for longer than an inrush."""

from collections.abc import Mapping, Sequence

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Memory, is_on, turn
from ingest.safety.limits import MINUTE_US, Limits, OverloadLimits
from ingest.safety.measured import amperes, source_of_amperes

_ACT, _ADVISORY, _BAND = "overload.act", "overload.advisory", "overload.band"


def overload(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Advise above 0.8 In for three hours, act above In for 30 s; see OverloadLimits for the sources.

    Cannot see: anything without `breaker_rating_a`; an overload that lies between two readings, or that lasts for
    one reading only; a load that heats a cable thinner than its breaker allows.
    """
    rating_a = facts.breaker_rating_a
    if rating_a is None or rating_a <= 0:
        return ()
    current_a = amperes(values, facts.nominal_v)
    if current_a is None:
        return ()
    at = limits.overload
    if current_a <= at.advisory_calm_share * rating_a and _ACT not in memory and _ADVISORY not in memory:
        if _BAND in memory:
            del memory[_BAND]
        return ()
    return _judge(memory, at_us, current_a, rating_a, at, source_of_amperes(values))


def _judge(
    memory: Memory, at_us: int, current_a: float, rating_a: float, limits: OverloadLimits, source: str
) -> list[Alarm]:
    alarms = []
    band_us = _time_in_band(memory, at_us, current_a > limits.holds_share * rating_a, limits.act.gap_us)
    edge = turn(
        memory, _ACT, limits.act, at_us,
        above=current_a > limits.act_share * rating_a, calm=current_a < limits.act_calm_share * rating_a,
    )  # fmt: skip
    if edge:
        words = _act_words(current_a / rating_a, band_us, rating_a, limits) if edge.began else "back below the rating"
        alarms.append(
            alarm_of(edge, "overload", Level.ACT, at_us, signal="current_a", expected=rating_a, observed=current_a,
                     unit="A", note=words + source)
        )  # fmt: skip
    edge = turn(
        memory, _ADVISORY, limits.advisory, at_us,
        above=current_a > limits.advisory_share * rating_a, calm=current_a < limits.advisory_calm_share * rating_a,
        blocked=is_on(memory, _ACT),
    )  # fmt: skip
    if edge:
        words = "above 80 % of the breaker's rating for three hours or more" if edge.began else "back below 80 %"
        alarms.append(
            alarm_of(edge, "overload", Level.ADVISORY, at_us, signal="current_a", observed=current_a, unit="A",
                     expected=limits.advisory_share * rating_a, note=words + source)
        )  # fmt: skip
    return alarms


def _time_in_band(memory: Memory, at_us: int, inside: bool, gap_us: int) -> int:
    """For how long, in microseconds, the current has been seen above the conventional non-tripping current."""
    if not inside:
        memory.pop(_BAND, None)
        return 0
    since_us, seen_us = memory.get(_BAND, (at_us, at_us))
    if at_us - seen_us > gap_us:
        since_us = at_us
    memory[_BAND] = [since_us, at_us]
    return at_us - int(since_us)


def _act_words(share: float, band_us: int, rating_a: float, limits: OverloadLimits) -> str:
    whole_us = limits.conventional_us if rating_a <= limits.large_a else limits.conventional_large_us
    if share <= limits.holds_share:
        return f"{share:.2f} of the rating: a breaker may carry this for ever while the wiring runs too warm"
    if share <= limits.trips_share:
        left_min = max(0, whole_us - band_us) // MINUTE_US
        return (
            f"{share:.2f} of the rating: between 1.13 and 1.45 a breaker may hold for {whole_us // MINUTE_US} min; "
            f"it has held {band_us / MINUTE_US:.1f} min, about {left_min} min may be left before it opens"
        )
    return f"{share:.2f} of the rating: above 1.45 a breaker opens within {whole_us // MINUTE_US} min, or far sooner"
