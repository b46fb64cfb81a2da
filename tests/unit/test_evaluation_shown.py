"""From which reading on an urgent condition could be known, on a case written by hand."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.signals import Kind
from models.evaluation.case import Case, open_case
from models.evaluation.shown import by_fault, first_shown
from models.evaluation.truth import Truth
from tests.unit.evaluation_cases import at, table, write_case

STEP = timedelta(minutes=5)
BEGAN = at(10) + timedelta(seconds=30)
KINDS = {"board": "circuit", "cold": "refrigerator", "washer": "washing_machine", "dryer": "dryer"}
APPLIANCES = [(name, "home-1", kind, "M", "", "") for name, kind in KINDS.items()]


def _row(number: int, name: str, values: dict[str, object]) -> tuple[datetime, datetime, str, dict[str, object]]:
    time = at(10) + number * STEP
    return time, time + timedelta(seconds=2), name, values


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Readings every five minutes from two hours before the condition to four after."""
    numbers = range(-24, 49)
    circuit = [
        _row(n, "board", {"current_a": 20.0 if n >= 3 else 10.0, "leakage_ma": 95.0 if n >= 2 else 5.0,
                          "voltage_v": 190.0 if n >= 4 else 229.0, "upstream_v": 230.0 if n < 6 else 192.0,
                          "terminal_c": 30.0 + 46.0 * (n >= 7)})
        for n in numbers
    ]  # fmt: skip
    cold = [_row(n, "cold", {"fridge_c": 9.0 if n >= 1 else 5.0, "freezer_c": -18.0}) for n in numbers]
    washer = [_row(n, "washer", {"phase": "idle", "level_mm": 3.0 + 9.0 * (n >= 5)}) for n in numbers]
    dryer = [_row(n, "dryer", {"limit_trips": 4.0 + (n >= 2) + (n >= 8)}) for n in numbers]
    frames = {"circuit": circuit, "refrigerator": cold, "washing_machine": washer, "dryer": dryer}
    folder = write_case(tmp_path_factory.mktemp("shown") / "case", APPLIANCES,
                        {kind: table(rows) for kind, rows in frames.items()})  # fmt: skip
    return open_case(folder)


def _truth(name: str, fault: str) -> Truth:
    return Truth(appliance_id=name, fault=fault, onset=BEGAN, detectable=BEGAN, failure=None, end=None, abrupt=True)


@pytest.mark.parametrize(
    ("name", "fault", "number"),
    [
        ("board", "earth_leakage", 2),  # 95 mA of 300: above 30 %
        ("board", "neutral_loss", 4),  # 190 V is less than 85 % of 230 V
        ("board", "loose_contact", 4),  # (230 - 190) V / 20 A = 2 ohm, 0.1 before
        ("cold", "food_at_risk", 24),  # warm since reading 1; the last cold one two hours before is number 0
        ("washer", "flood", 5),  # 9 mm in a machine at rest
        ("dryer", "overheat_trips", 8),  # the second trip of the week
    ],
)
def test_the_first_reading_beyond_the_limit(case: Case, name: str, fault: str, number: int) -> None:
    assert first_shown(case, [_truth(name, fault)]) == {0: at(10) + number * STEP}


def test_a_joint_is_shown_by_its_watts_not_by_the_noise_of_a_small_load(tmp_path: Path) -> None:
    """0.2 ohm usual. 0.06 ohm more are 3 W at 7 A, which two meters make up now and then, and 15 W at 16 A."""
    amps = [7.0] * 30 + [7.0, 16.0]
    rows = [
        _row(n - 30, "board", {"current_a": a, "upstream_v": 230.0, "voltage_v": 230.0 - a * (0.2 if n < 30 else 0.26)})
        for n, a in enumerate(amps)
    ]
    folder = write_case(tmp_path / "joint", APPLIANCES, {"circuit": table(rows)})
    truth = Truth(appliance_id="board", fault="loose_contact", onset=at(10), detectable=at(10), failure=None, end=None,
                  abrupt=False)  # fmt: skip
    assert first_shown(open_case(folder), [truth]) == {0: at(10) + STEP}


def test_what_no_reading_shows_has_none(case: Case) -> None:
    unknown_rating = _truth("board", "overload")
    assert first_shown(case, [unknown_rating, _truth("cold", "door_seal_leak"), _truth("nobody", "flood")]) == {}


def test_counts_by_fault() -> None:
    circuit = {"kind": str(Kind.CIRCUIT), "fault": "overload", "raised_at": "x", "stood": False}
    rows = [
        {**circuit, "grew": True, "first_reading": "x", "after_truth_s": 200.0, "after_reading_s": 30.0},
        {**circuit, "grew": False, "first_reading": None, "after_truth_s": 60.0, "after_reading_s": None},
        {**circuit, "grew": True, "first_reading": "x", "after_truth_s": None, "after_reading_s": None,
         "raised_at": None, "stood": True},
    ]  # fmt: skip
    assert by_fault(rows, 60.0) == [
        {"kind": "circuit", "fault": "overload", "events": 3, "found": 2, "within_of_truth": 1, "shown": 2,
         "within_of_reading": 1, "stood": 1, "grew": 2, "grew_found": 1}
    ]  # fmt: skip
