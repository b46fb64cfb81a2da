"""Evidence as it stands in the database: JSON whose times are text."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvidence:
    """Why a finding was raised: one signal, what was expected, what was observed, since when (data time)."""

    signal: str
    expected: float | None
    observed: float | None
    unit: str
    since: datetime
    note: str = ""
    only_power: bool = False
    """All that was measured of the appliance is its power."""


def read_evidence(stored: list[dict[str, Any]]) -> list[ShownEvidence]:
    """Evidence out of its JSON."""
    return [
        ShownEvidence(
            signal=entry["signal"],
            expected=entry["expected"],
            observed=entry["observed"],
            unit=entry["unit"],
            since=datetime.fromisoformat(entry["since"]).astimezone(UTC),
            note=entry.get("note", ""),
            only_power=entry.get("only_power", False),
        )
        for entry in stored
    ]
