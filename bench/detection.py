"""The detection core on recordings by others: `python -m bench detection`, about a minute.

Not product code: generic signals instead of appliances. The same learning of a healthy level (models.healthy.level),
the same accumulation (models.detectors.accumulate) and the same multiples of healthy noise (CautionParams) as live; a
window of ten seconds, or of half an hour, stands where a day stands live.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from bench.detection_score import Points, events_found, score_points
from bench.machine import describe_machine, keep
from models.detectors.accumulate import Limits, follow
from models.detectors.signature import CautionParams
from models.healthy.fleet_prior import ContextSlope, IndexPrior
from models.healthy.level import Deviation, LevelParams, deviation_of, learn_level
from models.history import DatedIndex, history_of

Floats = NDArray[np.float64]
PUBLISHED_SKAB: Final = {
    "convolutional autoencoder": {"f1": 0.78, "false_alarms_pct": 13.6, "missed_pct": 28.0},
    "Hotelling's T2 + Q": {"f1": 0.76, "false_alarms_pct": 26.6, "missed_pct": 24.9},
    "isolation forest": {"f1": 0.29, "false_alarms_pct": 2.6, "missed_pct": 82.9},
}
"""SKAB leaderboard, over its 34 recordings, of which those here are a part; point by point, nothing adjusted."""
SKAB_TRAIN_S: Final = 400
"""The published methods learn from the first 400 seconds of each recording; so does this one."""
WINDOW_S: Final = 10
TRAIN_WINDOWS: Final = SKAB_TRAIN_S // WINDOW_S
AHU_WINDOW_MIN: Final = 30


class Watch(NamedTuple):
    """One index over windows, its context, and how far healthy windows wander."""

    values: Floats
    context: Sequence[Floats] = ()
    drift: float = 0.0


def alarms(watch: Watch, train: int) -> NDArray[np.bool_]:
    """By window: whether either direction is raised, judged from that window and those before it only."""
    deviation = _deviation(watch, train)
    raised = np.zeros(len(watch.values), dtype=np.bool_)
    if deviation is None:
        return raised
    limits = _limits(float(np.median(deviation.noise)), watch.drift, CautionParams())
    places = deviation.ordinals - 1
    for sign in (1.0, -1.0):
        for number in range(len(places)):
            upto = slice(max(0, number - 120), number + 1)  # two hundred windows back is another matter
            course = follow(deviation.days[upto], sign * deviation.values[upto], limits)
            raised[places[number]] |= course.raised
    return raised


def _deviation(watch: Watch, train: int) -> Deviation | None:
    spread = 1.4826 * float(np.median(np.abs(watch.values[:train] - np.median(watch.values[:train]))))
    floor = max(spread, 1e-3 * float(np.std(watch.values[:train])), 1e-9)
    names = [f"context_{number}" for number in range(len(watch.context))]
    slopes = tuple(ContextSlope(context=name, log=False, mean=0.0, deviation=100.0) for name in names)
    prior = IndexPrior(index="value", log=False, slopes=slopes, noise_floor=0.5 * floor, drift=watch.drift,
                       least_weight=0.0, calendar_days=train, least_days=train // 2, level=None)  # fmt: skip
    rows: list[DatedIndex] = []
    for name, series in zip(("value", *names), (watch.values, *watch.context), strict=True):
        rows += [
            (date.fromordinal(number + 1), name, float(value), 0.0, 1.0)
            for number, value in enumerate(series)
            if np.isfinite(value)
        ]
    now = datetime.combine(date.fromordinal(len(watch.values) + 1), datetime.min.time(), tzinfo=UTC)
    history = history_of(rows, now)
    reference = learn_level(prior, history, LevelParams(noise_ceiling=1e6))
    return None if reference is None else deviation_of(prior, history, reference)


def _limits(noise: float, drift: float, params: CautionParams) -> Limits:
    settled = float(np.hypot(noise / np.sqrt(3), drift))
    return Limits(
        slack=params.slack * settled,
        decision=params.decision * settled,
        level=params.level * settled,
        clear=params.clear * settled,
        steady_days=3,
        clear_days=3,
    )


# ---------------------------------------------------------------- SKAB: a water loop with a pump, a valve is closed
def skab(folder: Path) -> dict[str, Any]:
    """Point by point over all recordings of the folder, and valve closings found."""
    drifts = _skab_drifts(folder / "anomaly-free.csv")
    every: list[Points] = []
    found = events = 0
    for file in sorted(folder.glob("valve*/*.csv")):
        names, table = _read(file, ";")
        signals = [name for name in names if name not in ("anomaly", "changepoint")]
        raised = np.zeros(len(table) // WINDOW_S, dtype=np.bool_)
        for name in signals:
            values = _windows(table[:, names.index(name)], WINDOW_S)
            raised |= alarms(Watch(values, drift=drifts[name]), TRAIN_WINDOWS)
        # What a window says is known at its end: it counts from the next second on.
        said = np.concatenate([np.zeros(WINDOW_S, dtype=np.bool_), np.repeat(raised, WINDOW_S)])[: len(table)]
        said = np.pad(said, (0, len(table) - len(said)), mode="edge")
        truth = table[:, names.index("anomaly")] > 0.5
        every.append(Points(said, truth))
        seen, of = events_found(said, truth)
        found, events = found + seen, events + of
    return {
        "recordings": len(every),
        "ours": score_points(every),
        "ours_after_learning": score_points([Points(p.said[SKAB_TRAIN_S:], p.truth[SKAB_TRAIN_S:]) for p in every]),
        "valve_closings_found": [found, events],
        "published_over_all_34_recordings": PUBLISHED_SKAB,
    }


def _skab_drifts(file: Path) -> dict[str, float]:
    """How far each signal wanders within a quarter of an hour of health after ten minutes of learning."""
    names, table = _read(file, ";")
    drifts = {}
    for number, name in enumerate(names):
        values = _windows(table[:, number], WINDOW_S)
        moved = [
            float(np.median(values[start + TRAIN_WINDOWS : start + 2 * TRAIN_WINDOWS])
                  - np.median(values[start : start + TRAIN_WINDOWS]))
            for start in range(0, len(values) - 2 * TRAIN_WINDOWS, TRAIN_WINDOWS)
        ]  # fmt: skip
        drifts[name] = float(np.sqrt(np.mean(np.square(moved))))
    return drifts


# ---------------------------------------------------------------- LBNL: a single-zone air handler, a fault a day
def lbnl(folder: Path) -> dict[str, Any]:
    """Day by day: learned on every second half-hour of the one day without a fault, all others judged on their own.

    The other half-hours of that day are all there is to count false alarms on: a day found says little by itself.
    """
    names, table = _read(folder / "SZCAV.csv", ",")
    column = {name.replace("AHU:", "").strip(): table[:, number] for number, name in enumerate(names)}
    days = len(table) // 1440
    with (folder / "fault_schedule.csv").open(encoding="utf-8") as file:
        schedule = list(csv.DictReader(file))
    healthy = next(number for number, row in enumerate(schedule) if row["component"] == "none")
    judged = []
    for number, row in enumerate(schedule[:days]):
        watches = list(_ahu(column, healthy, number))
        train = 1440 // AHU_WINDOW_MIN // 2
        raised = [bool(alarms(watch, train)[train:].any()) for watch in watches]
        judged.append({"date": row["date"], "fault": f"{row['component']} {row['fault']} {row['intensity']}".strip(),
                       "alarm": any(raised)})  # fmt: skip
    faulty = [one["alarm"] for number, one in enumerate(judged) if number != healthy]
    return {"days_with_a_fault_found": [sum(faulty), len(faulty)],
            "alarm_on_the_other_half_hours_of_the_healthy_day": judged[healthy]["alarm"], "days": judged}  # fmt: skip


def _ahu(column: dict[str, Floats], healthy: int, day: int) -> Iterator[Watch]:
    """Rise over the coils against the valves; mixed air against what the damper lets in; one after the other."""
    window, size = AHU_WINDOW_MIN, 1440

    def joined(values: Floats) -> Floats:
        own = _windows(values[healthy * size : (healthy + 1) * size], window)
        rest = own[1::2] if day == healthy else _windows(values[day * size : (day + 1) * size], window)
        return np.concatenate([own[::2], rest])

    supply, mixed = column["Supply Air Temperature"], column["Mixed Air Temperature"]
    back, outdoor = column["Return Air Temperature"], column["Outdoor Air Temperature"]
    damper = column["Outdoor Air Damper Control Signal"]
    heat, cool = column["Heating Coil Valve Control Signal"], column["Cooling Coil Valve Control Signal"]
    yield Watch(joined(supply - mixed), [joined(heat), joined(cool)], drift=0.5)
    yield Watch(joined(mixed - back), [joined(damper * (outdoor - back)), joined(outdoor - back)], drift=0.5)


def _read(file: Path, delimiter: str) -> tuple[list[str], Floats]:
    """Names and numbers of all columns but the first, which is the time."""
    with file.open(encoding="utf-8-sig") as lines:
        rows = csv.reader(lines, delimiter=delimiter)
        names = next(rows)[1:]
        return names, np.array([[_number(value) for value in row[1:]] for row in rows])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")  # the recordings hold empty cells and a spreadsheet's `#VALUE!`


def _windows(values: Floats, length: int) -> Floats:
    count = len(values) // length
    return np.asarray(np.nanmedian(values[: count * length].reshape(count, length), axis=1))


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("../shared/data"),
              show_default=True, help="Folder with skab/ and lbnl_ahu/.")  # fmt: skip
def main(data: Path) -> None:
    """Run both recordings and keep the figures."""
    found = {"machine": describe_machine(), "skab": skab(data / "skab"), "lbnl_ahu": lbnl(data / "lbnl_ahu")}
    click.echo(json.dumps(found, indent=1))
    keep("detection", found)


if __name__ == "__main__":
    main()
