"""A frozen reference: what one index of one appliance was while it was taken to be healthy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`model` is plain JSON, written and read by the module that learns it; days are UTC and inclusive."""

    index: str
    learned_from: date
    learned_to: date
    model: Mapping[str, Any]
