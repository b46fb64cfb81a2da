"""Households, appliances and verdicts for the scheduler's tests, written the way ingest and the models write them."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from domain.faults import Urgency, fault_of
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from scheduler.publisher import Publisher
from scheduler.settings import Pace, SchedulerSettings
from scheduler.work import Work
from store.database import Connection
from store.findings import record_verdict

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Data time: months away from any wall clock that the tests run under."""
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NOWHERE = "mqtt://127.0.0.1:9"


def day(number: float) -> datetime:
    """So many days of data time after the start."""
    return T0 + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Appliance:
    key: int
    id: str
    kind: Kind
    household: str


@dataclass(frozen=True, slots=True)
class Homes:
    """Writes through `connection`, which commits by itself."""

    connection: Connection

    def household(self, name: str = "home-a", latitude: float | None = 52.0, longitude: float | None = 13.0) -> str:
        self.connection.execute(
            "INSERT INTO household (id, name, latitude, longitude) VALUES (%s, %s, %s, %s)",
            (name, name, latitude, longitude),
        )
        return name

    def appliance(self, kind: Kind, household: str = "home-a", name: str | None = None) -> Appliance:
        name = name or f"{household}-{kind.replace('_', '-')}"
        row = self.connection.execute(
            "INSERT INTO appliance (id, kind, household_id, room) VALUES (%s, %s, %s, 'hall') RETURNING key",
            (name, kind, household),
        ).fetchone()
        assert row is not None
        return Appliance(row[0], name, kind, household)

    def outlet(self, name: str, latitude: float, longitude: float) -> None:
        self.connection.execute(
            "INSERT INTO outlet (id, name, latitude, longitude) VALUES (%s, %s, %s, %s)",
            (name, name, latitude, longitude),
        )

    def technician(self, name: str, outlet: str, skills: list[str]) -> None:
        self.connection.execute(
            "INSERT INTO technician (id, name, outlet_id, skills) VALUES (%s, %s, %s, %s)", (name, name, outlet, skills)
        )

    def hear(self, appliance: Appliance, at: datetime) -> None:
        """The appliance's newest telemetry is of `at`."""
        self.connection.execute(
            "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, now(), '{}')"
            " ON CONFLICT (appliance_key) DO UPDATE SET at = greatest(latest_values.at, excluded.at)",
            (appliance.key, at),
        )

    def find(
        self,
        appliance: Appliance,
        fault: str,
        at: datetime,
        *,
        urgency: Urgency | None = None,
        fails_p10: datetime | None = None,
    ) -> UUID:
        """A detector says that the fault is there, by telemetry of `at`."""
        return self._verdict(appliance, fault, at, True, urgency, fails_p10)

    def clear(self, appliance: Appliance, fault: str, at: datetime) -> UUID:
        """A detector says that the fault is gone, by telemetry of `at`."""
        return self._verdict(appliance, fault, at, False, None, None)

    def _verdict(
        self,
        appliance: Appliance,
        fault: str,
        at: datetime,
        present: bool,
        urgency: Urgency | None,
        fails_p10: datetime | None,
    ) -> UUID:
        self.hear(appliance, at)
        verdict = Verdict(
            fault=fault,
            present=present,
            at=at,
            probability=0.9,
            urgency=urgency or fault_of(appliance.kind, fault).urgency,
            evidence=(Evidence(signal="drain_s", expected=31.0, observed=46.42, unit="s", since=at),),
            fails_p10=fails_p10,
            detector="test/1",
        )
        with self.connection.transaction():
            recorded = record_verdict(self.connection, appliance.key, appliance.kind, verdict, NOW)
        assert recorded is not None
        return recorded.finding_id

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement.encode(), values).fetchall()

    def one(self, statement: str, *values: Any) -> Any:
        """The single value that the statement asks for."""
        found = self.rows(statement, *values)
        assert len(found) == 1, found
        return found[0][0]


def work_on(connection: Connection, now: datetime = NOW, pace: Pace = Pace.DEMO) -> Work:
    """What a job is given, at the wall clock `now`, with no broker in reach."""
    settings = SchedulerSettings(database_url="", mqtt_url=NOWHERE, pace=pace)
    return Work(connection=connection, now=now, settings=settings, publisher=Publisher(NOWHERE), keep_on=lambda: True)


TABLES = (
    "finding", "reminder", "service_order", "order_task", "state_change", "outbox", "appliance_notice", "alarm_told",
    "decision", "decision_change",
)  # fmt: skip


def everything(connection: Connection, tables: Iterable[str] = TABLES) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tables that jobs write, to compare before and after."""
    return {t: sorted(connection.execute(f"SELECT t::text FROM {t} t".encode()).fetchall()) for t in tables}  # noqa: S608


def until(true: Callable[[], bool], seconds: float = 10.0) -> float:
    """Look until it is true, and say how long that took; fail after so many seconds."""
    started = monotonic()
    pause = threading.Event()
    while not true():
        assert monotonic() - started < seconds, f"not within {seconds} s"
        pause.wait(0.02)
    return monotonic() - started
