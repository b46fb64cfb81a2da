"""What was asked of predictions beside what a report shows. A goal is reached or missed if the whole interval of the
figure says so; else there was too little to tell."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from scipy.stats import beta, chi2

from models.evaluation.table import CLASSES, alarm_text, coverage_text, rate_text


class Against(NamedTuple):
    """One figure against its goal; `met` is None where there was too little to tell."""

    figure: str
    value: str
    goal: str
    met: bool | None


def against_goals(report: Mapping[str, Any]) -> Iterator[Against]:
    """The goals that predictions are held to, of a report with a truth."""
    classes, real = report["classes"], report["real_base_rates"]
    yield _least(
        "technician faults that show a week before, found by then", classes["visit"]["recall_7_days_ahead"], 0.80
    )
    yield _lead(classes["visit"])
    sent, raised = report["false_visits"], report["false_visits_as_raised"]
    value = f"{rate_text(sent)}, {sent['count']} in all; counted as raised {rate_text(raised)}, {raised['count']}"
    yield Against("false visits per 1000 appliance-months", value, "at most 0.5 (upper bound)", _at_most(sent, 0.5))
    if real is not None and (precision := real["visit"]["precision"]) is not None:
        worth = report["calibration_classes"]["visit"]["effective"]  # in findings that each count one
        low, high = _exact(precision * worth, worth)
        value = f"{precision:.2f} [{low:.2f}, {high:.2f}]; counted as raised {real['visit_as_raised']['precision']:.2f}"
        yield Against("visit precision at real base rates", value, "at least 0.80", _within(low, high, least=0.80))
    yield _least("self-care faults found before they cost a quarter", classes["self"]["recall_before_failure"], 0.85)
    nudges = report["false_nudges"]
    yield Against("false nudges per 1000 appliance-months", f"{rate_text(nudges)}, {nudges['count']} in all",
                  "at most 3", _at_most(nudges, 3.0))  # fmt: skip
    yield _least("right fault named on visits", report["right_fault_named"], 0.90)
    yield _least("right part named on visits", report["right_part"], 0.90)
    yield _calibrated(report["calibration"] if report["calibration_real"] is None else report["calibration_real"])
    for name, one in report["interval_coverage"]["classes"].items():
        yield Against(f"failures within P10 to P90, {CLASSES.get(name, name)}", coverage_text(one), "0.85 to 0.95",
                      _within(one["low"], one["high"], least=0.85, most=0.95))  # fmt: skip
    alarm = report["seconds_to_alarm"]
    if alarm["shown"]:
        yield Against("urgent, within 60 s of the first reading", alarm_text(alarm), "all",
                      alarm["within_of_reading"] == alarm["shown"])  # fmt: skip
    for split in report["splits"]:
        if split["name"] == "first 14 days":
            yield _least("found of what shows in the first 14 days", split["recall"], 0.60)


def _least(figure: str, share: Mapping[str, Any], goal: float) -> Against:
    if share["value"] is None:
        return Against(figure, "-", f"at least {goal:.2f}", None)
    low, high = _interval(share)
    text = f"{share['value']:.2f} [{low:.2f}, {high:.2f}] of {share['of']:.0f}"
    return Against(figure, text, f"at least {goal:.2f}", _within(low, high, least=goal))


def _lead(visits: Mapping[str, Any]) -> Against:
    """The median is 14 days or more if half or more of them had as much."""
    early, share = visits["lead_days_with_precursor"], visits["recall_14_days_ahead"]
    days = early["p50"]
    text = "-" if not early["n"] else "most were missed" if days is None else f"{days:.1f} days"
    met = None if share["value"] is None else _within(*_interval(share), least=0.5)
    return Against("their median lead, missed ones last", f"{text} of {early['n']}", "at least 14 days", met)


def _calibrated(one: Mapping[str, Any]) -> Against:
    """Missed by more than chance makes of a perfect forecast; reached where chance alone would leave room for it."""
    if one["ece"] is None:
        return Against("calibration error", "-", "at most 0.03", None)
    error, perfect = one["ece"], one["perfect"]
    text = f"{error:.3f} of {one['n']}; by chance {perfect['ece']:.3f} [{perfect['low']:.3f}, {perfect['high']:.3f}]"
    met = True if max(error, perfect["ece"]) <= 0.03 else False if error > max(0.03, perfect["high"]) else None
    return Against("calibration error", text, "at most 0.03", met)


def _within(low: float, high: float, least: float = -inf, most: float = inf) -> bool | None:
    """Whether all of an interval is within the goal, or none of it; None if only a part."""
    if least <= low and high <= most:
        return True
    return False if high < least or low > most else None


def _at_most(rate: Mapping[str, Any], goal: float) -> bool | None:
    """By the one-sided 95 % Poisson bounds (Garwood 1936)."""
    if rate["per_1000"] is None:
        return None
    least = float(chi2.ppf(0.05, 2 * rate["count"])) / 2 if rate["count"] else 0.0
    return _within(1000 * least / rate["months"], rate["upper95"], most=goal)


def _interval(share: Mapping[str, Any]) -> tuple[float, float]:
    """Resampled over appliances, but no narrower than the exact one: from very few appliances it has no width."""
    low, high = _exact(share["hits"], share["of"])
    return min(low, share["low"]), max(high, share["high"])


def _exact(hits: float, of: float) -> tuple[float, float]:
    """95 % (Clopper and Pearson 1934), for weighted counts too."""
    low = float(beta.ppf(0.025, hits, of - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0
    return low, high
