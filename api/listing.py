"""The answer of every list: one page, found after the key of the page before."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from fastapi import Response

from api.paging import Key, Paging, page
from api.requests import Asked, reading
from store.database import Connection

Item = TypeVar("Item")
ItemOut = TypeVar("ItemOut", covariant=True)
After = TypeVar("After")
AfterIn = TypeVar("AfterIn", contravariant=True)


class Find(Protocol[AfterIn, ItemOut]):
    """Reads up to `limit` items after a key; any filters are bound already."""

    def __call__(self, connection: Connection, after: AfterIn, limit: int, /) -> Sequence[ItemOut]:
        """The items, in the order of the list."""
        ...


def listing(
    ask: Asked,
    paged: Paging,
    after: Callable[[Paging], After],
    find: Find[After, Item],
    key_of: Callable[[Item], Key],
) -> Response:
    """A page: `after` reads the key of the last item of the page before, `key_of` makes it."""
    return reading(ask, lambda c: page(paged, find(c, after(paged), paged.limit + 1), key_of))
