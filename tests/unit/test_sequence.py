"""What an acknowledgement may promise."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.sequence import PATIENCE_S, SETTLING_S, SILENCE_S, Ack, Gap, Mark, Step, pass_time, store_seen


def test_a_first_contact_at_one_is_acknowledged_at_once() -> None:
    assert store_seen(Mark(), [(1, 10), (2, 20)], 0.0).ack == Ack(2, 20)


def test_a_first_contact_later_waits_for_predecessors_that_the_broker_may_have_lost() -> None:
    first = store_seen(Mark(), [(17, 170)], 0.0)
    assert first.ack is None
    assert pass_time(first.mark, SETTLING_S - 0.01).ack is None
    settled = pass_time(first.mark, SETTLING_S)
    assert (settled.ack, settled.gap) == (Ack(17, 170), None)


def test_a_first_contact_is_timed_from_its_first_word_however_much_is_said_afterwards() -> None:
    mark = store_seen(store_seen(Mark(), [(17, 170)], 0.0).mark, [(18, 180)], SETTLING_S - 1).mark
    assert pass_time(mark, SETTLING_S).ack == Ack(18, 180)
    earlier = store_seen(mark, [(15, 150), (16, 160)], SETTLING_S - 0.5).mark
    assert pass_time(earlier, SETTLING_S).ack == Ack(18, 180)


def test_a_gap_stops_the_promise_until_it_is_filled() -> None:
    mark = store_seen(Mark(), [(1, 10)], 0.0).mark
    gap = store_seen(mark, [(3, 30), (4, 40)], 1.0)
    assert gap.ack is None
    assert store_seen(gap.mark, [(2, 20)], 2.0).ack == Ack(4, 40)


def test_a_gap_that_is_never_filled_is_given_up_and_reported() -> None:
    mark = store_seen(store_seen(Mark(), [(1, 10)], 0.0).mark, [(5, 50)], 1.0).mark
    mark = store_seen(mark, [(6, 60)], 1.0 + SILENCE_S).mark
    mark = store_seen(mark, [(7, 70)], 1.0 + 2 * SILENCE_S).mark
    assert pass_time(mark, 1.0 + PATIENCE_S - 0.01).gap is None
    given_up = pass_time(mark, 1.0 + PATIENCE_S)
    assert (given_up.ack, given_up.gap) == (Ack(7, 70), Gap(2, 4))


def test_silence_does_not_use_up_the_patience() -> None:
    mark = store_seen(store_seen(Mark(), [(1, 10)], 0.0).mark, [(5, 50)], 1.0).mark
    assert pass_time(mark, 4000.0) == Step(mark, None)  # an hour without network
    back = store_seen(mark, [(6, 60)], 4000.0).mark  # the newest first: what is missing may still come
    assert pass_time(back, 4000.0 + SILENCE_S - 0.01).ack is None
    assert store_seen(back, [(2, 20), (3, 30), (4, 40)], 4010.0).ack == Ack(6, 60)


def test_one_that_speaks_every_five_minutes_is_given_up_on_after_its_third_word() -> None:
    mark = store_seen(store_seen(Mark(), [(1, 10)], 0.0).mark, [(5, 50)], 300.0).mark
    mark = store_seen(mark, [(6, 60)], 600.0).mark
    assert pass_time(mark, 899.0).ack is None
    mark = store_seen(mark, [(7, 70)], 900.0).mark
    assert pass_time(mark, 900.0 + SILENCE_S).gap == Gap(2, 4)


def test_a_repetition_is_acknowledged_only_as_far_as_it_went_itself() -> None:
    mark = store_seen(Mark(), [(n, 10 * n) for n in range(1, 101)], 0.0).mark
    assert store_seen(mark, [(7, 70), (8, 80)], 1.0).ack == Ack(8, 80)


def test_a_counter_that_starts_anew_is_a_new_beginning() -> None:
    mark = store_seen(Mark(), [(n, 10 * n) for n in range(1, 101)], 0.0).mark
    again = store_seen(mark, [(1, 5000)], 1.0)
    assert again.ack == Ack(1, 5000)
    assert store_seen(again.mark, [(3, 5020)], 2.0).ack is None  # a gap in the new count is seen


@given(
    st.lists(st.integers(1, 40), max_size=120),
    st.data(),
)
def test_never_promises_a_number_that_was_not_stored(arrivals: list[int], data: st.DataObject) -> None:
    mark, stored = Mark(), set[int]()
    while arrivals:
        size = data.draw(st.integers(1, len(arrivals)))
        batch, arrivals = arrivals[:size], arrivals[size:]
        stored |= set(batch)
        mark, ack, _ = store_seen(mark, [(n, n) for n in batch], 0.0)
        if ack is not None:
            assert set(range(1, ack.seq + 1)) <= stored


@given(st.permutations(range(1, 30)))
def test_whatever_the_order_everything_is_promised_in_the_end(order: list[int]) -> None:
    mark, last = Mark(), None
    for number in order:
        mark, ack, _ = store_seen(mark, [(number, number)], 0.0)
        last = ack or last
    assert last == Ack(29, 29)
    assert not mark.waiting
