"""The database and evaluation ask peers the same question and get the same answer."""

from datetime import date, timedelta

import numpy as np
import pytest

from domain.readings import from_us
from models.peers import BEFORE, FRESH, MOST_ASKED, Left, Question, moves_of
from store.database import Connection
from store.peers import Shown, leave_standings, purge_standings, read_moves

pytestmark = pytest.mark.integration

FIRST = date(2025, 6, 1)
PLACES = {"near": (47.21, 8.41), "alike": (47.25, 8.55), "far": (47.71, 8.41), "nowhere": (None, None)}


def _fleet(connection: Connection) -> dict[str, int]:
    for home, (latitude, longitude) in PLACES.items():
        connection.execute(
            "INSERT INTO household (id, name, latitude, longitude) VALUES (%s, %s, %s, %s)",
            [home, home, latitude, longitude],
        )
        for number in range(4):
            connection.execute(
                "INSERT INTO appliance (id, kind, household_id) VALUES (%s, %s, %s)",
                [f"{home}-{number}", "dryer" if number == 3 else "refrigerator", home],
            )
    return dict(connection.execute("SELECT id, key FROM appliance").fetchall())


def test_the_database_knows_what_peers_had_said(connection: Connection) -> None:
    keys, rng = _fleet(connection), np.random.default_rng(4)
    left: dict[str, list[Left]] = {name: [] for name in keys}
    for name, key in keys.items():
        for number in sorted(rng.choice(60, 40, replace=False).tolist()):
            shown = {fault: round(float(rng.normal()), 3) for fault in ("a", "b") if rng.random() < 0.7}
            one = Left(FIRST + timedelta(days=number), int(1e15 + number * 10 + rng.integers(30)), shown)
            left[name].append(one)
            leave_standings(connection, from_us(one.left_us), [Shown(key, one.day, one.standing)])
            # The first counts.
            leave_standings(connection, from_us(one.left_us + 1), [Shown(key, one.day, {"a": 99.0})])
    answers = 0
    for own, alike in (("near-0", ("near", "alike")), ("nowhere-1", ("nowhere",))):
        peers = [left[name] for name in keys if name.rsplit("-")[0] in alike and name != own and name[-1] != "3"]
        for number in range(20, 60):
            until = FIRST + timedelta(days=number)
            question = Question("a", until - timedelta(days=int(rng.integers(1, 15))), until)
            before_us = int(1e15 + number * 10)
            asked = {
                "appliance_key": keys[own], "fault": "a", "since": question.since, "until": until,
                "former": question.since - BEFORE, "fresh": until - FRESH, "before": from_us(before_us),
                "most": MOST_ASKED,
            }  # fmt: skip
            expected = sorted(moves_of(peers, question, before_us))
            assert sorted(read_moves(connection, asked)) == expected
            answers += len(expected)
    assert answers > 100
    assert purge_standings(connection, FIRST + timedelta(days=30)) > 0
