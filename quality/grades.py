"""Technicians' monthly grades: fair to those with hard jobs, slow to judge on few of them, and explained. Pure.

A job had trouble if the fault was not gone after the visit, came back, or left the owner discontent. What a visit found
instead of what was predicted is the prediction's trouble. Somebody's troubles are compared with what is usual for such
jobs, not with other people's jobs; the ratio is shrunk towards 1 as far as the number of jobs asks for, and a grade
other than B needs the odds to be clearly on one side.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MINYEAR, date
from typing import Final, Literal

from scipy.stats import gamma

Grade = Literal["A", "B", "C"]
Standing = Literal["active", "suspended", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedJob:
    """One finished job; `mix` is what makes jobs alike (the fault), `trouble` whether anything went wrong with it,
    `newest` whether it was finished in the month that is graded and not before."""

    technician: str
    mix: str
    trouble: bool
    newest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeParams:
    """How grades are given; a change of these is announced before the month it holds for."""

    months: int = 3
    """Months whose jobs a grade looks at, the graded one included: one month alone is mostly luck."""
    least_jobs: int = 10
    """With fewer jobs nobody is graded other than B (E)."""
    better: float = 0.90
    """Grade A needs at least this probability of less trouble than usual."""
    worse: float = 0.90
    """Grade C needs at least this probability of more than `tolerance` times the usual trouble, and more trouble than
    usual in the graded month itself: one bad month must not be a C in each of the `months` that look back at it."""
    tolerance: float = 1.25
    mix_weight: float = 5.0
    """Jobs' worth of the overall share that steadies a rare kind of job (E)."""
    strength_low: float = 4.0
    strength_high: float = 100.0
    """Bounds of the prior's strength in expected troubles; between them it is estimated from the spread (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A grade with everything it rests on; `ratio` is troubles against what is usual for such jobs, 1 is usual."""

    technician: str
    grade: Grade
    jobs: int
    troubles: int
    usual: float
    """Troubles that such jobs usually have."""
    ratio: float
    low: float
    high: float
    """90 % interval of the ratio."""
    better: float
    """Probability of less trouble than usual."""
    worse: float
    """Probability of clearly more than usual."""
    month_troubles: int
    month_usual: float
    """Of the graded month alone."""


def grade_month(jobs: Iterable[JudgedJob], params: GradeParams | None = None) -> list[Graded]:
    """Grade everybody who has jobs, by technician.

    Indirect standardisation over the mix of jobs, then a gamma-Poisson shrinkage with the prior's strength from the
    spread between technicians (method of moments; Clayton and Kaldor 1987).
    """
    params = params or GradeParams()
    done: dict[str, list[JudgedJob]] = defaultdict(list)
    for job in jobs:
        done[job.technician].append(job)
    everybody = _by_mix(job for theirs in done.values() for job in theirs)
    counts = {
        who: (sum(job.trouble for job in theirs), _usual(theirs, theirs, everybody, params))
        for who, theirs in done.items()
    }
    strength = _strength(list(counts.values()), params)
    return [_graded(who, done[who], everybody, *counts[who], strength, params) for who in sorted(done)]


def _by_mix(jobs: Iterable[JudgedJob]) -> dict[str, tuple[int, int]]:
    """Troubles and jobs of each mix."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for job in jobs:
        troubles, count = found[job.mix]
        found[job.mix] = (troubles + job.trouble, count + 1)
    return found


def _usual(
    some: Sequence[JudgedJob],
    theirs: Sequence[JudgedJob],
    everybody: Mapping[str, tuple[int, int]],
    params: GradeParams,
) -> float:
    """Troubles that `some` of their jobs would have had with everybody else: one's own are no yardstick for oneself."""
    own = _by_mix(theirs)
    others = {mix: (t - own[mix][0], n - own[mix][1]) if mix in own else (t, n) for mix, (t, n) in everybody.items()}
    total = sum(count for _, count in others.values())
    if not total:
        return float(sum(job.trouble for job in some))
    overall = sum(troubles for troubles, _ in others.values()) / total
    weight = params.mix_weight
    return sum(
        count * (others[mix][0] + weight * overall) / (others[mix][1] + weight)
        for mix, (_, count) in _by_mix(some).items()
    )


def _strength(counts: Sequence[tuple[int, float]], params: GradeParams) -> float:
    """How many expected troubles the belief 'as usual' is worth: many if technicians hardly differ."""
    expected = sum(usual for _, usual in counts)
    if expected <= 0:
        return params.strength_high
    mean = sum(troubles for troubles, _ in counts) / expected
    spread = sum(usual * (troubles / usual - mean) ** 2 for troubles, usual in counts if usual > 0) / expected
    beyond_luck = spread - mean * sum(usual > 0 for _, usual in counts) / expected
    if beyond_luck <= 0:
        return params.strength_high
    return min(max(mean**2 / beyond_luck, params.strength_low), params.strength_high)


def _graded(
    who: str,
    theirs: Sequence[JudgedJob],
    everybody: Mapping[str, tuple[int, int]],
    troubles: int,
    usual: float,
    strength: float,
    params: GradeParams,
) -> Graded:
    newest = [job for job in theirs if job.newest]
    month_troubles, month_usual = sum(job.trouble for job in newest), _usual(newest, theirs, everybody, params)
    belief = gamma(a=strength + troubles, scale=1 / (strength + usual))
    better, worse = float(belief.cdf(1.0)), float(belief.sf(params.tolerance))
    grade: Grade = "B"
    if len(theirs) >= params.least_jobs:
        bad = worse >= params.worse and month_troubles > month_usual
        grade = "A" if better >= params.better else "C" if bad else "B"
    low, high = belief.ppf([0.05, 0.95])
    return Graded(
        technician=who,
        grade=grade,
        jobs=len(theirs),
        troubles=troubles,
        usual=usual,
        ratio=float(belief.mean()),
        low=float(low),
        high=float(high),
        better=better,
        worse=worse,
        month_troubles=month_troubles,
        month_usual=month_usual,
    )


SUSPENDED_AFTER: Final = 2
REMOVED_AFTER: Final = 3
"""Months with grade C among the last twelve (S9); those that an appeal overturned do not count."""
TOP_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthGrade:
    """A grade that was given; `overturned` by an appeal it counts no more."""

    month: date
    grade: Grade
    overturned: bool = False


def standing(given: Iterable[MonthGrade], today: date) -> Standing:
    """What follows from the grades of the twelve months before this one that stand."""
    oldest = date(max(today.year - 1, MINYEAR), today.month, 1)
    bad = sum(one.grade == "C" and one.month >= oldest and not one.overturned for one in given)
    return "removed" if bad >= REMOVED_AFTER else "suspended" if bad >= SUSPENDED_AFTER else "active"


def top_tenth(graded: Iterable[Graded]) -> list[str]:
    """Whom to promote: of those with grade A the best, at most a tenth of all who were graded, best first.

    With fewer than ten people graded there is no tenth, and nobody is put above the others by luck.
    """
    graded = list(graded)
    best = sorted((one for one in graded if one.grade == "A"), key=lambda one: (one.high, one.technician))
    return [one.technician for one in best[: int(TOP_SHARE * len(graded))]]
