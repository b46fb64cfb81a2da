"""Named queries: `-- name: word` above each statement in a .sql file, a comment line below says what it is for."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


@cache
def queries(file: str) -> Mapping[str, LiteralString]:
    """The statements of `store/queries/<file>.sql` by name; ValueError if the file repeats a name or holds none."""
    text = (files("store") / "queries" / f"{file}.sql").read_text(encoding="utf-8")
    pieces = _NAME.split(text)[1:]
    names, bodies = pieces[::2], pieces[1::2]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"store/queries/{file}.sql holds no statement or repeats a name")
    # Files of the package are as trustworthy as its code, which is what LiteralString asks for.
    return MappingProxyType({n: cast("LiteralString", b.strip()) for n, b in zip(names, bodies, strict=True)})
