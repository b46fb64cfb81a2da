"""JSON as it arrives: strict and fast first, then forgiving, so that one bad value does not hide its neighbours."""

import json
from typing import Any

import msgspec

from domain.readings import Device, Refusal, Refused

Tree = Any
"""What JSON can hold; every use asks for the type it needs."""


def _whole(digits: str) -> float:
    return int(digits) if len(digits) < 20 else float(digits)


_FORGIVING = json.JSONDecoder(parse_int=_whole)
"""Reads NaN, Infinity, 1e999 and thousands of digits as floats; whoever takes a value must ask whether it is finite."""


def load(payload: bytes, device: Device | None = None) -> Tree | Refused:
    """The tree in `payload`, or why there is none."""
    try:
        return msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        return load_forgiving(payload, device)


def load_forgiving(payload: bytes, device: Device | None = None) -> Tree | Refused:
    """The tree in `payload` where NaN, 1e999, lone surrogates and a byte order mark are let through."""
    try:
        return _FORGIVING.decode(payload.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Refused(why=Refusal.NOT_TEXT, detail=f"byte {error.start} is not UTF-8", device=device)
    except RecursionError:
        return Refused(why=Refusal.TOO_DEEP, detail="nested deeper than a reading ever is", device=device)
    except ValueError as error:
        where = getattr(error, "pos", 0)
        return Refused(why=Refusal.NOT_JSON, detail=f"not JSON from character {where} on", device=device)


def load_object(payload: bytes, device: Device | None = None) -> dict[str, Tree] | Refused:
    """As `load`, for topics that promise an object."""
    tree = load(payload, device)
    if isinstance(tree, dict | Refused):
        return tree
    return Refused(why=Refusal.WRONG_SHAPE, detail="an object {…} is due here", device=device)


def part(tree: Tree, *path: str) -> dict[str, Tree]:
    """The object at `path` below `tree`, or an empty one."""
    for step in path:
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def dump(tree: Tree) -> bytes:
    """`tree` as bytes again, for a dead letter; what cannot be written (a lone surrogate) is escaped."""
    return json.dumps(tree, separators=(",", ":")).encode()
