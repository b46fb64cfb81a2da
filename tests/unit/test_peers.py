"""Peers: who moves with everybody is not faulty, who moves alone has witnesses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from models.peers import Left, Question, heed, moves_of, question_of

TODAY = date(2025, 8, 30)
NOW = datetime(2025, 8, 30, 23, 0, tzinfo=UTC)
SEEN = Verdict(
    fault="filter_clog",
    present=True,
    at=NOW,
    probability=0.8,
    urgency=Urgency.SELF,
    evidence=(Evidence(signal="x", expected=1.0, observed=1.2, unit="K", since=NOW - timedelta(days=9)),),
    detector="x/1",
    ruled_out=("Weather: compared with days alike in room and outdoor air",),
)


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([], ()),
        ([0.1, 0.0], ()),  # two say nothing
        ([0.1, 0.0, -2.0], ("Peers: 3 alike nearby did not move",)),
        ([0.1, 0.0, 0.5], ("Peers: of 3 alike nearby 1 moved",)),
        ([0.9, 0.9, 0.9, 0.9], ("Peers: of 4 alike nearby 4 moved",)),  # too few to hold it back
        ([0.9, 0.9, 0.5, 0.1, 0.1, 0.1, 0.1], ("Peers: of 7 alike nearby 3 moved",)),
        ([0.9, 0.9, 0.5, 0.1, 0.1], None),
    ],
)
def test_most_that_moved_hold_a_verdict_back(moves: list[float], said: tuple[str, ...] | None) -> None:
    heeded = heed(SEEN, moves)
    assert (heeded and heeded.ruled_out) == (None if said is None else (*SEEN.ruled_out, *said))


def test_peers_are_asked_about_the_last_fortnight_and_never_about_hazards() -> None:
    standing = {"filter_clog": 1.2}
    assert question_of(SEEN, standing) == Question("filter_clog", date(2025, 8, 21), TODAY)
    old = replace(SEEN, evidence=(replace(SEEN.evidence[0], since=NOW - timedelta(days=70)),))
    assert question_of(old, standing) == Question("filter_clog", date(2025, 8, 16), TODAY)
    assert question_of(replace(SEEN, urgency=Urgency.URGENT), standing) is None
    assert question_of(SEEN, {"refrigerant_leak": 1.0}) is None
    assert question_of(replace(SEEN, present=False), standing) is None


def test_a_peer_testifies_with_what_it_had_said_before() -> None:
    question = Question("filter_clog", date(2025, 8, 20), TODAY)

    def left(day: int, at_us: int, value: float) -> Left:
        return Left(date(2025, 8, day), at_us, {"filter_clog": value})

    told = [left(19, 1, 0.2), left(29, 9, 1.0), left(30, 10, 5.0)]
    assert moves_of([told], question, 10) == [0.8]  # what is said at the same moment is not heard yet
    assert moves_of([told], question, 11) == [4.8]
    assert moves_of([[left(29, 9, 1.0)], [left(19, 1, 0.2), left(22, 4, 1.0)]], question, 10) == []
    assert moves_of([[Left(date(2025, 8, 29), 9, {"refrigerant_leak": 1.0}), *told[:1]]], question, 10) == []
