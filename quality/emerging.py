"""Which model, batch, firmware, part or climate fails more than its like: found early, and not found by luck.

Every group is compared with all other appliances of its kind for the same fault. Hundreds of such comparisons a week
would raise an alarm each week by chance alone, so what is reported is bounded by the share of false discoveries.

What is counted are appliances that failed, not their faults: a filter that clogs again and again is one owner's habit,
and a few such owners in one batch would look like a bad batch (counted by faults, nine of ten quiet weeks had a case).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from scipy.stats import false_discovery_control

from quality.bounds import Bounded, higher_by_chance, rate, rate_ratio

PART: Final = "part:"
"""Before the name of a part that was used up, where otherwise a fault stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Appliances of a kind that share a value (`dimension` batch, `value` 2026-W14), and one fault or part."""

    kind: str
    fault: str
    dimension: str
    value: str
    events: int
    failed: int
    """Appliances that had at least one of the events."""
    months: float
    """Appliance-months watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergingParams:
    """What is worth a case."""

    false_discoveries: float = 0.05
    """Expected share of false ones among what is reported (Benjamini and Hochberg 1995)."""
    min_failed: int = 3
    """One or two appliances are a coincidence that a person would laugh at, however often each of them failed (E)."""
    min_ratio: float = 1.5
    """Less than half as much again is real but no case (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A group that fails more than the rest of its kind; rates are failed appliances per 1000 appliance-months."""

    group: Group
    per_1000: Bounded
    rest_per_1000: Bounded
    ratio: Bounded
    q_value: float
    """Least share of false discoveries at which it would be reported."""


def emerging_issues(groups: Iterable[Group], params: EmergingParams | None = None) -> list[Issue]:
    """The groups that stand out, strongest first.

    Within one dimension every group is tested against the others of its kind and fault. Dimensions overlap (a batch
    belongs to a model); Benjamini and Hochberg's procedure holds under that positive dependence. Groups without events
    are tested too: leaving them out would make the others look rarer than they are.
    """
    params = params or EmergingParams()
    tested = [(group, *rest) for group, rest in _with_rest(list(groups)) if rest[1] > 0 and group.months > 0]
    if not tested:
        return []
    chances = higher_by_chance(
        [group.failed for group, _, _ in tested],
        [group.months for group, _, _ in tested],
        [failed for _, failed, _ in tested],
        [months for _, _, months in tested],
    )
    q_values = false_discovery_control(chances, method="bh")
    found = [
        _issue(group, failed, months, float(q))
        for (group, failed, months), q in zip(tested, q_values, strict=True)
        if q <= params.false_discoveries and group.failed >= params.min_failed
    ]
    worth = [issue for issue in found if issue.ratio.value is None or issue.ratio.value >= params.min_ratio]
    return sorted(worth, key=lambda issue: (issue.q_value, -issue.group.failed, issue.group.value))


def without_echoes(issues: Sequence[Issue]) -> list[Issue]:
    """The issues without parts of groups where a fault stands out as well: the part is how that fault is put right.

    A part alone is worth a case: several faults wear it out, none of which stands out by itself.
    """
    faulty = {_place(issue) for issue in issues if not issue.group.fault.startswith(PART)}
    return [issue for issue in issues if not issue.group.fault.startswith(PART) or _place(issue) not in faulty]


def _place(issue: Issue) -> tuple[str, str, str]:
    return issue.group.kind, issue.group.dimension, issue.group.value


def _with_rest(groups: Sequence[Group]) -> list[tuple[Group, tuple[int, float]]]:
    totals: dict[tuple[str, str, str], tuple[int, float]] = {}
    for group in groups:
        failed, months = totals.get((group.kind, group.fault, group.dimension), (0, 0.0))
        totals[group.kind, group.fault, group.dimension] = (failed + group.failed, months + group.months)
    found = []
    for group in groups:
        failed, months = totals[group.kind, group.fault, group.dimension]
        found.append((group, (failed - group.failed, months - group.months)))
    return found


def _issue(group: Group, rest_failed: int, rest_months: float, q_value: float) -> Issue:
    return Issue(
        group=group,
        per_1000=rate(group.failed, group.months).times(1000.0),
        rest_per_1000=rate(rest_failed, rest_months).times(1000.0),
        ratio=rate_ratio(group.failed, group.months, rest_failed, rest_months),
        q_value=q_value,
    )
