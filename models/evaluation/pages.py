"""The figures of all cases as one self-contained page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from models.evaluation.plots import Axis, Series, chart, histogram, moments, timeline
from models.evaluation.table import interval, lines, rate_text
from models.evaluation.whole_file import write_whole

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6875;--rule:#d5dce3;--ours:#0b6e4f;--truth:#a4462c;
--other:#3c6fb0;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e7edf2;--soft:#9aa7b3;--rule:#33404d;--ours:#4fc79a;--truth:#e8896c;
--other:#86b3ea;--paper:#12181f}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:78rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem}h2{margin-top:3rem;border-top:2px solid var(--rule);padding-top:1rem}h3{margin-top:2rem}
table{margin:1rem 0;border-collapse:collapse;
font-variant-numeric:tabular-nums;font-size:.9rem;display:block;overflow-x:auto}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
pre{overflow-x:auto;font-size:.8rem;line-height:1.4}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1rem}
figure{margin:0}figcaption,.soft,.none{color:var(--soft);font-size:.9rem}
svg{width:100%;height:auto}.moments{max-width:38rem}
.grid{stroke:var(--rule)}.tick{fill:var(--soft);font-size:11px}.legend{font-size:11px;text-anchor:end}
.ours{fill:var(--ours)}.truth{fill:var(--truth)}.other{fill:var(--other)}
.line{fill:none!important;stroke-width:2}.ours.line{stroke:var(--ours)}.other.line{stroke:var(--other)}
.truth.line{stroke:var(--soft);stroke-dasharray:4 4}
.card{border:1px solid var(--rule);border-radius:.5rem;padding:.7rem 1rem;margin:.7rem 0}
.badge{border:1px solid var(--truth);color:var(--truth);border-radius:.3rem;padding:0 .4rem;font-size:.8rem}
"""


def write_page(reports: Sequence[Mapping[str, Any]], file: Path) -> Path:
    """Write the page of these reports and return where it is."""
    body = "".join(part for report in reports for part in _case(report))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><title>Wellkept: evaluation</title><style>{_STYLE}</style>'
        "</head><body><h1>How well faults were seen coming</h1><p class=soft>The production path in order of arrival, "
        "without look-ahead. Intervals are 95 %, resampled over whole appliances; rates have an exact Poisson upper "
        "bound. Nothing is point-adjusted.</p>"
        f"{body}</body></html>"
    )
    return write_whole(file, page)


def _case(report: Mapping[str, Any]) -> Iterator[str]:
    badge = ' <span class="badge">SIMULATED</span>' if report.get("simulated") else ""
    yield f"<h2>{escape(str(report['case']))}{badge}</h2>"
    yield (
        f"<p>{report['appliances']} appliances, {report['appliance_months']:.0f} appliance-months, "
        f"{report['rows']:,} rows.</p>"
    )
    if report["truth"]:
        yield _headline(report)
        yield _baseline_table(report["baselines"])
        yield _fault_table(report["faults"])
        yield _alarm_table(report["seconds_to_alarm"])
        yield f'<div class="plots">{_budget_plot(report)}{_lead_plot(report)}{_calibration_plot(report)}</div>'
        yield from _examples(report["examples"])
    yield f"<details><summary>All figures as text</summary><pre>{escape(chr(10).join(lines(report)))}</pre></details>"


def _headline(report: Mapping[str, Any]) -> str:
    names = (("visit", "technician", "false_visits"), ("self", "self-care", "false_nudges"),
             ("urgent", "hazard", "false_alarms"))  # fmt: skip
    rows = []
    for key, name, false in names:
        one = report["classes"][key]
        rows.append((name, one["events"], interval(one["recall"]), interval(one["recall_before_failure"]),
                     interval(one["recall_7_days_ahead"]), _spread(one["lead_days"]), interval(one["precision"]),
                     rate_text(report[false])))  # fmt: skip
    said = report["calibration"]
    error = "-" if said["ece"] is None else f"{said['ece']:.3f} (Brier {said['brier']:.3f}, n={said['n']})"
    head = (
        "faults",
        "events",
        "found",
        "before failure",
        "7 days ahead",
        "lead, days",
        "precision",
        "false per 1000 months",
    )
    return _table(head, rows) + (
        f"<p class=soft>Calibration error {error}; right fault {interval(report['right_fault_named'])}, right part "
        f"{interval(report['right_part'])}. In brackets the 95 % interval; after &le; the 95 % upper bound.</p>"
    )


def _baseline_table(baselines: Sequence[Mapping[str, Any]]) -> str:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    head = ("beside trivial ways", "findings", "found: technician", "found: self-care", "false visits", "false nudges")
    rows = [
        (one["name"].replace("_", " "), one["findings"], number(one["recall"]["visit"]), number(one["recall"]["self"]),
         rate_text(one["false_visits"]), rate_text(one["false_nudges"]))
        for one in baselines
    ]  # fmt: skip
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def _fault_table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("kind", "fault", "class", "events", "recall", "true", "repeat", "wrong", "false", "precision",
            "delay, days", "lead, days")  # fmt: skip
    cells = [
        (row["kind"], row["fault"], row["class"], row["events"], interval(row["recall"]), row["true"], row["repeat"],
         row["wrong_fault"], row["false"], interval(row["precision"]), _spread(row["delay_days"]),
         _spread(row["lead_days"]))
        for row in rows
    ]  # fmt: skip
    return _table(head, cells) + (
        "<p class=soft>Events are faults that the signals could show. Wrong: another fault was there. Delay: from "
        "detectable to raised; lead: from raised to failure; each P10 / P50 / P90.</p>"
    )


def _alarm_table(alarm: Mapping[str, Any]) -> str:
    if not alarm["events"]:
        return ""
    head = (
        "urgent condition",
        "events",
        "found",
        "within 60 s of the truth",
        "shown by a reading",
        "within 60 s of it",
    )
    cells = [
        (f"{one['kind']} {one['fault']}", one["events"], one["found"], one["within_of_truth"], one["shown"],
         one["within_of_reading"])
        for one in alarm["faults"]
    ]  # fmt: skip
    return _table(head, cells) + (
        "<p class=soft>The truth is the instant at which the physics passes the limit. Nobody can know before the "
        "first reading that shows it; how long that takes is the sampling of the devices.</p>"
    )


def _spread(one: Mapping[str, Any]) -> str:
    return "-" if not one["n"] else f"{one['p10']:.1f} / {one['p50']:.1f} / {one['p90']:.1f}"


def _budget_plot(report: Mapping[str, Any]) -> str:
    styles = {"visit": "other", "self": "ours"}
    series = [
        Series(name, [(p["false_per_1000"], p["recall"]) for p in points], styles[name], line=True)
        for name, points in report["curves"].items()
        if points and points[0]["recall"] is not None
    ]
    most = 1.25 * max(
        [point[0] for one in series for point in one.points] + [3.0]
    )  # baselines beyond stand at the edge
    for row in report["baselines"]:
        if row["name"] != "models" and row["recall"]["self"] is not None:
            rate = (row["false_nudges"]["per_1000"], row["recall"]["self"])
            series.append(Series(f"{row['name']} (self)", [rate], "truth"))
    x = Axis("false findings per 1000 appliance-months", 0, most)
    return chart(x, Axis("recall", 0, 1), series, title="Recall against false visits and nudges")


def _lead_plot(report: Mapping[str, Any]) -> str:
    leads = report["lead_days_of_visits"]
    return histogram(leads, label="days from raising to failure", title="Lead time of technician faults")


def _calibration_plot(report: Mapping[str, Any]) -> str:
    bins = [(point["said"], point["was"]) for point in report["calibration"]["bins"]]
    series = [Series("ideal", [(0, 0), (1, 1)], "truth", line=True), Series("findings", bins, "ours")]
    title = "Calibration: probability said against share that was true"
    return chart(Axis("probability said", 0, 1), Axis("share true", 0, 1), series, title=title)


def _examples(groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for name, about in (("right", "Found"), ("wrong", "Wrong or false"), ("missed", "Missed")):
        yield f"<h3>{about}</h3>"
        if not groups[name]:
            yield '<p class="none">None.</p>'
        for entry in groups[name]:
            shown = {"truth": entry} if name == "missed" else dict(entry)
            head = f"{entry['appliance_id']}: {entry['fault']}"
            if name != "missed":
                head += f", raised {entry['raised_at'][:16].replace('T', ' ')}"
                head += f" ({entry['outcome'].replace('_', ' ')}, said with {entry['probability']:.2f})"
            evidence = "".join(f"<li>{_evidence(one)}</li>" for one in entry.get("evidence", ()))
            plot = timeline(moments(shown), title=head)
            yield f'<div class="card"><strong>{escape(head)}</strong>{plot}<ul>{evidence}</ul></div>'


def _evidence(one: Mapping[str, Any]) -> str:
    def number(value: float | None) -> str:
        return "?" if value is None else f"{value:.3g}"

    words = f"{one['signal']}: expected {number(one['expected'])}, observed {number(one['observed'])} {one['unit']}"
    return escape(f"{words}. {one['note']}" if one["note"] else words)
