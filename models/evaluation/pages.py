"""The figures of all cases as one self-contained page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from models.evaluation import page_plots, page_tables
from models.evaluation.page_tables import words
from models.evaluation.plots import moments, timeline
from models.evaluation.table import lines, minute
from models.evaluation.whole_file import write_whole

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6875;--rule:#d5dce3;--ours:#0b6e4f;--truth:#a4462c;
--other:#3c6fb0;--third:#7d4fa8;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e7edf2;--soft:#9aa7b3;--rule:#33404d;--ours:#4fc79a;--truth:#e8896c;
--other:#86b3ea;--third:#c4a0e4;--paper:#12181f}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:78rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem}h2{margin-top:3rem;border-top:2px solid var(--rule);padding-top:1rem}h3{margin-top:2rem}
.wide{overflow-x:auto;margin:1rem 0;background:linear-gradient(to right,transparent,var(--paper) 1.5rem) right/3rem 100%
no-repeat local,linear-gradient(to left,var(--rule),transparent) right/1.2rem 100% no-repeat scroll}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.85rem}
th,td{padding:.25rem .5rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th{white-space:normal;vertical-align:bottom}
.text{text-align:left}.text:last-child{white-space:normal;min-width:11rem}td:first-child,th:first-child{position:sticky;left:0;background:var(--paper);padding-left:0}
pre{overflow-x:auto;font-size:.8rem;line-height:1.4}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1.5rem;margin:2rem 0}
figure{margin:0}figcaption,.soft,.none{color:var(--soft);font-size:.9rem}
svg{display:block;width:100%;height:auto}.moments{max-width:38rem;margin:.7rem 0}
.grid{stroke:var(--rule)}.tick{fill:var(--soft);font-size:13px}.dot{fill-opacity:.75}
.ours{fill:var(--ours);background:var(--ours)}.truth{fill:var(--truth);background:var(--truth)}
.other{fill:var(--other);background:var(--other)}i.soft{background:var(--soft)}
.third{fill:var(--third);background:var(--third)}.soft.dot{fill:var(--soft)}
.line{fill:none!important;stroke-width:2}.ours.line{stroke:var(--ours)}.other.line{stroke:var(--other)}
.soft.line{stroke:var(--soft);stroke-dasharray:4 4}
.key{white-space:nowrap;margin-right:1rem}.key i{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;
margin-right:.3rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:.7rem}
@media(max-width:48rem){.wide table,.wide tbody,.wide tr,.wide td{display:block}.wide thead{display:none}
.tick{font-size:16px}
.wide{overflow:visible;background:none}.wide tr{padding:.5rem 0;border-bottom:1px solid var(--rule)}
.wide td,.wide td:last-child{white-space:normal;border:0;padding:.1rem 0;
min-width:0;text-align:right;display:flex;justify-content:space-between;gap:1rem}
.wide td::before{content:attr(data-of);color:var(--soft);
text-align:left}.wide td:first-child{position:static;font-weight:600;text-align:left}
.wide td:first-child::before{content:none}}
.card{border:1px solid var(--rule);border-radius:.5rem;padding:.7rem 1rem;overflow-wrap:anywhere}
.card ul{padding-left:1.2rem}details{margin:1.5rem 0}
.badge{border:1px solid var(--truth);color:var(--truth);border-radius:.3rem;padding:0 .4rem;font-size:.8rem}
"""


def write_page(reports: Sequence[Mapping[str, Any]], file: Path) -> Path:
    """Write the page of these reports and return where it is."""
    body = "".join(part for place, report in enumerate(reports) for part in _case(report, place))
    links = ", ".join(f'<a href="#{place}">{escape(str(one["case"]))}</a>' for place, one in enumerate(reports))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><title>Wellkept: evaluation</title><style>{_STYLE}</style>'
        "</head><body><h1>How well faults were seen coming</h1><p class=soft>The production path in order of arrival, "
        "without look-ahead. Intervals are 95 %, resampled over whole appliances; rates have an exact Poisson upper "
        "bound. Nothing is point-adjusted. Times are UTC.</p>"
        f"{f'<p>{links}</p>' * (len(reports) > 1)}{body}</body></html>"
    )
    return write_whole(file, page)


def _case(report: Mapping[str, Any], place: int) -> Iterator[str]:
    badge = ' <span class="badge">SIMULATED</span>' if report.get("simulated") else ""
    yield f'<h2 id="{place}">{escape(str(report["case"]))}{badge}</h2>'
    yield (
        f"<p>{report['appliances']} appliances, {report['appliance_months']:.0f} appliance-months, "
        f"{report['rows']:,} rows.</p>"
    )
    if report.get("doubts"):
        told = "".join(f"<li>{escape(line)}</li>" for line in report["doubts"])
        yield f"<details open><summary>What could not be used as it stands</summary><ul>{told}</ul></details>"
    if report["truth"]:
        yield from _figures(report)
        yield from _examples(report["examples"])
    else:
        yield from _said_only(report)
    yield f"<details><summary>All figures as text</summary><pre>{escape(chr(10).join(lines(report)))}</pre></details>"


def _figures(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h3>Against the goals</h3>{page_tables.goals(report)}"
    yield (
        "<p class=soft>In brackets the 95 % interval; after &le; the 95 % upper bound. Reached or missed is said "
        "only where the whole interval is within the goal or beyond it. 'By chance' is the calibration error that "
        "findings of the same probabilities would show if each was exactly as likely as it says. A visit counts if "
        "somebody is sent: not where the owner was led through a step first, or the visit waited for company, and it"
        " was over. 'Counted as raised' has those too.</p>"
    )
    yield f"<h3>What was asked of people</h3>{page_tables.asked_of_people(report)}"
    plots = page_plots.budget(report), page_plots.lead(report), page_plots.calibration(report)
    yield f'<div class="plots">{"".join(plots)}</div>'
    yield f"<h3>By class</h3>{page_tables.by_class(report)}"
    yield (
        "<p class=soft>7 days ahead: of faults that show a week before they fail. Of hazards half or more may be shown "
        "by no reading at all: see Urgent conditions. Days are P10 / P50 / P90.</p>"
    )
    at = "at real base rates" if report["calibration_real"] is not None else "as counted"
    yield f"<h3>Said and true, {at}</h3>{page_tables.said_and_true(report)}"
    yield f"<h3>Beside trivial ways</h3>{page_tables.baselines(report['baselines'])}"
    if report["interval_coverage"]["classes"]:
        yield f"<h3>When it fails</h3>{page_tables.prognoses(report['interval_coverage'])}"
        yield "<p class=soft>P10 to P90 promises nine failures in ten. Days and ratios are P10 / P50 / P90.</p>"
    yield f"<h3>Parts of the fleet</h3>{page_tables.parts(report['splits'])}"
    if report["seconds_to_alarm"]["events"]:
        yield f"<h3>Urgent conditions</h3>{page_tables.alarms(report['seconds_to_alarm'])}"
        yield (
            "<p class=soft>The truth is the instant at which the physics passes the limit. Nobody can know before the "
            "first reading that shows it; how long that takes is the sampling of the devices.</p>"
        )
    yield f"<h3>Fault by fault</h3>{page_tables.faults(report['faults'])}"
    yield (
        "<p class=soft>Events are faults that the signals could show. Delay: from "
        "detectable to raised; lead: from raised to failure; each P10 / P50 / P90.</p>"
    )


def _said_only(report: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "<p>The case has no truth.csv: what was said is known, and not whether it was true.</p>"
        f"<h3>How often something was said</h3>{page_tables.said(report)}"
    )
    if report["newest"]:
        yield "<h3>Newest findings</h3><p class=soft>All stand in findings.jsonl.</p>"
        yield f'<div class="cards">{"".join(_card(one, _said(one)) for one in report["newest"])}</div>'


def _examples(groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for name, about in (("right", "Found"), ("wrong", "Wrong or false"), ("missed", "Missed")):
        yield f"<h3>{about}</h3>"
        if not groups[name]:
            yield '<p class="none">None.</p>'
        yield '<div class="cards">'
        for entry in groups[name]:
            yield _card({**entry, "truth": entry}) if name == "missed" else _card(entry, _said(entry))
        yield "</div>"


def _card(entry: Mapping[str, Any], said: str = "") -> str:
    """One fault: its name, what was said, its moments and the evidence."""
    head = f"{entry['appliance_id']}: {words(entry['fault'])}"
    told = "".join(f"<li>{_evidence(one)}</li>" for one in entry.get("evidence", ()))
    parts = (f"<p>{escape(said)}</p>" if said else "", timeline(moments(dict(entry)), title=head),
             f"<ul>{told}</ul>" if told else "")  # fmt: skip
    return f'<div class="card"><strong>{escape(head)}</strong>{"".join(parts)}</div>'


def _said(entry: Mapping[str, Any]) -> str:
    text = f"Raised {minute(entry['raised_at'])}, said to be {100 * entry['probability']:.0f}\N{NO-BREAK SPACE}% likely"
    if "outcome" not in entry:
        gone = entry["cleared_at"]
        return f"{text}. {'Open at the end.' if gone is None else f'Gone {minute(gone)}.'}"
    there = f", it was {words(entry['truth']['fault'])}" if entry["outcome"] == "wrong_fault" and entry["truth"] else ""
    return f"{text}: {words(entry['outcome'])}{there}."


def _evidence(one: Mapping[str, Any]) -> str:
    unit = f" {one['unit']}" if one["unit"] else ""
    known = [f"{name} {one[name]:.3g}{unit}" for name in ("expected", "observed") if one[name] is not None]
    said = f"{one['signal']}: {', '.join(known)}" if known else one["signal"]
    return escape(f"{said}. {one['note']}" if one["note"] else said)
