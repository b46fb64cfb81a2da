"""The parts of the API that need no database: times, pages, buckets, previews, headers."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.guard import SECURITY_HEADERS
from api.live import Broadcast, sse_frame
from api.moments import Moment
from api.paging import Paging, after_number, after_time_and_id, page
from api.planning import ACTIONS
from api.problems import RequestRefused
from api.routes.dead_letters import shown
from domain.states import ORDER
from store.api_dead_letters import DeadLetter
from store.api_telemetry import STEPS_S, bucket_for

MOMENT = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-06-01T08:30:00Z", datetime(2025, 6, 1, 8, 30, tzinfo=UTC)),
        ("2025-06-01t08:30:00.25z", datetime(2025, 6, 1, 8, 30, 0, 250_000, tzinfo=UTC)),
        ("2025-06-01T10:30:00+02:00", datetime(2025, 6, 1, 8, 30, tzinfo=UTC)),
        ("2025-05-31T23:30:00-09:00", datetime(2025, 6, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_time_with_a_zone_becomes_utc(text: str, utc: datetime) -> None:
    assert MOMENT.validate_python(text) == utc


@pytest.mark.parametrize(
    "text",
    [
        *("2025-06-01T08:30:00", "2025-06-01", "1748766600", "now", "", "2025-13-01T00:00:00Z"),
        *("2025-06-01T08:30:00 02:00", "0001-01-01T00:00:00+10:00", "٢٠٢٥-06-01T08:30:00Z"),
    ],
)
def test_a_time_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


def test_a_plus_lost_in_an_address_is_explained() -> None:
    with pytest.raises(ValidationError, match="%2B"):
        MOMENT.validate_python("2025-06-01T08:30:00 02:00")


@given(span_s=st.floats(0, 20 * 365 * 86_400), points=st.integers(2, 5_000))
def test_a_bucket_is_wide_enough_and_no_wider_than_needed(span_s: float, points: int) -> None:
    bucket = bucket_for(timedelta(seconds=span_s), points)
    assert span_s <= bucket * (points - 1) + 1e-3
    narrower = [step for step in STEPS_S if step < bucket]
    assert not narrower or narrower[-1] * (points - 1) < span_s + 1e-3 or bucket % STEPS_S[-1] == 0


def test_a_bucket_of_a_week_in_500_points_can_be_read_off_an_axis() -> None:
    # 604800 s over 499 gaps is 1212 s; the next readable width is 30 min
    assert bucket_for(timedelta(days=7), 500) == 1800


def test_pages_follow_each_other_until_the_last_has_no_next() -> None:
    first = page(Paging(scope="s", key=None, limit=2), [1, 2, 3], lambda item: (item,))
    assert first["items"] == [1, 2]
    assert first["next"]
    assert page(Paging(scope="s", key=None, limit=2), [1, 2], lambda item: (item,)) == {"items": [1, 2], "next": None}


@pytest.mark.parametrize("key", [("a",), (True,), (1, 2), ()])
def test_a_key_of_the_wrong_sort_is_a_bad_cursor(key: tuple[str | int | bool, ...]) -> None:
    with pytest.raises(RequestRefused) as refused:
        after_number(Paging(scope="s", key=key, limit=1))
    assert refused.value.status == 400


@pytest.mark.parametrize("key", [("2025-06-01T00:00:00", "x"), ("x", "y"), ("2025-06-01T00:00:00+00:00", "no-uuid")])
def test_a_key_that_is_no_time_and_id_is_a_bad_cursor(key: tuple[str, str]) -> None:
    with pytest.raises(RequestRefused):
        after_time_and_id(Paging(scope="s", key=key, limit=1))


def test_every_state_of_an_order_is_reached_by_an_action_except_the_proof_by_telemetry() -> None:
    reached = {action.to for action in ACTIONS.values()}
    assert set(ORDER.moves) - reached == {"proposed", "verified"}


def test_a_preview_shows_what_is_text_and_marks_what_is_not() -> None:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    head = b'{"a": 1}\n\x00\xff\x1b[31m' + "\u202eevil".encode()
    letter = DeadLetter(
        id=1, topic="t", reason="r", detail="", appliance_id=None, times=1, first_at=at, last_at=at,
        size_bytes=len(head), head=head,
    )  # fmt: skip
    mark = "\N{REPLACEMENT CHARACTER}"
    assert shown(letter).preview == f'{{"a": 1}}\n{mark}{mark}{mark}[31m{mark}evil'


def test_no_script_or_style_of_elsewhere_or_in_line_may_run() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_an_event_is_one_frame_with_its_number() -> None:
    assert sse_frame("change", {"id": "a\nb"}, 7) == b'id: 7\nevent: change\ndata: {"id":"a\\nb"}\n\n'


def test_a_watcher_that_is_too_far_behind_is_cut_off_and_the_others_go_on() -> None:
    broadcast = Broadcast(queue=3)
    slow, quick = broadcast.watch(), broadcast.watch()
    taken = []
    for number in range(5):
        broadcast.tell("change", number)
        taken.append(quick.get_nowait())
    assert all(frame is not None for frame in taken)
    left = [slow.get_nowait() for _ in range(slow.qsize())]
    assert left[-1] is None
    broadcast.close()
    assert quick.get_nowait() is None
    assert broadcast.watch().get_nowait() is None, "who comes after the end is told so"


def test_a_cursor_is_opaque_but_plain_base64() -> None:
    made = page(Paging(scope="s", key=None, limit=1), [1, 2], lambda item: (item,))["next"]
    assert made == urlsafe_b64encode(b'["s",1]').decode().rstrip("=")
