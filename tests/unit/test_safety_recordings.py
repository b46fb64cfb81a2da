"""Two recorded homes at one reading a minute, presumed healthy: no safety alarm may come of them.

The recordings are active power only. The whole home hangs on a 63 A main, each appliance on a 16 A circuit of its
own, all at 230 V: harder than the truth, where British sockets share 32 A rings.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import polars
import pytest

from domain.signals import Kind
from ingest.safety import StaticFacts, judge

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "appliance_power_1min"
RATINGS_A = {"Aggregate": 63.0, "Kettle": 16.0, "Dishwasher": 16.0, "WashingMachine": 16.0, "Microwave": 16.0}

EVERY_MONTH_OF = 3
"""All 22 months raise nothing either (docs/guides/safety-rules.md) but take a minute."""

pytestmark = pytest.mark.shared_data


def recordings(home: str) -> list[Path]:
    files = sorted(FOLDER.glob(f"{home}_*.csv.gz"))
    if not files:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"the recordings of {home} are not in ../shared/data")
    return files


def test_the_recordings_are_found_one_level_above_the_project() -> None:
    assert len(recordings("REFIT_House2")) >= 12


@pytest.mark.parametrize("home", ["REFIT_House2", "UKDALE_House2"])
def test_a_healthy_home_raises_no_safety_alarm(home: str) -> None:
    readings, alarms = judged(recordings(home)[::EVERY_MONTH_OF], RATINGS_A)
    assert readings > 300_000
    assert alarms == Counter()


def test_the_same_home_behind_a_16_a_main_would_be_overloaded() -> None:
    """The check above can fail: the kettle and the washing machine together are too much for 16 A."""
    _, alarms = judged(recordings("UKDALE_House2")[:2], {"Aggregate": 16.0})
    assert alarms["Aggregate", "overload", "act", True] > 0
    assert alarms["Aggregate", "overload", "act", True] - alarms["Aggregate", "overload", "act", False] in (0, 1)


def judged(files: list[Path], ratings_a: dict[str, float]) -> tuple[int, Counter[tuple[str, str, str, bool]]]:
    """How many readings there were, and the alarms by column, fault, level and edge."""
    states: dict[str, dict[str, Any]] = {name: {} for name in ratings_a}
    alarms: Counter[tuple[str, str, str, bool]] = Counter()
    readings = 0
    for file in files:
        table = polars.read_csv(file, try_parse_dates=True)
        stamps = table["Time"].dt.epoch("us").to_list()
        for name, rating_a in ratings_a.items():
            if name not in table.columns:
                continue
            state, facts = states[name], StaticFacts(breaker_rating_a=rating_a)
            for at_us, power_w in zip(stamps, table[name].to_list(), strict=True):
                if power_w is None:
                    continue
                readings += 1
                state, said = judge(Kind.CIRCUIT, facts, state, at_us, {"power_w": power_w})
                alarms.update((name, alarm.fault, alarm.level, alarm.on) for alarm in said)
            states[name] = state
    return readings, alarms
