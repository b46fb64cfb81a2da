"""What is known about faults: articles, and which causes are likely at a home. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.parts import Fit, FitRule, Item, Target, fit

DETECTION_COUNTS: Final = 8.0
"""The detector's probability counts as much as so many visits with a cause code (E)."""
UNKNOWN_SHARE: Final = 0.5
"""Of what is not the fault, how much is another fault rather than nothing, before any visit has told (E)."""
SHOWN_FROM: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason of a fault; `share` of its cases (E), and how to check for it."""

    cause: str
    share: float
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What to check and do about a fault of a kind (None: of any), in the words of the trade."""

    id: str
    kind: str | None
    fault: str | None
    maker: str | None
    model: str | None
    title: str
    summary: str
    safety: list[str]
    tools: list[str]
    causes: list[Cause]
    steps: list[str]
    done_when: str
    edition: int | None
    edited: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What visits for a fault found: it, another fault by code, or nothing."""

    confirmed: int = 0
    other: Mapping[str, int] = field(default_factory=dict)
    nothing: int = 0

    @property
    def visits(self) -> int:
        """All of them."""
        return self.confirmed + sum(self.other.values()) + self.nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCause:
    """A possible cause at this home with its probability; `fault` is the code to report if it is another one."""

    cause: str
    probability: float
    check: str = ""
    fault: str | None = None


def rank_causes(
    probability: float, fault: str, causes: Sequence[Cause], seen: Outcomes, titles: Mapping[str, str]
) -> list[RankedCause]:
    """What it may be, most likely first: probabilities sum to one.

    The detector's probability is a prior that visits refine (a Dirichlet mean); the fault's share is then split over
    its causes. `titles` are words for other faults by code.
    """
    total = DETECTION_COUNTS + seen.visits
    rest = (1 - probability) * DETECTION_COUNTS
    is_fault = (probability * DETECTION_COUNTS + seen.confirmed) / total
    shares = sum(cause.share for cause in causes)
    ranked = [
        RankedCause(cause=c.cause, probability=is_fault * c.share / shares, check=c.check, fault=fault) for c in causes
    ] or [RankedCause(cause=titles.get(fault, fault), probability=is_fault, fault=fault)]
    ranked += [
        RankedCause(cause=titles.get(code, code), probability=count / total, fault=code)
        for code, count in seen.other.items()
    ]
    ranked.append(RankedCause(cause="Another fault", probability=rest * UNKNOWN_SHARE / total))
    ranked.append(
        RankedCause(cause="Nothing is wrong", probability=(rest * (1 - UNKNOWN_SHARE) + seen.nothing) / total)
    )
    kept = [cause for cause in ranked if cause.probability >= SHOWN_FROM]
    return sorted(kept, key=lambda cause: -cause.probability)


def best_article(articles: Iterable[Article], target: Target) -> Article | None:
    """The article that is most about this very appliance: by maker and model, then by kind, then any kind."""
    fitting = [(a, _closeness(a, target)) for a in articles]
    best = max(fitting, key=lambda pair: pair[1], default=None)
    return None if best is None or best[1] is Fit.NO else best[0]


def _closeness(article: Article, target: Target) -> Fit:
    if article.kind is None:
        return Fit.MAYBE
    rule = FitRule(kind=article.kind, maker=article.maker, model=article.model)
    item = Item(id="a", name="", role="", fits=frozenset({article.kind}), rules=(rule,))
    found = fit(item, target)
    # An article for a model that may be another one helps less than the one for the kind.
    return Fit.NO if found is Fit.MAYBE else found
