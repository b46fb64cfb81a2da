"""What a metering plug can tell: a finding that rests on power alone says so, in a field and in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, Rows
from models.history import FeatureHistory, history_of
from models.only_power import only_power, with_scope
from notify.owner import say_evidence
from notify.phrases import phrases_in
from store.api_evidence import read_evidence
from store.findings import evidence_as_json

DAY = date(2025, 6, 1)
MIDNIGHT_S = 1_748_736_000.0  # 2025-06-01 00:00 UTC
NOON = datetime(2025, 6, 20, 12, tzinfo=UTC)


def history(alone: list[int], more: list[int]) -> FeatureHistory:
    """Days of June on which a dryer said power alone, and on which it said more; today is the 20th."""
    rows = [(date(2025, 6, day), "only_power", 1.0, 0.0, 100.0) for day in alone]
    rows += [(date(2025, 6, day), "cooling_min", 12.0, 0.0, 1.0) for day in [*alone, *more]]
    return history_of(rows, NOON)


def verdict(signal: str = "heater_w") -> Verdict:
    seen = Evidence(signal=signal, expected=1.0, observed=0.8, unit="1", since=NOON, note="Heater on: -20 %.")
    return Verdict(
        fault="vent_clog", present=True, at=NOON, probability=0.8, urgency=Urgency.SELF, evidence=(seen, seen)
    )


@pytest.mark.parametrize(
    ("numbers", "texts", "alone"),
    [
        ({"power_w": 2100.0, "voltage_v": 229.0, "energy_kwh": 7.0, "current_a": 9.0}, "", True),
        ({"power_w": 2100.0, "exhaust_c": np.nan}, "", True),  # a column of the kind that this unit never fills
        ({"power_w": 2100.0, "exhaust_c": 31.0}, "", False),
        ({"power_w": 2100.0}, "dry", False),
        ({"voltage_v": 229.0}, "", False),
    ],
    ids=["meter", "empty column", "a thermometer", "a phase", "not even power"],
)
def test_a_day_of_power_alone(numbers: dict[str, float], texts: str, alone: bool) -> None:
    rows = Rows(
        time_s=MIDNIGHT_S + 60.0 * np.arange(8),
        numbers={name: np.full(8, value) for name, value in numbers.items()},
        texts={"phase": np.full(8, texts)},
    )
    found = {one.index for one in daily_indices(Kind.DRYER, Day(day=DAY, readings=rows))}
    assert ("only_power" in found) is alone


@pytest.mark.parametrize(
    ("alone", "more", "expected"),
    [([12, 15, 19], [], True), ([12, 15, 19], [1], True), ([12, 15, 19], [16], False), ([19], [], False)],
    ids=["every day", "long ago more", "one day more", "one day is too few"],
)
def test_power_is_all_if_the_last_fortnight_had_nothing_else(alone: list[int], more: list[int], expected: bool) -> None:
    assert only_power(history(alone, more)) is expected


def test_the_finding_says_so_in_its_field_and_to_the_owner_and_names_what_was_measured() -> None:
    said = with_scope(verdict(), Kind.DRYER, history([12, 15, 19], []))
    assert [(one.signal, one.only_power) for one in said.evidence] == [("power_w", True), ("power_w", True)]
    told = say_evidence(said.evidence[:1], Urgency.SELF, ZoneInfo("UTC"), phrases_in("en"))
    assert told.startswith("Heater on: -20 % (only its power is measured)")
    shown = read_evidence([evidence_as_json(one) for one in said.evidence])
    assert [one.only_power for one in shown] == [True, True]


@pytest.mark.parametrize("kind", [Kind.DRYER, Kind.CIRCUIT])
def test_what_measures_all_there_is_says_nothing_of_it(kind: Kind) -> None:
    seen = verdict("exhaust_c")
    alone, more = ([12, 15, 19], []) if kind is Kind.CIRCUIT else ([], [12, 15, 19])
    assert with_scope(seen, kind, history(alone, more)) is seen


def test_stored_evidence_from_before_the_field_is_read() -> None:
    stored = evidence_as_json(verdict().evidence[0])
    del stored["only_power"]
    assert not read_evidence([stored])[0].only_power


def test_the_air_before_a_run_is_what_its_rise_is_measured_from() -> None:
    # A night at 20 degrees, then 26 degrees from 08:00 on; a run at noon heats the inlet to 86: 60 K, not 63 or 66.
    idle = np.arange(0, 720, 30.0)
    minutes = np.concatenate((idle, np.arange(720, 790.0), [850.0]))
    runs = (minutes >= 720) & (minutes < 790)
    heated = runs & (minutes < 780)
    room = np.where(minutes < 480, 20.0, 26.0)
    rows = Rows(
        time_s=MIDNIGHT_S + 60.0 * minutes,
        numbers={
            "power_w": np.where(heated, 2100.0, np.where(runs, 210.0, 1.0)),
            "inlet_c": np.where(heated, 86.0, room),
            # Its own thermometer says 2 K more. The load is dry at 50 degrees, 22 K over the room with 2.1 kW.
            "exhaust_c": 2.0 + np.where(runs, np.where(minutes < 755, 35.0, 48.0), room),
        },
        texts={"phase": np.where(runs, "dry", "idle")},
    )
    found = {one.index: one.value for one in daily_indices(Kind.DRYER, Day(day=DAY, readings=rows))}
    assert (found["inlet_rise_k"], found["dry_rise_k_per_kw"]) == (60.0, pytest.approx(22.0 / 2.1))


def test_a_load_that_is_cool_when_dry_tells_nothing_of_the_air() -> None:
    minutes = np.arange(70)
    power = np.where(minutes < 60, 2100.0, np.where(minutes < 61, 210.0, 1.0))
    rows = Rows(time_s=MIDNIGHT_S + 60.0 * (480 + minutes), numbers={"power_w": power})
    found = {one.index for one in daily_indices(Kind.DRYER, Day(day=DAY, readings=rows))}
    assert "heater_duty" in found
    assert "cooling_min" not in found
