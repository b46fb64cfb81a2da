"""Hand-made recorded fleets for the tests of evaluation: small enough to be worked out on paper."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from domain.faults import Urgency
from domain.findings import Evidence
from domain.signals import Kind
from models.evaluation.case import CaseAppliance
from models.evaluation.ledger import Finding
from models.evaluation.truth import Truth
from models.evaluation.walk import Seen

START = datetime(2025, 3, 1, tzinfo=UTC)
HEADER = ("appliance_id", "household_id", "kind", "model", "breaker_rating_a", "rcd_ma")


def at(days: float) -> datetime:
    """`days` after the start of the case."""
    return START + timedelta(days=days)


def finding(
    appliance_id: str,
    fault: str,
    days: float,
    *,
    probability: float = 0.8,
    urgency: Urgency = Urgency.VISIT,
    fails: tuple[float, float, float] | None = None,
    parts: tuple[str, ...] = (),
) -> Finding:
    """A finding raised `days` after the start."""
    return Finding(
        appliance_id=appliance_id,
        fault=fault,
        raised_at=at(days),
        cleared_at=None,
        probability=probability,
        urgency=urgency,
        fails=None if fails is None else (at(fails[0]), at(fails[1]), at(fails[2])),
        action="inspect",
        parts=parts,
        evidence=(Evidence(signal="x", expected=1.0, observed=2.0, unit="W", since=at(days)),),
        detector="test/1",
    )


def truth(
    appliance_id: str,
    fault: str,
    onset: float,
    detectable: float | None,
    failure: float | None = None,
    end: float | None = None,
    *,
    abrupt: bool = False,
) -> Truth:
    """A fault with its times in days after the start."""

    def moment(days: float | None) -> datetime | None:
        return None if days is None else at(days)

    return Truth(
        appliance_id=appliance_id,
        fault=fault,
        onset=at(onset),
        detectable=moment(detectable),
        failure=moment(failure),
        end=moment(end),
        abrupt=abrupt,
    )


def fleet(kinds: Mapping[str, Kind]) -> dict[str, CaseAppliance]:
    """Appliances by id, each in a home of its own."""
    return {
        name: CaseAppliance(
            id=name, household_id=f"home-{name}", kind=kind, model="M1", firmware="", installed_on=None, facts={}
        )
        for name, kind in kinds.items()
    }


def watched(names: Iterable[str], days: float = 365.25) -> dict[str, Seen]:
    """Every appliance watched for `days`, without a gap."""
    first_us = int(START.timestamp() * 1e6)
    return {
        name: Seen(
            appliance_id=name,
            rows=1000,
            first_us=first_us,
            last_us=first_us + int(days * 86_400e6),
            data_days=int(days),
            longest_gap_days=0.01,
            outdoor_c={},
        )
        for name in names
    }


def write_case(
    folder: Path,
    appliances: Sequence[Sequence[str]],
    tables: Mapping[str, pl.DataFrame],
    *,
    cycles: Mapping[str, pl.DataFrame] | None = None,
    files: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> Path:
    """A case folder; `files` are further CSV files with their header row."""
    for part, some in (("telemetry", tables), ("cycles", cycles or {})):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for kind, frame in some.items():
            frame.write_parquet(folder / part / f"{kind}.parquet")
    for name, rows in {"appliances.csv": [HEADER, *appliances], **(files or {})}.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def table(rows: Iterable[tuple[datetime, datetime, str, Mapping[str, Any]]]) -> pl.DataFrame:
    """Telemetry rows `(time, received_at, appliance_id, values)`."""
    return pl.DataFrame(
        [
            {"time": time, "received_at": received, "appliance_id": name, **values}
            for time, received, name, values in rows
        ],
        infer_schema_length=None,
    )
