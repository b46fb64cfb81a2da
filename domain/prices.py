"""What an owner may be charged for a visit: by the price list, for what no warranty pays. Pure; money in cents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

TOLERANCE_CENTS: Final = 100
"""A charge is compared to the whole unit of money: rounding up a sum is no overcharging (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices from a day on: for coming once, and for an hour of planned work."""

    call_out_cents: int
    hour_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedTask:
    """A task with its planned minutes, whether the warranty pays it, and the parts used: name, pieces, price of one
    (None: it has none in the catalogue)."""

    what: str
    minutes: int
    covered: bool
    parts: Sequence[tuple[str, int, int | None]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a visit may cost its owner, line by line; `cents` None: a part without a price, nobody can say."""

    cents: int | None
    lines: tuple[tuple[str, int | None], ...]

    @property
    def known_cents(self) -> int:
        """The lines that have a price."""
        return sum(cents for _, cents in self.lines if cents is not None)

    @property
    def without_price(self) -> tuple[str, ...]:
        """The lines that have none."""
        return tuple(what for what, cents in self.lines if cents is None)


def quote(tasks: Iterable[PricedTask], prices: PriceList) -> Quote:
    """Coming once, the planned minutes and the parts of what no warranty pays; nothing if it pays all.

    The planned time counts, not the time it took: the owner was told what is to be done, not how fast somebody works.
    """
    lines: list[tuple[str, int | None]] = []
    paid = [task for task in tasks if not task.covered]
    if paid:
        lines.append(("coming to the home", prices.call_out_cents))
    for task in paid:
        lines.append((f"{task.what}: {task.minutes} min", round(task.minutes * prices.hour_cents / 60)))
        lines += [(f"{pieces} x {name}", None if each is None else pieces * each) for name, pieces, each in task.parts]
    found = Quote(cents=None, lines=tuple(lines))
    return found if found.without_price else replace(found, cents=found.known_cents)


def overcharged(charged_cents: int, allowed: Quote) -> bool:
    """Whether more was charged than the list allows, by more than rounding; never where nobody can say."""
    return allowed.cents is not None and charged_cents > allowed.cents + TOLERANCE_CENTS
