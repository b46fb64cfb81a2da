"""Properties of the state machines of findings, reminders and orders."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import IllegalMove
from domain.states import CASE, FINDING, MACHINES, OBLIGATION, ORDER, REMINDER, Machine

machines = st.sampled_from(MACHINES)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Machine, str, str, frozenset[str]]:
    """A machine, two of its states, and the states that may be passed between them."""
    machine = draw(machines)
    states = sorted(machine.moves)
    via = draw(st.frozensets(st.sampled_from(states)))
    return machine, draw(st.sampled_from(states)), draw(st.sampled_from(states)), via


@given(journeys())
def test_a_path_is_made_of_legal_moves_through_allowed_states_only(
    journey: tuple[Machine, str, str, frozenset[str]],
) -> None:
    machine, state, to, via = journey
    try:
        path = machine.path(state, to, via)
    except IllegalMove:
        assert to not in machine.moves[state]  # a single legal step is always found
        return
    assert path[-1] == to
    assert set(path[:-1]) <= via
    for before, after in pairwise((state, *path)):
        assert after in machine.moves[before]


@given(journeys())
def test_more_freedom_never_makes_a_path_longer(journey: tuple[Machine, str, str, frozenset[str]]) -> None:
    machine, state, to, via = journey
    try:
        narrow = machine.path(state, to, via)
    except IllegalMove:
        return
    assert len(machine.path(state, to, frozenset(machine.moves))) <= len(narrow)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.entity)
def test_every_state_is_reached_from_the_start(machine: Machine) -> None:
    for state in machine.moves:
        if state != machine.start:
            assert machine.path(machine.start, state, frozenset(machine.moves))[-1] == state


@pytest.mark.parametrize(
    ("machine", "ends"),
    [
        (FINDING, {"resolved", "dismissed"}),
        (REMINDER, {"verified", "escalated"}),
        (ORDER, {"verified", "declined", "cancelled"}),
        (CASE, {"closed", "dismissed"}),
        (OBLIGATION, {"met", "void"}),
    ],
    ids=["finding", "reminder", "order", "case", "obligation"],
)
def test_what_is_over_stays_over(machine: Machine, ends: set[str]) -> None:
    assert {state for state, following in machine.moves.items() if not following} == ends
    assert not ends & machine.open_states


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(IllegalMove, match="this order is proposed: it cannot become completed; possible now: approved"):
        ORDER.check("proposed", "completed")
