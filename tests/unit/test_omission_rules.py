"""Orders that need somebody's eye before their date has passed."""

from datetime import UTC, datetime, timedelta

import pytest

from quality.omissions import OmissionParams, Waiting, what_is_missing

DUE = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "urgent", "visit_ends", "now", "said"),
    [
        ("proposed", False, None, DUE - 3 * DAY - HOUR, None),
        ("proposed", False, None, DUE - 3 * DAY, "nobody has approved it"),
        ("reopened", False, DUE - 9 * DAY, DUE - DAY, "since it was opened again"),
        ("offered", False, None, DUE - 2 * DAY, "no time is agreed"),
        ("approved", True, None, DUE - DAY, None),
        ("approved", True, None, DUE - 12 * HOUR, "no time is agreed"),
        ("scheduled", False, DUE + DAY, DUE + DAY, None),
        ("scheduled", False, DUE - 2 * DAY, DUE - 1.4 * DAY, "nobody has reported"),
        ("on_site", False, DUE, DUE + 11 * HOUR, None),
        ("confirmed", False, None, DUE, "no time is agreed"),  # its visit did not take place and got no new time
    ],
)
def test_what_is_missing(
    state: str, urgent: bool, visit_ends: datetime | None, now: datetime, said: str | None
) -> None:
    found = what_is_missing(
        Waiting(state=state, urgent=urgent, due_by=DUE, visit_ends=visit_ends), now, OmissionParams()
    )
    assert (found is None) if said is None else (found is not None and said in found)


@pytest.mark.parametrize(
    ("urgent", "created_at", "call_at", "now", "waits"),
    [
        (False, None, DUE, DUE - 2 * DAY, True),  # its own clock ends in a call by the date
        (False, None, DUE + HOUR, DUE - 2 * DAY, False),  # that would be too late
        (False, None, DUE - DAY, DUE - DAY + 2 * HOUR, False),  # it should have ended: nothing keeps that clock
        (False, DUE - 2 * DAY, None, DUE - 1.6 * DAY, True),  # new, and on the board
        (False, DUE - 2 * DAY, None, DUE - 1.5 * DAY, False),
        (True, DUE - 8 * HOUR, None, DUE - 7.5 * HOUR, True),
        (True, DUE - 8 * HOUR, None, DUE - 7 * HOUR, False),
        (False, DUE, DUE, DUE, False),  # past its date it is on the list whatever else it is on
    ],
)
def test_what_another_list_brings_up_in_time_is_not_brought_up_twice(
    urgent: bool, created_at: datetime | None, call_at: datetime | None, now: datetime, waits: bool
) -> None:
    order = Waiting(state="offered", urgent=urgent, due_by=DUE, visit_ends=None, created_at=created_at, call_at=call_at)
    assert (what_is_missing(order, now, OmissionParams()) is None) is waits
