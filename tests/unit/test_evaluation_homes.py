"""The rules of whole homes over a recorded case: one finding per home, said when the running system would have."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.evaluation.case import open_case
from models.evaluation.ledger import Finding
from models.evaluation.matching import Outcome, match
from models.evaluation.runner import run_case
from tests.unit.evaluation_cases import at, table, truth, write_case

DAYS = 12
CIRCUITS = ("a-1", "a-2", "b-1", "b-2", "c-1", "c-2")
OUT = at(9.5)
SECOND = timedelta(seconds=1)
Row = tuple[datetime, datetime, str, dict[str, Any]]


def _case(folder: Path, rows: list[Row]) -> Path:
    appliances = [(name, f"home-{name[0]}", "circuit", "M", "16", "30") for name in CIRCUITS]
    return write_case(folder, appliances, {"circuit": table(rows)})


def _said(folder: Path) -> list[Finding]:
    return list(run_case(open_case(folder), lambda *_: ()).findings)


def _rows(volts: Any = lambda *_: 230.0, heard: Any = lambda *_: True) -> list[Row]:
    """Two circuits per home, every half hour, each a few seconds after the one before; a second on the way."""
    starts = [at(half / 48) for half in range(48 * DAYS)]
    times = [(start + 3 * place * SECOND, name) for start in starts for place, name in enumerate(CIRCUITS)]
    return [
        (time, time + SECOND, name, {"voltage_v": volts(time, name), "upstream_v": volts(time, name)})
        for time, name in times
        if heard(time, name)
    ]


def test_one_home_out_is_one_finding_that_ends(tmp_path: Path) -> None:
    lost = _rows(lambda time, name: 270.0 if name.startswith("b") and OUT <= time < OUT + timedelta(hours=3) else 230.0)
    (found,) = _said(_case(tmp_path / "case", lost))
    assert (found.appliance_id, found.fault) == ("b-1", "neutral_loss")
    # b-1 speaks 6 s after the half hour and b-2 at 9 s; home c at 12 and 15 s is one neighbour: the wait ends it
    assert found.raised_at == OUT + 27 * SECOND
    # two calm readings of each of its circuits
    assert found.cleared_at == OUT + timedelta(hours=3.5) + 10 * SECOND


def test_every_home_out_is_the_utility(tmp_path: Path) -> None:
    low = _rows(lambda time, _: 180.0 if OUT <= time < OUT + timedelta(hours=3) else 230.0)
    assert _said(_case(tmp_path / "case", low)) == []


def test_a_silent_circuit_and_a_silent_home(tmp_path: Path) -> None:
    def heard(time: datetime, name: str) -> bool:
        return not (name == "a-2" and time >= at(9)) and not (name.startswith("c") and at(8) <= time < at(10))

    said = _said(_case(tmp_path / "case", _rows(heard=heard)))
    assert [(one.appliance_id, one.fault, one.detector) for one in said] == [
        ("c-1", "silent", "home-silence/1"),
        ("a-2", "silent", "silence/1"),
    ]
    # a quarter of an hour is the round; the last words of c came half an hour before its silence began
    assert [one.raised_at for one in said] == [at(8 + 23.75 / 24), at(9 + 23.75 / 24)]
    assert said[0].cleared_at == at(10) + timedelta(minutes=15)


def test_a_wrong_clock_is_not_silence(tmp_path: Path) -> None:
    """What b-2 says for two days is stamped 1970: no reading, but it speaks."""
    year_0 = datetime(1970, 1, 1, tzinfo=UTC)
    rows = _rows()
    odd = [
        (year_0 + (time - at(8)) if name == "b-2" and at(8) <= time < at(10) else time, received, name, values)
        for time, received, name, values in rows
    ]
    assert sum(row[0] < at(0) for row in odd) == 96
    assert _said(_case(tmp_path / "case", odd)) == []


def test_an_outage_that_happened_once_is_no_rhythm(tmp_path: Path) -> None:
    """Two days without the home, then a circuit falls silent: each is said after a day, not after three times two."""

    def heard(time: datetime, name: str) -> bool:
        return not (name == "a-2" and time >= at(9)) and not (name[0] == "a" and at(4) <= time < at(6))

    said = _said(_case(tmp_path / "case", _rows(heard=heard)))
    assert [(one.appliance_id, one.raised_at) for one in said] == [
        ("a-1", at(4 + 23.75 / 24)),  # where the silence of the whole home stands
        ("a-2", at(9 + 23.75 / 24)),
    ]


@pytest.mark.parametrize(("where", "outcome"), [("c-2", Outcome.TRUE), ("a-2", Outcome.FALSE)])
def test_a_silent_home_matches_wherever_the_truth_has_it(tmp_path: Path, where: str, outcome: Outcome) -> None:
    folder = _case(tmp_path / "case", _rows(heard=lambda time, name: not (name[0] == "c" and at(8) <= time < at(10))))
    known = [truth(where, "silent", 8.0, 9.0, end=10.0)]
    (judged,) = match(_said(folder), known, open_case(folder).appliances).judged
    assert judged.outcome is outcome
