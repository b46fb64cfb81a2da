"""Scoring against the real database: what is due, what it costs, and that pieces add up to the whole."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from domain.signals import Kind
from models.features.day import Day
from models.scoring import Scored, ScoringParams, score_due
from store.database import Connection, connect
from store.findings import record_verdict
from store.ingest import lock_client
from tests.unit.synthetic_days import Cooling, cooling_day, evening, washing_day

pytestmark = pytest.mark.integration

ARRIVED = datetime(2025, 9, 1, tzinfo=UTC)
SIGNALS = ("compressor_hz", "room_c", "supply_c", "coil_in_c", "outdoor_c", "setpoint_c", "fan_level")
NO_GRACE = ScoringParams(grace=timedelta(0))


def register(connection: Connection, name: str, kind: Kind) -> int:
    connection.execute("INSERT INTO household (id, name) VALUES ('home-1', 'Home') ON CONFLICT DO NOTHING")
    row = connection.execute(
        "INSERT INTO appliance (id, kind, household_id) VALUES (%s, %s, 'home-1') RETURNING key", [name, kind]
    ).fetchone()
    assert row is not None
    return int(row[0])


def store_cooling(connection: Connection, key: int, days: Iterable[Day], received_at: datetime) -> None:
    columns = ", ".join(SIGNALS)
    copy = f"COPY reading_air_conditioner (time, appliance_key, received_at, mode, {columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy.encode()) as stream:
        for day in days:
            rows = day.readings
            for place, time_s in enumerate(rows.time_s):
                values = [float(rows.numbers[name][place]) for name in SIGNALS]
                at = datetime.fromtimestamp(time_s, UTC)
                stream.write_row((at, key, received_at, str(rows.texts["mode"][place]), *values))


def store_cycles(connection: Connection, key: int, days: Iterable[Day], received_at: datetime) -> None:
    for day in days:
        for place, time_s in enumerate(day.cycles.time_s):
            connection.execute(
                "INSERT INTO cycle_washing_machine (time, appliance_key, received_at, drain_s, litres)"
                " VALUES (%s, %s, %s, %s, %s)",
                [
                    datetime.fromtimestamp(time_s, UTC),
                    key,
                    received_at,
                    *(float(day.cycles.numbers[name][place]) for name in ("drain_s", "litres")),
                ],
            )


def score(connection: Connection, now: datetime, params: ScoringParams = NO_GRACE) -> list[Scored]:
    """What the scheduler does with it; of faults that simply are not there nothing is returned."""
    found = []
    with closing(score_due(connection, now, params)) as due:
        for scored in due:
            if scored.quiet:
                continue  # for reviewers, and of challengers: see test_models_at_work
            record_verdict(connection, scored.appliance_key, scored.kind, scored.verdict, raised_at=now)
            if scored.verdict.present or scored.verdict.evidence:
                found.append(scored)
    return found


def remembered(connection: Connection, key: int) -> list[tuple[Any, ...]]:
    """All indices, rounded far below any meaning: means of the same rows may differ in their last bits."""
    rows = connection.execute(
        "SELECT day, index, round(value::numeric, 6), round(spread::numeric, 6), weight FROM feature_day"
        " WHERE appliance_key = %s ORDER BY day, index",
        [key],
    )
    return rows.fetchall()


def clogging(number: int) -> Day:
    return cooling_day(number, Cooling(flow=1 - 0.008 * max(0, number - 18)))


def test_a_clog_becomes_one_finding_with_evidence(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, map(clogging, range(50)), ARRIVED)
    (scored,) = score(connection, ARRIVED)
    assert (scored.appliance_key, scored.kind, scored.verdict.present) == (key, Kind.AIR_CONDITIONER, True)
    row = connection.execute("SELECT fault, state, urgency, judged_at, evidence FROM finding").fetchall()
    assert [found[:3] for found in row] == [("filter_clog", "open", "self")]
    assert row[0][3] == evening(49) + timedelta(minutes=55)  # the newest reading: data time, not the wall clock
    assert row[0][4][0]["signal"] == "room_c - supply_c"


def test_a_batch_that_is_long_in_coming_is_not_passed_by(connection: Connection, database_url: str) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, map(clogging, range(2)), ARRIVED)
    score(connection, ARRIVED)
    with connect(database_url, application="slow", autocommit=True) as slow:
        assert lock_client(slow, "slow")
        with slow.transaction():
            began = slow.execute("SELECT now()").fetchone()
            assert began is not None
            store_cooling(slow, key, [clogging(2)], began[0])
            with capture_logs() as logs:
                score(connection, began[0] + timedelta(minutes=5), ScoringParams())
            assert [one["open_s"] for one in logs if one["event"] == "scoring_held_back"] == [300]
            assert {day for day, *_ in remembered(connection, key)} == {date(2025, 6, 1), date(2025, 6, 2)}
        score(connection, began[0] + timedelta(minutes=5), ScoringParams())
    assert date(2025, 6, 3) in {day for day, *_ in remembered(connection, key)}


def test_new_firmware_counts_from_the_telemetry_where_that_is_old(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    connection.execute("UPDATE appliance SET firmware = '1'")
    connection.execute(
        "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, now(), '{}')",
        (key, ARRIVED),
    )
    connection.execute("UPDATE appliance SET firmware = '2'")
    connection.execute("UPDATE latest_values SET at = now() - interval '1 hour'")
    connection.execute("UPDATE appliance SET firmware = '3'")
    steps = connection.execute("SELECT part, at, now() - at < '1 minute' FROM service ORDER BY part").fetchall()
    assert steps[0][:2] == ("2", ARRIVED)
    assert (steps[1][0], steps[1][2]) == ("3", True)


def test_nothing_new_is_nothing_done(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, map(clogging, range(50)), ARRIVED)
    assert score(connection, ARRIVED)
    assert score(connection, ARRIVED + timedelta(minutes=1)) == []
    assert connection.execute("SELECT count(*) FROM day_due").fetchone() == (0,)
    mark = connection.execute("SELECT received_to, data_to FROM judged WHERE appliance_key = %s", [key]).fetchone()
    assert mark == (ARRIVED, evening(49) + timedelta(minutes=55))


def test_day_by_day_equals_all_at_once(connection: Connection) -> None:
    pieces = register(connection, "ac-pieces", Kind.AIR_CONDITIONER)
    whole = register(connection, "ac-whole", Kind.AIR_CONDITIONER)
    verdicts = []
    for number in range(46):
        arrived = ARRIVED + timedelta(hours=number)
        store_cooling(connection, pieces, [clogging(number)], arrived)
        verdicts = [found.verdict for found in score(connection, arrived)]
    at_the_end = ARRIVED + timedelta(hours=100)
    store_cooling(connection, whole, map(clogging, range(46)), at_the_end)
    (scored,) = score(connection, at_the_end)
    assert remembered(connection, pieces) == remembered(connection, whole) != []
    assert [verdict.evidence for verdict in verdicts] == [scored.verdict.evidence]
    references = connection.execute("SELECT index, learned_to, model FROM reference ORDER BY index, appliance_key")
    by_index = [(index, learned_to, model) for index, learned_to, model in references]
    assert len(by_index) == 4
    assert by_index[0] == by_index[1]
    assert by_index[2] == by_index[3]


def test_late_rows_cost_exactly_the_days_they_touch(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, (clogging(number) for number in range(40) if number != 20), ARRIVED)
    score(connection, ARRIVED)
    before = remembered(connection, key)
    connection.execute("UPDATE feature_day SET spread = spread + 1 WHERE appliance_key = %s", [key])
    store_cooling(connection, key, [clogging(20)], ARRIVED + timedelta(hours=1))
    score(connection, ARRIVED + timedelta(hours=1))
    late = clogging(20).day
    rewritten = connection.execute("SELECT DISTINCT day FROM feature_day WHERE spread < 1").fetchall()
    assert rewritten == [(late,)]
    connection.execute("UPDATE feature_day SET spread = spread - 1 WHERE appliance_key = %s AND day <> %s", [key, late])
    assert [row for row in remembered(connection, key) if row[0] != late] == before
    mark = connection.execute("SELECT data_to FROM judged").fetchone()
    assert mark == (evening(39) + timedelta(minutes=55),)


def test_a_caller_that_stops_leaves_the_appliance_due(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, map(clogging, range(50)), ARRIVED)
    with closing(score_due(connection, ARRIVED, NO_GRACE)) as due:
        assert next(due).appliance_key == key
        # the caller stops here, in the middle of the appliance's transaction
    assert remembered(connection, key) == []
    assert len(score(connection, ARRIVED + timedelta(seconds=2))) == 1


def test_one_call_stops_and_the_next_goes_on(connection: Connection) -> None:
    keys = [register(connection, f"wm-{number}", Kind.WASHING_MACHINE) for number in range(3)]
    for key in keys:
        store_cycles(connection, key, (washing_day(number, 2.0) for number in range(5)), ARRIVED)
    short = ScoringParams(grace=timedelta(0), most_days=8)
    done = []
    for second in range(3):
        score(connection, ARRIVED + timedelta(seconds=second), short)
        done.append(connection.execute("SELECT count(DISTINCT appliance_key) FROM feature_day").fetchone())
    assert done == [(2,), (3,), (3,)]


def test_washing_machine_from_cycles_raises_and_clears(connection: Connection) -> None:
    key = register(connection, "wm-1", Kind.WASHING_MACHINE)
    pace = [2.0] * 12 + [3.2] * 5
    store_cycles(connection, key, (washing_day(number, value) for number, value in enumerate(pace)), ARRIVED)
    assert [found.verdict.present for found in score(connection, ARRIVED)] == [True]
    cleaned = (washing_day(number, 2.0) for number in range(17, 22))
    store_cycles(connection, key, cleaned, ARRIVED + timedelta(hours=1))
    assert [found.verdict.present for found in score(connection, ARRIVED + timedelta(hours=1))] == [False]
    row = connection.execute("SELECT fault, cleared_at IS NOT NULL FROM finding").fetchone()
    assert row == ("drain_filter_clog", True)


def test_reported_counter_and_alarm_from_extra_and_events(connection: Connection) -> None:
    washer = register(connection, "wm-1", Kind.WASHING_MACHINE)
    hood = register(connection, "hood-1", Kind.RANGE_HOOD)
    connection.execute(
        "INSERT INTO reading_washing_machine (time, appliance_key, received_at, extra)"
        """ VALUES (%s, %s, %s, '{"filter_used_pct": 104.0}')""",
        [evening(0), washer, ARRIVED],
    )
    connection.execute(
        "INSERT INTO event (time, appliance_key, received_at, code, active)"
        " VALUES (%s, %s, %s, 'filter_clean_alarm', true)",
        [evening(0), hood, ARRIVED],
    )
    found = {scored.appliance_key: scored.verdict for scored in score(connection, ARRIVED)}
    assert (found[washer].fault, found[washer].present) == ("drain_filter_clog", True)
    assert (found[hood].fault, found[hood].present) == ("filter_clog", True)


def test_unclaimed_rows_wait_until_the_claim_brings_them(connection: Connection) -> None:
    connection.execute("INSERT INTO appliance (id) VALUES ('nobodys')")
    (key,) = connection.execute("SELECT key FROM appliance WHERE id = 'nobodys'").fetchone() or (0,)
    store_cooling(connection, key, map(clogging, range(50)), ARRIVED)
    assert score(connection, ARRIVED) == []
    assert remembered(connection, key) == []
    connection.execute("INSERT INTO household (id, name) VALUES ('home-1', 'Home')")
    connection.execute("UPDATE appliance SET kind = 'air_conditioner', household_id = 'home-1' WHERE key = %s", [key])
    assert [found.verdict.present for found in score(connection, ARRIVED + timedelta(days=1))] == [True]


def test_a_device_that_changes_hands_has_its_history_judged(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    connection.execute("INSERT INTO appliance (id) VALUES ('stranger')")
    (stranger,) = connection.execute("SELECT key FROM appliance WHERE id = 'stranger'").fetchone() or (0,)
    connection.execute("INSERT INTO device (dialect, name, appliance_key) VALUES ('tasmota', 'x', %s)", [stranger])
    store_cooling(connection, register(connection, "ac-0", Kind.AIR_CONDITIONER), [clogging(0)], ARRIVED)
    assert score(connection, ARRIVED) == []
    store_cooling(connection, key, map(clogging, range(50)), ARRIVED - timedelta(days=3))
    assert score(connection, ARRIVED + timedelta(hours=1)) == []  # arrived before the mark: nobody has said so yet
    connection.execute("UPDATE device SET appliance_key = %s", [key])
    assert len(score(connection, ARRIVED + timedelta(hours=2))) == 1


def test_an_appliance_that_cannot_be_judged_does_not_hold_up_others(connection: Connection) -> None:
    bad = register(connection, "wm-bad", Kind.WASHING_MACHINE)
    good = register(connection, "wm-good", Kind.WASHING_MACHINE)
    for key in (bad, good):
        pace = [2.0] * 12 + [3.2] * 5
        store_cycles(connection, key, (washing_day(number, value) for number, value in enumerate(pace)), ARRIVED)
    connection.execute(
        "INSERT INTO reference (appliance_key, index, learned_from, learned_to, model)"
        " VALUES (%s, 'drain_s_per_l', '2025-06-01', '2025-06-08', '{}')",
        [bad],
    )
    assert [found.appliance_key for found in score(connection, ARRIVED)] == [good]
    row = connection.execute("SELECT DISTINCT appliance_key, failures, not_before > %s FROM day_due", [ARRIVED])
    assert row.fetchall() == [(bad, 1, True)]


def test_an_appliance_whose_figures_the_database_refuses_does_not_hold_up_others(connection: Connection) -> None:
    bad = register(connection, "wm-bad", Kind.WASHING_MACHINE)
    good = register(connection, "wm-good", Kind.WASHING_MACHINE)
    for key in (bad, good):
        store_cycles(connection, key, (washing_day(number, 2.0) for number in range(9)), ARRIVED)
    connection.execute(f"ALTER TABLE feature_day ADD CHECK (appliance_key <> {bad})")
    score(connection, ARRIVED)
    assert connection.execute("SELECT DISTINCT appliance_key FROM feature_day").fetchall() == [(good,)]
    assert connection.execute("SELECT DISTINCT appliance_key, failures FROM day_due").fetchall() == [(bad, 1)]


def test_rows_that_arrive_after_now_are_not_looked_at(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, map(clogging, range(30)), ARRIVED)
    store_cooling(connection, key, map(clogging, range(30, 50)), ARRIVED + timedelta(days=1))
    score(connection, ARRIVED)
    newest = connection.execute("SELECT max(day) FROM feature_day").fetchone()
    assert newest == (clogging(29).day,)
    assert np.isfinite([float(row[2]) for row in remembered(connection, key)]).all()
