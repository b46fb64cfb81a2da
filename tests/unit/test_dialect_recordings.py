"""Real messages, recorded by others: everything is read, and every refusal has its reason listed here."""

import json
from collections import Counter
from math import isclose
from pathlib import Path

import pytest

from domain.readings import Cycle, Reading, Refusal, Refused, check_values
from domain.signals import SIGNALS
from ingest.dialects import decode
from ingest.dialects.senml import resolve
from tests.unit.test_dialect_hostile import problems
from wellkept.replay_messages import READERS, messages_of

NOW = 1_795_342_400_000_000  # 2026-11-22, after every recording
pytestmark = pytest.mark.shared_data

JUSTIFIED = {
    ("tasmota", Refusal.NOT_JSON): 2,  # printed with a bracket missing; the recording says so
    ("sparkplug_b", Refusal.NOT_JSON): 1,  # the specification's template with <placeholders>
    ("haier_hon", Refusal.NO_SIGNAL): 2,  # a programme counter of 0 beside a list that counts more
}


def test_every_recorded_message_is_read_and_every_refusal_is_justified(shared_data: Path) -> None:
    refused: Counter[tuple[str, Refusal]] = Counter()
    readings = 0
    for message in messages_of(shared_data / "messages"):
        items = decode(message.topic, message.payload, NOW)
        for item in items:
            readings += isinstance(item, Reading | Cycle)
            if isinstance(item, Refused):
                refused[message.source.split("/")[0], item.why] += 1
    assert refused == JUSTIFIED
    assert readings > 190


def test_what_is_read_is_within_the_catalogues_ranges(shared_data: Path) -> None:
    noted = []
    for message in messages_of(shared_data / "messages"):
        for item in decode(message.topic, message.payload, NOW):
            if isinstance(item, Reading):
                noted += [(message.source, name) for name in check_values(item.values, SIGNALS).notes]
    assert noted == []


def test_nothing_recorded_harms_the_writer(shared_data: Path) -> None:
    for message in messages_of(shared_data / "messages"):
        found = [
            words for words in problems(decode(message.topic, message.payload, NOW)) if not words.startswith("time:")
        ]
        assert found == [], message.source


def test_every_folder_of_messages_is_replayed(shared_data: Path) -> None:
    folders = {path.name for path in (shared_data / "messages").iterdir() if path.is_dir()}
    assert folders == set(READERS)
    assert {message.source.split("/")[0] for message in messages_of(shared_data / "messages")} == folders


def test_the_rfcs_own_resolved_forms_are_reached(shared_data: Path) -> None:
    compared = 0
    for path in sorted((shared_data / "messages" / "senml_rfc8428").glob("*.gen.json")):
        oracle = json.loads(path.with_name(path.name.replace(".json", ".resolved.json")).read_text())
        got = resolve(json.loads(path.read_text()), 1498780179)  # "now" of the RFC's examples
        assert len(got) == len(oracle)
        for mine, theirs in zip(got, oracle, strict=True):
            assert {k: v for k, v in mine.items() if k != "t"} == {k: v for k, v in theirs.items() if k != "t"}
            assert isclose(mine["t"], theirs["t"], rel_tol=0, abs_tol=1e-6)
            compared += 1
    assert compared >= 8
