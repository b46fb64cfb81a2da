"""The tables of the evaluation's page."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from models.evaluation.goals import against_goals
from models.evaluation.table import CLASSES, interval, rate_text


def words(name: str) -> str:
    """A code as words: `filter_clog` as filter clog."""
    return name.replace("_", " ")


def goals(report: Mapping[str, Any]) -> str:
    """What was asked beside what was reached."""
    said = {True: "reached", False: "missed", None: "too few to tell"}
    rows = [(one.figure, said[one.met], one.goal, one.value) for one in against_goals(report)]
    return table(("figure", "outcome", "goal", "measured"), rows, texts=4)


def said(report: Mapping[str, Any]) -> str:
    """How often something was said, where nothing tells whether it was true."""
    cells = [(CLASSES[name], rate["count"], rate_text(rate)) for name, rate in report["said"].items()]
    return table(("faults", "findings", "per 1000 appliance-months"), cells)


def asked_of_people(report: Mapping[str, Any]) -> str:
    """How much work the findings were, and for whom."""
    head = ("who was asked for what", "findings", "right", "said before", "another fault", "nothing there",
            "per 1000 appliance-months")  # fmt: skip
    cells = [
        (one["asked"], one["findings"], one["true"], one["repeat"], one["wrong_fault"], one["false"],
         "-" if one["per_1000"] is None else f"{one['per_1000']:.1f}")
        for one in report["asked_of_people"]
    ]  # fmt: skip
    return table(head, cells)


def said_and_true(report: Mapping[str, Any]) -> str:
    """Probability and truth of each class."""
    head = ("faults", "findings", "said, mean", "true", "calibration error", "by chance")
    cells = [
        (CLASSES[name], one["n"], f"{one['said']:.2f}", f"{one['was']:.2f}", f"{one['ece']:.3f}",
         f"{one['perfect']['ece']:.3f} [{one['perfect']['low']:.3f}, {one['perfect']['high']:.3f}]")
        for name, one in report["calibration_classes"].items() if one["n"]
    ]  # fmt: skip
    return table(head, cells)


def by_class(report: Mapping[str, Any]) -> str:
    """Each class of faults in a line."""
    rows = []
    for key, false in (("visit", "false_visits"), ("self", "false_nudges"), ("urgent", "false_alarms")):
        one = report["classes"][key]
        rows.append((CLASSES[key], one["events"], interval(one["recall"]), interval(one["recall_before_failure"]),
                     "-" if key == "urgent" else interval(one["recall_7_days_ahead"]),
                     "-" if key == "urgent" else _spread(one["lead_days"]), interval(one["precision"]),
                     rate_text(report[false])))  # fmt: skip
    head = ("faults", "events", "found", "before failure", "7 days ahead", "lead, days", "precision",
            "false per 1000 months")  # fmt: skip
    return table(head, rows)


def baselines(rows: Sequence[Mapping[str, Any]]) -> str:
    """Trivial ways beside the models."""

    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    head = ("way", "findings", "found: technician", "found: self-care", "false visits", "false nudges")
    cells = [
        (words(one["name"]), one["findings"], number(one["recall"]["visit"]), number(one["recall"]["self"]),
         rate_text(one["false_visits"]), rate_text(one["false_nudges"]))
        for one in rows
    ]  # fmt: skip
    return table(head, cells)


def faults(rows: Sequence[Mapping[str, Any]]) -> str:
    """Fault by fault."""
    head = ("fault", "class", "events", "recall", "right", "said before", "another fault", "nothing there",
            "precision", "delay, days", "lead, days")  # fmt: skip
    cells = [
        (f"{words(row['kind'])}: {words(row['fault'])}", CLASSES[row["class"]], row["events"], interval(row["recall"]),
         row["true"], row["repeat"], row["wrong_fault"], row["false"], interval(row["precision"]),
         _spread(row["delay_days"]), _spread(row["lead_days"]))
        for row in rows
    ]  # fmt: skip
    return table(head, cells, texts=2)


def alarms(alarm: Mapping[str, Any]) -> str:
    """How soon each urgent condition was said."""
    head = ("condition", "events", "found", "that grew", "found of these", "within 60 s of the truth",
            "shown by a reading", "within 60 s of it")  # fmt: skip
    cells = [
        (f"{words(one['kind'])}: {words(one['fault'])}", one["events"], one["found"], one["grew"], one["grew_found"],
         one["within_of_truth"], one["shown"], one["within_of_reading"])
        for one in alarm["faults"]
    ]  # fmt: skip
    return table(head, cells)


def prognoses(coverage: Mapping[str, Any]) -> str:
    """What intervals held, and how wide they were."""
    head = ("faults", "failures", "within P10 to P90", "before P10", "after P90", "before P50", "width, days",
            "width over days left")  # fmt: skip
    cells = [
        (CLASSES[name], one["n"], f"{one['inside']:.2f} [{one['low']:.2f}, {one['high']:.2f}]", one["before_p10"],
         one["after_p90"], one["before_p50"], _spread(one["width_days"]), _spread(one["width_over_days_left"]))
        for name, one in coverage["classes"].items()
    ]  # fmt: skip
    return table(head, cells)


def parts(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same figures for parts of the fleet and of its time."""
    head = ("part", "appliances", "events", "found", "precision", "false visits", "false nudges")
    cells = [
        (row["name"], row["appliances"], row["events"], interval(row["recall"]), interval(row["precision"]),
         rate_text(row["false_visits"]), rate_text(row["false_nudges"]))
        for row in rows
    ]  # fmt: skip
    return table(head, cells)


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, texts: int = 1) -> str:
    """A table whose first `texts` columns are words, which stand at the left.

    Each cell knows its column's name: on a narrow screen a row becomes a list, so that nothing is cut off.
    """
    sides = [' class="text"' if place < texts else "" for place in range(len(head))]
    names = "".join(f"<th{side}>{escape(name)}</th>" for side, name in zip(sides, head, strict=True))
    columns = [f'{side} data-of="{escape(name)}"' for side, name in zip(sides, head, strict=True)]
    body = "".join(
        "<tr>" + "".join(f"<td{of}>{_shown(cell)}</td>" for of, cell in zip(columns, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>'


def _shown(cell: object) -> str:
    return escape(str(cell).replace("<=", "\N{LESS-THAN OR EQUAL TO}"))  # a terminal may lack the sign, a page does not


def _spread(one: Mapping[str, Any]) -> str:
    if not one["n"]:
        return "-"
    return " / ".join(f"{round(one[name], 1) + 0.0:.1f}" for name in ("p10", "p50", "p90"))  # + 0.0: no minus zero
