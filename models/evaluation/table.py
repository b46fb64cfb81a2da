"""The figures of one case as lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_WIDE: Final = 40
MOST: Final = 10
ALARM_S: Final = 60.0
CLASSES: Final = {"visit": "technician", "self": "self-care", "urgent": "hazard"}
"""Of faults, in words."""
FALSE: Final = {
    "false_visits": "false visits per 1000 months",
    "false_visits_as_raised": "  counted as raised",
    "false_or_wrong_visits": "  false, or another fault was there",
    "visits_after_needless_self_care": "  after needless self-care",
    "false_nudges": "false nudges per 1000 months",
    "false_alarms": "false alarms per 1000 months",
}
"""What was for nothing, by its key of the report. A visit is one if somebody is sent (docs/decisions/0067)."""


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """What a person wants to see first; everything is in report.json."""
    origin = "SIMULATED" if report.get("simulated") else "recorded"
    yield (
        f"{report['case']} ({origin}): {report['appliances']} appliances, {report['appliance_months']:.0f} "
        f"appliance-months, {report['rows']:,} rows"
    )
    if not report["truth"]:
        yield "no truth given; findings per 1000 appliance-months (95 % upper bound):"
        for name, rate in report["said"].items():
            yield f"  {CLASSES[name]:10} {rate['count']:5d}   {rate_text(rate)}"
        if report["newest"]:
            yield "newest findings; all stand in findings.jsonl:"
        for one in report["newest"][:MOST]:
            yield (
                f"  {minute(one['raised_at'])}  {one['appliance_id']:24} {one['fault'].replace('_', ' ')}, "
                f"{100 * one['probability']:.0f} % likely"
            )
        return
    yield from _faults(report)
    yield ""
    for key, name in FALSE.items():
        rate = report[key]
        yield _named(name, f"{rate_text(rate)}   ({rate['count']} in all)")
    yield from _other(report)
    yield ""
    yield from _baselines(report)


def _faults(report: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"  {'kind':16} {'fault':20} {'events':>6} {'found':>5}  {'recall':18} {'true/said':>9}  {'precision':18} "
        f"{'delay d':>7} {'lead d':>6}"
    )
    for row in report["faults"]:
        yield (
            f"  {row['kind']:16} {row['fault']:20} {row['events']:6d} {row['recall']['hits']:5.0f}  "
            f"{interval(row['recall']):18} {row['true']:4d}/{row['findings'] - row['repeat']:<4d}  "
            f"{interval(row['precision']):18} {_number(row['delay_days']['p50']):>7} "
            f"{_number(row['lead_days']['p50']):>6}"
        )


def _other(report: Mapping[str, Any]) -> Iterator[str]:
    for name in ("visit", "self"):
        one = report["classes"][name]
        shares = (interval(one[key]) for key in ("recall", "recall_before_failure", "recall_7_days_ahead"))
        lead = one["lead_days"]
        days = " / ".join(_number(lead[key]) for key in ("p10", "p50", "p90"))
        yield _named(f"{CLASSES[name]}: found, in time, 7 d ahead", "  ".join(shares))
        yield _named(f"{CLASSES[name]}: lead P10/P50/P90 days", f"{days}  (n={lead['n']})")
        early = one["lead_days_with_precursor"]
        days = " / ".join(_number(early[key]) for key in ("p10", "p50", "p90"))
        yield _named("  of a week's precursor", f"{days}  (n={early['n']}, missed ones last)")
    yield from _alarms(report["seconds_to_alarm"])
    yield _named("Brier, calibration error", calibration_text(report["calibration"]))
    if (real := report["calibration_real"]) is not None:
        yield _named("  at real base rates", calibration_text(real))
    for name, one in report["calibration_classes"].items():
        if one["n"]:
            error = f"error {one['ece']:.3f}, if perfect {one['perfect']['ece']:.3f}"
            yield _named(
                f"  {CLASSES[name]} alone", f"said {one['said']:.2f}, true {one['was']:.2f}; {error}  (n={one['n']})"
            )
    yield _named(
        "right fault, right part", f"{interval(report['right_fault_named'])}, {interval(report['right_part'])}"
    )
    for name, one in report["interval_coverage"]["classes"].items():
        yield _named(f"P10-P90 holds (of 0.90), {CLASSES[name]}", coverage_text(one))
    money = report["costs"]
    yield _named(
        "cost per 1000 months",
        f"reactive {money['reactive']:,.0f}, calendar {money['calendar']:,.0f}, "
        f"these findings {money['predicted']:,.0f}",
    )
    yield from _parts(report)


def _alarms(alarm: Mapping[str, Any]) -> Iterator[str]:
    """Within a minute of what: of the truth's instant, which no device tells, or of the first reading that shows it."""
    yield _named("urgent conditions found", f"{alarm['found']} of {alarm['events']}")
    yield _named("  within 60 s of the truth's instant", f"{alarm['within_60_s']} of {alarm['events']};  "
                 f"P50 {_number(alarm['p50'])} s, P90 {_number(alarm['p90'])} s")  # fmt: skip
    yield _named("  within 60 s of the first reading", alarm_text(alarm))
    for one in alarm["faults"]:
        grew = f" ({one['grew_found']} of {one['grew']} that grew)" if 0 < one["grew"] < one["events"] else ""
        said = (
            f"{one['found']} of {one['events']} found{grew}; within 60 s of the truth {one['within_of_truth']}, "
            f"of the reading {one['within_of_reading']} of {one['shown']}"
        )
        yield _named(f"    {one['kind']} {one['fault']}", said)
    for one in alarm["conditions"]:
        if one["after_reading_s"] is None or one["after_reading_s"] > ALARM_S:
            late = "not found" if one["raised_at"] is None else f"{_number(one['after_truth_s'], 0)} s after the truth"
            shown = (
                "no single reading shows it"
                if one["first_reading"] is None
                else (f"first shown {one['first_reading'][:19]}, {_number(one['after_reading_s'], 0)} s")
            )
            yield f"    late: {one['appliance_id']} {one['fault']} {str(one['truth'])[:19]}: {late}; {shown}"


def _parts(report: Mapping[str, Any]) -> Iterator[str]:
    for part in report["splits"]:
        yield _named(
            str(part["name"]),
            f"{part['appliances']} appliances; found {interval(part['recall'])} of {part['events']}, "
            f"precision {interval(part['precision'])}; false visits {rate_text(part['false_visits'])}, "
            f"nudges {rate_text(part['false_nudges'])}",
        )
    if report["real_base_rates"] is None:
        yield _named("at real base rates", "unknown: fleet.json of a case does not tell the chances of its faults")
    for name, one in (report["real_base_rates"] or {}).items():
        yield _named(
            f"at real base rates, {name.replace('_', ' ')}",
            f"precision {_number(one['precision'], 2)}, false per 1000 months {_number(one['false_per_1000'], 2)}",
        )


def _named(name: str, value: str) -> str:
    return f"{name:{_WIDE}}{value}"


def _baselines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {'':16} {'findings':>8}  {'found: visit':>12} {'found: self':>12}  {'false visits':18} false nudges"
    for row in report["baselines"]:
        yield (
            f"  {row['name']:16} {row['findings']:8d}  {_number(row['recall']['visit'], 2):>12} "
            f"{_number(row['recall']['self'], 2):>12}  {rate_text(row['false_visits']):18} "
            f"{rate_text(row['false_nudges'])}"
        )


def minute(text: str) -> str:
    """A moment as people write it, to the minute."""
    return text[:16].replace("T", " ")


def interval(one: Mapping[str, Any]) -> str:
    """A share with its interval, or a dash."""
    if one["value"] is None:
        return "-"
    return f"{one['value']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"


def alarm_text(alarm: Mapping[str, Any]) -> str:
    """How many urgent conditions were said within a minute of the first reading that shows them."""
    stood = f"; {alarm['stood']} more while an earlier finding stood" if alarm["stood"] else ""
    return f"{alarm['within_of_reading']} of {alarm['shown']} that a reading shows{stood}"


def calibration_text(one: Mapping[str, Any]) -> str:
    """Brier score and calibration error, beside what a perfect forecast of the same probabilities would show."""
    if one["ece"] is None:
        return "-"
    perfect, parts = one["perfect"], one["parts"]
    return (
        f"{one['brier']:.3f} (skill {parts['skill']:.2f}), {one['ece']:.3f}; if perfect {perfect['ece']:.3f} "
        f"[{perfect['low']:.3f}, {perfect['high']:.3f}]  (n={one['n']}, worth {one['effective']:.0f})"
    )


def coverage_text(one: Mapping[str, Any]) -> str:
    """Share of failures within the interval with its exact 95 % interval, where the others fell, and its width."""
    width, ratio = _number(one["width_days"]["p50"], 0), _number(one["width_over_days_left"]["p50"])
    return (
        f"{one['inside']:.2f} [{one['low']:.2f}, {one['high']:.2f}] of {one['n']}; before {one['before_p10']}, "
        f"after {one['after_p90']}; middle width {width} d, {ratio} x the days left"
    )


def rate_text(one: Mapping[str, Any]) -> str:
    """A rate with its upper bound, or a dash."""
    return "-" if one["per_1000"] is None else f"{one['per_1000']:.2f} (<= {one['upper95']:.2f})"


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"  # + 0.0: no minus zero
