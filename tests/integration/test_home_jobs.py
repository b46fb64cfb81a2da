"""Whole homes live: a lost neutral and a silent home become findings, and work told of starts a new normal."""

from datetime import datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from domain.services import ACTIONS, Service
from domain.signals import Kind
from scheduler.mains import watch_the_mains
from scheduler.silence import notice_silence
from store.database import Connection, connect
from store.homes import set_away
from store.ingest import lock_client
from store.services import note_service, read_services
from tests.integration.scheduler_homes import NOW, Appliance, Homes, work_on

pytestmark = pytest.mark.integration


def volts(connection: Connection, circuit: Appliance, at: datetime, volts: float) -> None:
    connection.execute(
        "INSERT INTO reading_circuit (time, appliance_key, received_at, voltage_v, upstream_v)"
        " VALUES (%s, %s, %s, %s, %s)",
        (at, circuit.key, at, volts, volts),
    )


def findings(connection: Connection) -> list[tuple[str, str, bool]]:
    rows = connection.execute(
        "SELECT a.id, f.fault, cleared_at IS NULL FROM finding f, appliance a WHERE a.key = f.appliance_key ORDER BY 1"
    )
    return [(name, fault, running) for name, fault, running in rows]


def run_mains(connection: Connection, at: datetime) -> None:
    watch_the_mains(work_on(connection, at))


def test_readings_of_a_slow_batch_are_looked_at(connection: Connection, database_url: str) -> None:
    homes = Homes(connection)
    circuits = [homes.appliance(Kind.CIRCUIT, homes.household(f"home-{name}")) for name in "abcd"]
    (start,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    assert start is not None
    run_mains(connection, start)
    with connect(database_url, application="slow", autocommit=True) as slow:
        assert lock_client(slow, "slow")
        with slow.transaction():
            for number, circuit in enumerate(circuits):
                volts(slow, circuit, start + timedelta(seconds=number), 160.0 if number == 0 else 229.0)
            run_mains(connection, start + timedelta(seconds=20))
        for second in range(25, 60, 5):
            run_mains(connection, start + timedelta(seconds=second))
    assert findings(connection) == [("home-a-circuit", "neutral_loss", True)]


def test_a_lost_neutral_is_one_finding_within_a_minute(connection: Connection) -> None:
    homes = Homes(connection)
    circuits = [homes.appliance(Kind.CIRCUIT, homes.household(f"home-{name}")) for name in "abcd"]
    run_mains(connection, NOW)
    volts(connection, circuits[0], NOW, 160.0)
    for number, circuit in enumerate(circuits[1:]):
        volts(connection, circuit, NOW + timedelta(seconds=3 + number), 229.0)
    for second in range(5, 60, 5):
        run_mains(connection, NOW + timedelta(seconds=second))
    assert findings(connection) == [("home-a-circuit", "neutral_loss", True)]
    (raised,) = connection.execute("SELECT raised_at FROM finding").fetchone() or (None,)
    assert raised is not None
    assert raised <= NOW + timedelta(seconds=30)
    for minute in (1, 2):
        volts(connection, circuits[0], NOW + timedelta(minutes=minute), 230.0)
    run_mains(connection, NOW + timedelta(minutes=3))
    assert findings(connection) == [("home-a-circuit", "neutral_loss", False)]


def test_a_clock_that_ran_ahead_keeps_no_lost_neutral_from_being_said(connection: Connection) -> None:
    homes = Homes(connection)
    circuits = [homes.appliance(Kind.CIRCUIT, homes.household(f"home-{name}")) for name in "abcd"]
    ahead = NOW + timedelta(days=365)
    run_mains(connection, ahead)
    for circuit in circuits:
        volts(connection, circuit, ahead, 229.0)
    run_mains(connection, ahead + timedelta(seconds=30))
    for number, circuit in enumerate(circuits):  # the clock is right again
        volts(connection, circuit, NOW + timedelta(seconds=number), 229.0 if number else 160.0)
    for second in range(5, 60, 5):
        run_mains(connection, NOW + timedelta(seconds=second))
    assert findings(connection) == [("home-a-circuit", "neutral_loss", True)]


def test_a_silent_home_is_one_finding_unless_it_is_away(connection: Connection) -> None:
    homes = Homes(connection)
    for name in ("home-a", "home-b"):
        homes.household(name)
        for kind in (Kind.CIRCUIT, Kind.REFRIGERATOR):
            one = homes.appliance(kind, name)
            for hours in range(0, 240, 6):
                at = NOW - timedelta(hours=25 + hours)
                connection.execute(
                    f"INSERT INTO reading_{kind} (time, appliance_key, received_at, power_w) VALUES (%s, %s, %s, 1)",  # noqa: S608 - a kind of ours
                    (at, one.key, at),
                )
            last = NOW - timedelta(hours=25)
            connection.execute(
                "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, '{}')",
                (one.key, last, last),
            )
    set_away(connection, "home-b", NOW - timedelta(days=2), NOW + timedelta(days=5))
    silence = notice_silence(work_on(connection, NOW))
    assert silence == {"silent": 1, "back": 0}
    assert findings(connection) == [("home-a-circuit", "silent", True)]
    assert notice_silence(work_on(connection, NOW + timedelta(hours=1))) == {"silent": 0, "back": 0}
    connection.execute(
        "UPDATE latest_values SET received_at = %s FROM appliance a WHERE a.key = appliance_key AND household_id = %s",
        (NOW + timedelta(hours=2), "home-a"),
    )
    assert notice_silence(work_on(connection, NOW + timedelta(hours=2))) == {"silent": 0, "back": 1}
    assert findings(connection) == [("home-a-circuit", "silent", False)]


def test_the_plug_is_silent_not_the_appliance_behind_it(connection: Connection) -> None:
    """Of three refrigerators one says its temperature as well; a meter on a circuit measures all that a circuit has."""
    homes = Homes(connection)
    homes.household("home-a")
    said = {"plug": ("power_w", "energy_kwh"), "sensed": ("power_w", "fridge_c"), "dumb": ("fridge_c",),
            "meter": ("power_w", "voltage_v"), "heard": ("power_w",)}  # fmt: skip
    for name, signals in said.items():
        kind = Kind.CIRCUIT if name == "meter" else Kind.REFRIGERATOR
        one = homes.appliance(kind, "home-a", name)
        last = NOW if name == "heard" else NOW - timedelta(hours=30)
        connection.execute(
            f"INSERT INTO reading_{kind} (time, appliance_key, received_at, power_w)"  # noqa: S608 - a kind of ours
            " SELECT t, %s, t, 1 FROM unnest(%s::timestamptz[]) t",
            (one.key, [last - timedelta(minutes=30 * number) for number in range(48 * 9)]),
        )
        connection.execute(
            "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, %s)",
            (one.key, last, last, Jsonb({signal: {"at": last.isoformat(), "value": 1} for signal in signals})),
        )
    assert notice_silence(work_on(connection, NOW)) == {"silent": 4, "back": 0}
    told = connection.execute(
        "SELECT a.id, f.evidence -> 0 ->> 'only_power', f.evidence -> 0 ->> 'note' FROM finding f"
        " JOIN appliance a ON a.key = f.appliance_key"
    ).fetchall()
    assert {name for name, alone, note in told if alone == "true" and "the plug may be pulled" in note} == {"plug"}
    assert len(told) == 4


def test_who_speaks_with_a_wrong_clock_is_not_silent_and_one_outage_is_no_rhythm(connection: Connection) -> None:
    """All circuits were quiet once for four days; then two of them for 30 hours, one of which is refused meanwhile."""
    homes = Homes(connection)
    homes.household("home-a")
    names = ("heard", "refused", "silent")
    keys = {name: homes.appliance(Kind.CIRCUIT, "home-a", name).key for name in names}
    for name, key in keys.items():
        last = NOW if name == "heard" else NOW - timedelta(hours=30)
        times = [last - timedelta(minutes=30 * n) for n in range(48 * 14) if not 200 < n < 392]
        connection.execute(
            "INSERT INTO reading_circuit (time, appliance_key, received_at, power_w)"
            " SELECT t, %s, t, 1 FROM unnest(%s::timestamptz[]) t",
            (key, times),
        )
        connection.execute(
            "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, '{}')",
            (key, last, last),
        )
    connection.execute(
        "INSERT INTO dead_letter (digest, topic, reason, payload, appliance_key, first_at, last_at)"
        " VALUES ('a', 'wk/v1/refused/telemetry', 'time', '', %s, %s, %s)",
        (keys["refused"], NOW - timedelta(hours=29), NOW),
    )
    assert notice_silence(work_on(connection, NOW)) == {"silent": 1, "back": 0}
    assert findings(connection) == [("silent", "silent", True)]


def test_every_action_can_be_told_once_and_a_new_firmware_tells_itself(connection: Connection) -> None:
    homes = Homes(connection)
    homes.household()
    one = homes.appliance(Kind.CIRCUIT)
    for _ in range(2):
        for action in sorted(ACTIONS):
            note_service(connection, one.key, Service(NOW, action), "technician")
    assert {service.action for service in read_services(connection, [one.key])[one.key]} == ACTIONS
    assert len(read_services(connection, [one.key])[one.key]) == len(ACTIONS)
    with pytest.raises(ValueError, match="polished is no action"):
        note_service(connection, one.key, Service(NOW, "polished"), "technician")
    for firmware in ("1.0", "1.0", "1.1"):  # known for the first time, said again, a step
        connection.execute("UPDATE appliance SET firmware = %s WHERE key = %s", (firmware, one.key))
    steps = [service.part for service in read_services(connection, [one.key])[one.key] if service.part]
    assert steps == ["1.1"]
