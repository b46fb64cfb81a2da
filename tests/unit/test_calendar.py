"""What RFC 5545 asks of a calendar is there, and unchanged visits are unchanged bytes."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notify.calendar import CalendarVisit, write_calendar

STARTS = datetime(2026, 3, 29, 9, 0, tzinfo=timezone(timedelta(hours=2)))
CHANGED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def visit(**changed: object) -> CalendarVisit:
    values: dict[str, object] = {
        "uid": "a-1@wellkept",
        "sequence": 3,
        "starts": STARTS,
        "ends": STARTS + timedelta(hours=2),
        "cancelled": False,
        "changed_at": CHANGED,
        "title": "Visit: Air filter",
        "text": "Air filter",
    }
    return CalendarVisit(**{**values, **changed})  # type: ignore[arg-type]


def lines(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_times_are_utc_and_everything_a_subscriber_needs_is_said() -> None:
    found = lines(write_calendar("Visits", [visit(place="High Street 1; Town", position=(50.25, -8.5))]))
    for line in (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "NAME:Visits", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"),
        *("UID:a-1@wellkept", "SEQUENCE:3", "DTSTAMP:20260301T120000Z", "LAST-MODIFIED:20260301T120000Z"),
        *("DTSTART:20260329T070000Z", "DTEND:20260329T090000Z", "STATUS:CONFIRMED", "TRANSP:OPAQUE"),
        *("LOCATION:High Street 1\\; Town", "GEO:50.25;-8.5", "END:VCALENDAR"),
    ):
        assert line in found


def test_what_was_called_off_stays_and_says_so() -> None:
    found = lines(write_calendar("Visits", [visit(cancelled=True)]))
    assert "STATUS:CANCELLED" in found
    assert "TRANSP:TRANSPARENT" in found, "it keeps nobody busy"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=300))
def test_every_text_is_folded_and_read_back_as_it_was(text: str) -> None:
    content = write_calendar("Visits", [visit(title=text, text=f"a\nb, {text}\\n; c")])
    assert all(len(line) <= 75 for line in content.split(b"\r\n")), "octets, not characters"
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert str(event["summary"]) == text
    assert str(event["description"]) == f"a\nb, {text}\\n; c"


def test_the_same_visits_are_the_same_bytes() -> None:
    assert write_calendar("Visits", [visit()]) == write_calendar("Visits", [visit()])
    assert write_calendar("Visits", [visit(sequence=4)]) != write_calendar("Visits", [visit()])
    assert b"VEVENT" not in write_calendar("Visits", [])
