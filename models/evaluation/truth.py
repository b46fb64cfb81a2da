"""What really was wrong in a recorded fleet. Only judging reads this, never the walk: a test looks at the imports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Final, NamedTuple

from domain.errors import BadInput
from domain.readings import from_us
from models.evaluation.case_files import CellError, CsvRow, csv_rows, filled, moment_us

TRUTH_FILE: Final = "truth.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One fault of one appliance (contracts, section 3); None where the case leaves a time empty."""

    appliance_id: str
    fault: str
    onset: datetime | None
    detectable: datetime | None
    failure: datetime | None
    end: datetime | None
    abrupt: bool
    line: int = 0
    """In truth.csv."""

    @property
    def starts(self) -> datetime | None:
        """When it was first there, as far as known."""
        known = [time for time in (self.onset, self.detectable, self.failure) if time is not None]
        return min(known) if known else None


def read_truth(folder: Path) -> tuple[Truth, ...] | None:
    """The truth of the case in `folder`, None if the case comes without; BadInput if it is malformed, or holds nothing:
    to judge by it would be to call every finding wrong."""
    file = folder / TRUTH_FILE
    if not file.is_file():
        return None
    if not file.stat().st_size:
        raise BadInput(
            f"{file} is empty: take it out of the case to have findings without figures, or write its header "
            "(appliance_id,fault,onset,detectable,failure,end,abrupt) alone if really nothing was wrong"
        )
    return tuple(csv_rows(file, _truth, "appliance_id", "fault"))


def _truth(row: CsvRow) -> Truth:
    filled(row, "appliance_id", "fault")
    onset, detectable, failure, end = (_moment(row, name) for name in ("onset", "detectable", "failure", "end"))
    for name, then in (("failure", failure), ("end", end)):
        if then is not None and then < (onset or detectable or then):
            raise CellError(name, f"{row[name]} lies before {'onset' if onset else 'detectable'}: mend these times")
    abrupt = row["abrupt"].strip().lower() in ("true", "1")
    return Truth(appliance_id=row["appliance_id"], fault=row["fault"], onset=onset, detectable=detectable,
                 failure=failure, end=end, abrupt=abrupt, line=row.line)  # fmt: skip


def _moment(row: CsvRow, column: str) -> datetime | None:
    return from_us(moment_us(row, column)) if row[column] else None


class Weight(NamedTuple):
    """Chance of a fault per appliance of a kind over the case: as the fleet was drawn, and in real homes."""

    drawn: float
    real: float
    runs: float = 0.0
    """Share of the time in which it was there in the fleet's appliances of the kind (base_rates.with_runs)."""


def read_weights(folder: Path) -> Mapping[tuple[str, str], Weight]:
    """Chances by kind and fault out of fleet.json, where a simulated fleet says how it was enriched; else empty.

    Parts of one kind (several circuits of a home) are averaged by their number.
    """
    file = folder / "fleet.json"
    if not file.is_file():
        return {}
    sums: dict[tuple[str, str], tuple[float, float, float]] = {}
    try:
        for row in json.loads(file.read_text(encoding="utf-8")).get("weights", ()):
            key, told = (row["kind"], row["fault"]), tuple(float(row[name]) for name in ("appliances", "drawn", "real"))
            if any(not 0 <= value < inf for value in told):
                raise ValueError(f"no number and chances: {told}")
            n, drawn, real = sums.get(key, (0.0, 0.0, 0.0))
            sums[key] = (n + told[0], drawn + told[0] * told[1], real + told[0] * told[2])
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file} is not what `wellkept sim --write-case` writes: take it out of the case") from error
    return {key: Weight(drawn / n, real / n) for key, (n, drawn, real) in sums.items() if n}


def is_simulated(folder: Path) -> bool:
    """Whether the case says of itself that a simulator made it."""
    return (folder / "fleet.json").is_file()
