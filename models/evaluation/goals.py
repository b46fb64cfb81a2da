"""What was asked of predictions beside what a report shows. A goal is met or missed by the figure itself; how sure that
is, its interval tells."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.evaluation.table import CLASSES, alarm_text, coverage_text, interval, rate_text


class Against(NamedTuple):
    """One figure against its goal; `met` is None where it cannot be told, because there was too little to measure."""

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
    yield _lead(classes["visit"]["lead_days_with_precursor"])
    sent, raised = report["false_visits"], report["false_visits_as_raised"]
    value = f"{rate_text(sent)}, {sent['count']} in all; counted as raised {rate_text(raised)}, {raised['count']}"
    unknown = sent["upper95"] is None or (not sent["count"] and sent["upper95"] > 0.5)  # none at all, in too few months
    met = None if unknown else sent["upper95"] <= 0.5
    yield Against("false visits per 1000 appliance-months", value, "at most 0.5 (upper bound)", met)
    if real is not None and (precision := real["visit"]["precision"]) is not None:
        value = f"{precision:.2f}; counted as raised {real['visit_as_raised']['precision']:.2f}"
        yield Against("visit precision at real base rates", value, "at least 0.80", precision >= 0.80)
    yield _least("self-care faults found before they cost a quarter", classes["self"]["recall_before_failure"], 0.85)
    nudges = report["false_nudges"]
    met = None if nudges["per_1000"] is None else nudges["per_1000"] <= 3.0
    yield Against("false nudges per 1000 appliance-months", f"{rate_text(nudges)}, {nudges['count']} in all",
                  "at most 3", met)  # fmt: skip
    yield _least("right fault named on visits", report["right_fault_named"], 0.90)
    yield _least("right part named on visits", report["right_part"], 0.90)
    yield _calibrated(report["calibration"] if report["calibration_real"] is None else report["calibration_real"])
    for name, one in report["interval_coverage"]["classes"].items():
        yield Against(f"failures within P10 to P90, {CLASSES.get(name, name)}", coverage_text(one), "0.85 to 0.95",
                      0.85 <= one["inside"] <= 0.95)  # fmt: skip
    alarm = report["seconds_to_alarm"]
    if alarm["shown"]:
        yield Against("urgent, within 60 s of the first reading", alarm_text(alarm), "all",
                      alarm["within_of_reading"] == alarm["shown"])  # fmt: skip
    for split in report["splits"]:
        if split["name"] == "first 14 days":
            yield _least("found of what shows in the first 14 days", split["recall"], 0.60)


def _least(figure: str, share: Mapping[str, Any], goal: float) -> Against:
    met = None if share["value"] is None else share["value"] >= goal
    text = interval(share) if met is None else f"{interval(share)} of {share['of']:.0f}"
    return Against(figure, text, f"at least {goal:.2f}", met)


def _lead(early: Mapping[str, Any]) -> Against:
    days = early["p50"]
    text = "-" if not early["n"] else "most were missed" if days is None else f"{days:.1f} days"
    met = None if not early["n"] else days is not None and days >= 14
    return Against("their median lead, missed ones last", f"{text} of {early['n']}", "at least 14 days", met)


def _calibrated(one: Mapping[str, Any]) -> Against:
    met = None if one["ece"] is None else one["ece"] <= 0.03
    if one["ece"] is None:
        return Against("calibration error", "-", "at most 0.03", met)
    perfect = one["perfect"]
    text = (
        f"{one['ece']:.3f} of {one['n']}; by chance {perfect['ece']:.3f} [{perfect['low']:.3f}, {perfect['high']:.3f}]"
    )
    return Against("calibration error", text, "at most 0.03", met)
