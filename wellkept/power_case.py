"""Recorded household power (one file a month) as a case folder, so that it runs through the same evaluation."""

import csv
from pathlib import Path

import polars as pl

from domain.errors import BadInput
from wellkept.recordings import open_recording


def is_power_recording(folder: Path) -> bool:
    """Whether `folder` holds files such as REFIT_House2_2013-10.csv.gz."""
    try:
        return not open_recording(folder).is_case
    except BadInput:
        return False


def write_power_case(folder: Path, into: Path) -> Path:
    """Write the recording as a case into `into` and return it.

    Appliance ids and kinds are those of `wellkept replay`; the clock is taken as UTC, and each minute arrives at once.
    """
    recording = open_recording(folder)
    kinds = {str(one["id"]): str(one["kind"]) for one in recording.appliances}
    (into / "telemetry").mkdir(parents=True, exist_ok=True)
    with (into / "appliances.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("appliance_id", "household_id", "kind"))
        writer.writerows((one["id"], one["household_id"], one["kind"]) for one in recording.appliances)
    rows = pl.concat([_long(file) for file in recording.files])
    for kind in sorted(set(kinds.values())):
        names = [name for name, its in kinds.items() if its == kind]
        rows.filter(pl.col("appliance_id").is_in(names)).write_parquet(into / "telemetry" / f"{kind}.parquet")
    return into


def _long(file: Path) -> pl.DataFrame:
    """One row per minute and appliance."""
    source, home, _ = file.name.split("_", 2)
    table = pl.read_csv(file, infer_schema=False)
    clock, *columns = table.columns
    at = pl.col(clock).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", time_zone="UTC")
    return (
        table.select(time=at, **{f"{source}-{home}-{name}".lower(): pl.col(name).cast(pl.Float64) for name in columns})
        .unpivot(index="time", variable_name="appliance_id", value_name="power_w")
        .drop_nulls("power_w")
        .select("time", pl.col("time").alias("received_at"), "appliance_id", "power_w")
    )
