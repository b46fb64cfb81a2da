"""The plots of the evaluation's page."""

from collections.abc import Mapping
from typing import Any, Final

from models.evaluation.page_tables import words
from models.evaluation.plots import Axis, Series, chart, histogram

WEEK: Final = 7.0
_TRIVIAL: Final = ("truth", "third", "soft")
"""Styles of the trivial ways, a colour each."""


def budget(report: Mapping[str, Any]) -> str:
    """Recall against false findings, with the trivial ways; what says far too much stands at the right edge."""
    named = {"visit": ("technician", "other"), "self": ("self-care", "ours")}
    series = [
        Series(named[name][0], [(p["false_per_1000"], p["recall"]) for p in points], named[name][1], line=True)
        for name, points in report["curves"].items()
        if points and points[0]["recall"] is not None
    ]
    most = 1.25 * max([point[0] for one in series for point in one.points] + [3.0])
    trivial = [row for row in report["baselines"] if row["name"] != "models"]
    for row, style in zip(trivial, _TRIVIAL, strict=False):
        if row["recall"]["self"] is not None:
            rate = row["false_nudges"]["per_1000"]
            beyond = f", {rate:.0f} per 1000" if rate > most else ""
            series.append(Series(f"{words(row['name'])} (self-care{beyond})", [(rate, row["recall"]["self"])], style))
    x = Axis("false findings per 1000 appliance-months", 0, most)
    return chart(x, Axis("recall", 0, 1), series, title="Recall against false visits and nudges")


def lead(report: Mapping[str, Any]) -> str:
    """How many days ahead technician faults were said, by weeks."""
    leads = report["lead_days_of_visits"]
    title = "Lead time of technician faults; below 0: said after the failure"
    return histogram(leads, label="days from raising to failure", title=title, step=WEEK)


def calibration(report: Mapping[str, Any]) -> str:
    """What was said against what came true; the larger a point, the more findings it stands for."""
    series = [Series("ideal", [(0, 0), (1, 1)], "soft", line=True, dots=False)]
    named = (("calibration", "as counted", "ours"), ("calibration_real", "at real base rates", "other"))
    for name, label, style in named:
        if report[name] is not None:
            bins = report[name]["bins"]
            sizes = [3.0 + 7.0 * (one["n"] / report[name]["n"]) ** 0.5 for one in bins]
            series.append(Series(label, [(one["said"], one["was"]) for one in bins], style, sizes=sizes))
    title = "Calibration: probability said against share that was true"
    return chart(Axis("probability said", 0, 1), Axis("share true", 0, 1), series, title=title)
