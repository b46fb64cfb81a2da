"""What a detector is. One contract test runs over all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.findings import Verdict
from domain.signals import Kind
from models.healthy.reference import Reference
from models.history import FeatureHistory

References = Mapping[str, Reference]
"""The frozen references of one appliance, by index; an index that is not learned yet is absent."""

Judge = Callable[[FeatureHistory, References, datetime], Verdict | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One way to see one fault.

    `judge(history, references, now_data_time)` is pure. It returns None when nothing can be said, `present=True` while
    the fault is seen, and `present=False` when telemetry speaks against it: with evidence if the fault was seen
    before and has ended (`since` says when), without evidence if it simply is not there.
    """

    name: str
    version: str
    fault: str
    kinds: frozenset[Kind]
    indices: tuple[str, ...]
    """The daily indices it reads."""
    cannot_see: str
    """Its blind spots, in plain words; shown in the guide and to planners."""
    measures: bool
    """True if it measures the effect itself; False if it repeats what the appliance reports."""
    judge: Judge
    references: tuple[str, ...] = ()
    """The references it needs; without them it says nothing."""

    @property
    def label(self) -> str:
        """Name and version as they stand in a finding."""
        return f"{self.name}/{self.version}"
