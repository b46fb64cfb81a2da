"""The simulated year draws detection from a report as the evaluation wrote it, and from nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.service_year.measured import REPORT, read_measured
from domain.faults import Urgency
from domain.signals import Kind


def figures(hits: int, of: int, *delays: float | None) -> dict[str, Any]:
    """`delays`: how many, the first tenth, the median, the last tenth."""
    return {
        "recall": {"hits": float(hits), "of": float(of)},
        "delay_days": dict(zip(("n", "p10", "p50", "p90"), delays, strict=True)),
    }


def report(**changed: object) -> dict[str, Any]:
    clog = {"kind": "dryer", "fault": "vent_clog", "class": "self", **figures(3, 8, 3, 1.0, 4.0, 6.126)}
    rare = {"kind": "refrigerator", "fault": "condenser_dust", "class": "self", **figures(1, 1, 1, 2.0, 2.0, 2.0)}
    unseen = {"kind": "refrigerator", "fault": "door_seal_leak", "class": "self", **figures(0, 0, 0, None, None, None)}
    whole = {name: figures(6, 10, 6, 0.0, 5.0, 25.63) for name in ("urgent", "visit", "self")}
    return {
        "case": "fleet", "truth": True, "appliance_months": 1000.0, "model": {"sha256": "ab"}, "classes": whole,
        "faults": [clog, rare, unseen], "false_visits": {"per_1000": 1.5}, "false_nudges": {"per_1000": 2.0},
        "real_base_rates": {"visit": {"false_per_1000": 2.5}}, **changed,
    }  # fmt: skip


def written(folder: Path, content: object) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_shares_delays_and_false_findings_are_those_of_the_report(tmp_path: Path) -> None:
    found = read_measured(written(tmp_path, report()))
    clog = found.of(Kind.DRYER, "vent_clog", Urgency.SELF)
    assert (clog.found, clog.delay_days, clog.events) == (0.4, 4.0, 8), "(3 + 1) / (8 + 2)"
    assert clog.delay_spread_days == pytest.approx(2.0), "5.126 days from tenth to tenth"
    rare = found.of(Kind.REFRIGERATOR, "condenser_dust", Urgency.SELF)
    assert (rare.found, rare.delay_days) == (pytest.approx(2 / 3), 2.0)
    assert rare.delay_spread_days == pytest.approx(10.0), "one delay has no spread: that of the class"
    unseen = found.of(Kind.REFRIGERATOR, "door_seal_leak", Urgency.SELF)
    assert (unseen.found, unseen.delay_days) == (pytest.approx(7 / 12), 5.0), "no event: as the class"
    assert found.false_per_1000 == {"visit": 2.5, "self": 2.0}, "at real base rates where the report tells them"
    assert found.source == {"case": "fleet", "appliance_months": 1000.0, "model": {"sha256": "ab"}}


NOTHING_FOUND = report(classes={name: figures(0, 1, 0, None, None, None) for name in ("urgent", "visit", "self")})


@pytest.mark.parametrize("content", [report(truth=False), report(classes={}), NOTHING_FOUND, {"case": "x"}, []])
def test_what_measures_nothing_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(ValueError, match=r"report\.json"):
        read_measured(written(tmp_path, content))


def test_the_report_of_the_year_can_be_read() -> None:
    found = read_measured(REPORT)
    assert set(found.classes) == {"urgent", "visit", "self"}
    assert all(0 < told.found < 1 and told.delay_spread_days >= 0 for told in found.faults.values())
    assert all(rate >= 0 for rate in found.false_per_1000.values())


def test_no_false_visit_at_real_base_rates_is_none_and_not_unknown(tmp_path: Path) -> None:
    known = report(real_base_rates={"visit": {"false_per_1000": 0.0}, "self": {"false_per_1000": None}})
    assert read_measured(written(tmp_path, known)).false_per_1000 == {"visit": 0.0, "self": 2.0}
