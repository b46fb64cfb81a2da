"""The service's own figures, computed from finished orders and the telemetry after them; nobody types one in. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from domain.finished_work import Service
from quality.bounds import LEVEL, Bounded, parts_per_million, share
from quality.cuts import Dimension

CONTENT_STARS: Final = 4
"""Of five (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFigures:
    """All figures of a group; each with exact 95 % bounds and the counts it rests on."""

    services: int
    complaint_ppm: Bounded
    omission_ppm: Bounded
    dissatisfaction_ppm: Bounded
    satisfaction: Bounded
    """Four and five stars among the ratings."""
    first_visit_fix: Bounded
    """Proved by telemetry after one visit and never repeated, among all that were proved or opened again."""
    repeat: Bounded
    misjudgement: Bounded
    """Tasks where another fault or none was found, among those reported."""
    false_cost: Bounded
    """Visits where every task found nothing, among those reported."""
    parts_returned: Bounded


def service_figures(services: Sequence[Service], omissions: int, level: float = LEVEL) -> ServiceFigures:
    """The figures of one group. An omission is a need that was not met, so it counts among the needs too."""
    count = len(services)
    proven = [one for one in services if one.verified or one.reopened]
    rated = [one for one in services if one.stars is not None]
    reported = [one for one in services if one.outcomes]
    tasks = [outcome for one in services for outcome in one.outcomes]
    return ServiceFigures(
        services=count,
        complaint_ppm=parts_per_million(sum(one.complained for one in services), count, level),
        omission_ppm=parts_per_million(omissions, count + omissions, level),
        dissatisfaction_ppm=parts_per_million(sum(one.discontent for one in services), count, level),
        satisfaction=share(sum((one.stars or 0) >= CONTENT_STARS for one in rated), len(rated), level),
        first_visit_fix=share(sum(fixed_first_time(one) for one in proven), len(proven), level),
        repeat=share(sum(one.repeated for one in services), count, level),
        misjudgement=share(sum(outcome != "confirmed" for outcome in tasks), len(tasks), level),
        false_cost=share(
            sum(all(outcome == "no_fault_found" for outcome in one.outcomes) for one in reported), len(reported), level
        ),
        parts_returned=share(
            sum(one.parts_returned for one in services),
            sum(one.parts_returned + one.parts_used for one in services),
            level,
        ),
    )


def fixed_first_time(service: Service) -> bool:
    """One visit, proved by telemetry, and the fault stayed away."""
    return service.verified and service.completions == 1 and not service.reopened and not service.repeated


_KEYS: Final[Mapping[Dimension, Callable[[Service], Sequence[str]]]] = MappingProxyType(
    {
        "region": lambda one: (one.region,),
        "outlet": lambda one: (one.outlet,),
        "technician": lambda one: (one.technician,),
        "model": lambda one: one.models,
        "month": lambda one: (one.month.isoformat()[:7],),
    }
)


def by_group(services: Iterable[Service], dimension: Dimension) -> dict[str, list[Service]]:
    """Services by the value of a dimension; one with two models counts for both."""
    groups: dict[str, list[Service]] = {}
    for service in services:
        for value in dict.fromkeys(_KEYS[dimension](service)):
            groups.setdefault(value, []).append(service)
    return dict(sorted(groups.items()))


def only_of(services: Iterable[Service], only: Mapping[Dimension, str | None]) -> list[Service]:
    """The services that have the wanted value in every dimension; None wants nothing."""
    wanted = [(_KEYS[dimension], value) for dimension, value in only.items() if value is not None]
    return [service for service in services if all(value in key(service) for key, value in wanted)]
