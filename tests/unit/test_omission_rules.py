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
        ("confirmed", False, None, DUE, None),
    ],
)
def test_what_is_missing(
    state: str, urgent: bool, visit_ends: datetime | None, now: datetime, said: str | None
) -> None:
    found = what_is_missing(
        Waiting(state=state, urgent=urgent, due_by=DUE, visit_ends=visit_ends), now, OmissionParams()
    )
    assert (found is None) if said is None else (found is not None and said in found)
