"""Spare parts: what fits what, and which of several parts is meant. Pure rules.

A fault asks for a *role* (`gasket`); the catalogue holds the parts that fill it (`gasket-x200`), each with the kinds it
fits and, where it does not fit all of a kind, rules by maker and model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Final

VAN: Final = "van:"
OUTLET: Final = "outlet:"


def van_of(technician_id: str) -> str:
    """The place where a technician's own stock lies."""
    return VAN + technician_id


def store_of(outlet_id: str) -> str:
    """The place where an outlet's stock lies."""
    return OUTLET + outlet_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRule:
    """A part with rules fits a kind only as they say; None fits any, `*` stands for any text and `?` for a letter."""

    kind: str
    maker: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One part of the catalogue; `fits` are kinds (none: every kind)."""

    id: str
    name: str
    role: str
    fits: frozenset[str] = frozenset()
    rules: tuple[FitRule, ...] = ()
    alternatives: tuple[str, ...] = ()
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a part is to go into; None is unknown."""

    kind: str
    maker: str | None = None
    model: str | None = None


class Fit(IntEnum):
    """How well a part fits; more is better."""

    NO = 0
    MAYBE = 1  # a rule asks for a maker or model that nobody entered
    KIND = 2  # fits every appliance of the kind
    EXACT = 3  # by maker or model


def fit(item: Item, target: Target) -> Fit:
    """Whether the part fits; what is unknown about the appliance never makes a no."""
    if item.fits and target.kind not in item.fits:
        return Fit.NO
    rules = [rule for rule in item.rules if rule.kind == target.kind]
    return max((_rule_fit(rule, target) for rule in rules), default=Fit.KIND)


def _rule_fit(rule: FitRule, target: Target) -> Fit:
    asked = [(rule.maker, target.maker), (rule.model, target.model)]
    if any(have is not None and not _like(have, want) for want, have in asked if want is not None):
        return Fit.NO
    if any(want is not None and have is None for want, have in asked):
        return Fit.MAYBE
    return Fit.EXACT if any(want is not None for want, _ in asked) else Fit.KIND


def _like(have: str, pattern: str) -> bool:
    return fnmatchcase(have.strip().casefold(), pattern.strip().casefold())


def current(item: Item, catalogue: Mapping[str, Item]) -> Item:
    """The part that is sold today in place of `item`; itself if nothing supersedes it."""
    seen = {item.id}
    while item.superseded_by is not None and item.superseded_by in catalogue and item.superseded_by not in seen:
        item = catalogue[item.superseded_by]
        seen.add(item.id)
    return item


def candidates(role: str, target: Target, catalogue: Mapping[str, Item]) -> list[Item]:
    """Parts that fill `role` in the appliance, best first: by fit, then today's before superseded ones, then by id.

    Alternatives named by a part that fits are taken too, unless they are known not to fit.
    """
    direct = [item for item in catalogue.values() if item.role == role and fit(item, target) is not Fit.NO]
    ordered = sorted(direct, key=lambda item: (-fit(item, target), item.superseded_by is not None, item.id))
    found: dict[str, Item] = {}
    for item in ordered:
        newest = current(item, catalogue)
        for candidate in (newest, item):
            found.setdefault(candidate.id, candidate)
    for item in ordered:
        for name in item.alternatives:
            if name in catalogue and fit(catalogue[name], target) is not Fit.NO:
                found.setdefault(name, catalogue[name])
    return list(found.values())


def choose(
    options: Sequence[Item], free: Mapping[str, Mapping[str, int]], places: Iterable[str], quantity: int = 1
) -> tuple[Item, str] | None:
    """The part to reserve and where: the nearest place first, there the best part; None if nobody has it.

    `free` is pieces by place and part; `places` from near to far.
    """
    for place in places:
        for item in options:
            if free.get(place, {}).get(item.id, 0) >= quantity:
                return item, place
    return None
