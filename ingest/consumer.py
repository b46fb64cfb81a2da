"""The consumer: take what came, write it in one transaction, and only then acknowledge it. Nothing lost, nothing twice.

The order is the promise: decode, plan, commit, then PUBACK to the broker and `ack` to the appliance. Whatever fails
before the commit is done again; whatever fails after it comes again and is found to be there.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import psycopg
import structlog
from psycopg import errors

from domain.errors import Conflict, Unavailable, WellkeptError
from domain.readings import Cycle, Event, Item, Reading, Refusal, Refused, from_us
from domain.signals import Kind
from ingest.alarms import Raised
from ingest.batch import AckLine, Decoded, Plan, devices_of, fragment_of, make_plan
from ingest.dialects import decode
from ingest.receive import Delivery, Receiver
from ingest.registry import Registry
from ingest.sequence import pass_time
from store import ingest as store
from store.database import Connection, is_about_data, is_transient
from store.findings import record_verdict
from store.readings import write_rows

log = structlog.get_logger()
LONG_WAIT_US: Final = 1_000_000
"""Half of what scoring keeps off the end of what has arrived (models.scoring.ScoringParams.grace)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerSettings:
    """How batches are cut and how failures are waited out."""

    batch: int = 2000
    """Messages per transaction at the most."""
    wait_s: float = 0.2
    """Longest wait for the first message of a batch; also how often gaps are looked at."""
    linger_s: float = 0.004
    """Under load, wait so long for more before a batch is cut: larger batches cost less each."""
    retry_least_s: float = 0.2
    retry_most_s: float = 5.0
    merge_for: int = 20
    """After a repeated row, so many batches go the merging way at once: repetitions come in runs."""


@dataclass(slots=True)
class Counters:
    """What the worker has done since it started."""

    messages: int = 0
    rows_new: int = 0
    rows_repeated: int = 0
    dead_letters: int = 0
    alarms: int = 0
    batches: int = 0
    retries: int = 0


@dataclass(slots=True)
class Consumer:
    """One worker: a receiver, a database, and the memory of the appliances it has met."""

    receiver: Receiver
    connect: Callable[[], Connection]
    settings: ConsumerSettings = field(default_factory=ConsumerSettings)
    registry: Registry = field(default_factory=Registry)
    counters: Counters = field(default_factory=Counters)
    last_turn_s: float = field(default_factory=monotonic)
    _connection: Connection | None = None
    _merging: int = 0
    _gaps: set[int] = field(default_factory=set)
    """Appliances with numbers that wait above a gap."""
    _registry_changed: bool = False

    def prepare(self, stop: threading.Event) -> None:
        """Wait for the database and claim the client id, before the broker hears of us.

        Conflict if another worker has it: two sessions under one id would throw each other out in turn.
        """
        wait_s = self.settings.retry_least_s
        while not stop.is_set():
            try:
                self._connected()
                return
            except (psycopg.Error, Unavailable) as error:
                wait_s = self._wait_out(error, wait_s, stop)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; a database that is away is waited for as long as it takes."""
        while not stop.is_set():
            self.last_turn_s = monotonic()
            taken = self.receiver.take(self.settings.batch, self.settings.wait_s)
            if taken and len(taken) < self.settings.batch and self.settings.linger_s:
                taken += self._linger(taken, stop)
            if taken:
                self.handle(taken, stop)
            self._settle_gaps(stop)
        if self._connection is not None:
            self._connection.close()

    def _linger(self, taken: list[Delivery], stop: threading.Event) -> list[Delivery]:
        """Wait a moment for more if the load is high: few messages must not wait, many are cheaper together."""
        if len(taken) < self.settings.batch // 100:
            return []
        stop.wait(self.settings.linger_s)
        return self.receiver.take(self.settings.batch - len(taken), 0)

    def handle(self, deliveries: list[Delivery], stop: threading.Event) -> None:
        """Store these deliveries for good and acknowledge them; returns early only if told to stop."""
        decoded = [_decoded(delivery) for delivery in deliveries]
        if self._store(decoded, stop):
            self.counters.messages += len(deliveries)
            self.receiver.acknowledge(deliveries)

    def _store(self, decoded: list[Decoded], stop: threading.Event) -> bool:
        wait_s, fresh = self.settings.retry_least_s, False
        while not stop.is_set():
            try:
                lines, raised = self._commit(decoded)
            except errors.ForeignKeyViolation:
                # Somebody claimed a device a moment ago: its placeholder is gone. Look again, once.
                if fresh:
                    return self._bisect(decoded, "it refers to an appliance that is gone", stop)
                self.registry, self._gaps, fresh = Registry(), set(), True
            except (psycopg.Error, Unavailable) as error:
                if isinstance(error, psycopg.Error) and is_about_data(error):
                    return self._bisect(decoded, _words(error), stop)
                wait_s = self._wait_out(error, wait_s, stop)
                decoded = [_arriving_now(one) for one in decoded]
            except WellkeptError:
                raise
            except Exception as error:  # of ours, set off by one message: the others must not wait for its repair
                log.exception("planning_failed", text="a message could not be planned; it becomes a dead letter")
                return self._bisect(decoded, f"{type(error).__name__}: {_words(error)}", stop)
            else:
                self._tell(lines, raised)
                return True
        return False

    def _wait_out(self, error: Exception, wait_s: float, stop: threading.Event) -> float:
        """Wait for a database that is away; how long to wait the next time. Raises what waiting cannot mend."""
        if isinstance(error, psycopg.Error) and not is_transient(error):
            raise error  # a mistake of ours or a schema that is not there: nothing is acknowledged, nothing lost
        self.counters.retries += 1
        log.warning("database_away", text="the database does not answer; waiting for it", why=_words(error))
        self._drop_connection()
        self.last_turn_s = monotonic()
        stop.wait(wait_s)
        return min(2 * wait_s, self.settings.retry_most_s)

    def _bisect(self, decoded: list[Decoded], why: str, stop: threading.Event) -> bool:
        """The database refuses something among these: halve until it stands alone, and keep that as a dead letter."""
        if len(decoded) > 1:
            middle = len(decoded) // 2
            return self._store(decoded[:middle], stop) and self._store(decoded[middle:], stop)
        one = decoded[0]
        if len(one.items) > 1:  # one message may hold 500 readings
            middle = len(one.items) // 2
            halves = one._replace(items=one.items[:middle]), one._replace(items=one.items[middle:])
            return self._store([halves[0]], stop) and self._store([halves[1]], stop)
        if _is_dead(one):
            raise RuntimeError(f"the database refuses even a dead letter: {why}")
        return self._store([one._replace(items=[_buried(one, why)])], stop)

    def _commit(self, decoded: list[Decoded]) -> tuple[list[AckLine], list[Raised]]:
        connection = self._connected()
        self._hear(connection)
        if self._registry_changed:
            self._registry_changed = False
            self.registry.refresh(connection)
        devices = devices_of(decoded)
        unknown = [device for device in devices if device not in self.registry.devices]
        try:
            with connection.transaction():
                decoded = _stamped_in_time(decoded, time.time_ns() // 1000)
                self.registry.meet(connection, devices)
                plan = make_plan(decoded, self.registry)
                marks, lines = plan.acks(self.registry, monotonic())
                new = self._write(connection, plan)
                store.set_marks(
                    connection,
                    {key: (m.seq, from_us(m.newest_us)) for key, m in marks.items() if m.seq is not None},
                )
        except BaseException:
            self.registry.forget(unknown)
            raise
        plan.remember(self.registry)
        for key, mark in marks.items():
            self.registry.appliances[key].mark = mark
            (self._gaps.add if mark.waiting else self._gaps.discard)(key)
        self.counters.batches += 1
        self.counters.rows_new += new
        self.counters.rows_repeated += plan.count() - new
        self.counters.dead_letters += len(plan.letters)
        self.counters.alarms += len(plan.alarms)
        return lines, plan.alarms

    def _write(self, connection: Connection, plan: Plan) -> int:
        now = datetime.now(UTC)
        new = 0
        for rows in plan.tables():
            written = write_rows(connection, rows, expect_new=self._merging == 0)
            new += written.new
            if written.new < len(rows.rows):
                self._merging = self.settings.merge_for
            if written.contradicting:
                plan.letters += plan.contradictions(rows.table, written.contradicting)
        self._merging = max(0, self._merging - 1)
        store.set_latest(connection, plan.latest())
        store.set_presence(connection, {key: (on, from_us(at)) for key, (on, at) in plan.presence.items()})
        for device, told in plan.discoveries.items():
            store.describe_device(connection, device, told)
        store.add_dead_letters(connection, plan.letters)
        for raised in plan.alarms:
            self._record(connection, raised, now)
        changed = {raised.appliance.key for raised in plan.alarms}
        ruled = {key: memory.safety for key, memory in plan.memories.items() if memory.safety or key in changed}
        store.set_safety_states(connection, ruled)
        return new

    def _record(self, connection: Connection, raised: Raised, now: datetime) -> None:
        """Write the finding, and the notice into the outbox: should this process die now, somebody else sends it."""
        appliance = raised.appliance
        record_verdict(connection, appliance.key, Kind(appliance.kind), raised.verdict, now)
        store.add_notice(connection, f"wk/v1/{appliance.id}/notice", raised.notice)

    def _tell(self, lines: list[AckLine], alarms: list[Raised]) -> None:
        self.receiver.publish([_ack(line) for line in lines])
        for raised in alarms:
            payload = b"" if raised.notice is None else json.dumps(raised.notice).encode()
            # At once and without waiting for an answer; the scheduler sends it again from the outbox, with one.
            self.receiver.publish_retained(f"wk/v1/{raised.appliance.id}/notice", payload)
            log.warning(
                "alarm" if raised.alarm.on else "alarm_over",
                text=raised.alarm.evidence.note,
                appliance=raised.appliance.id,
                fault=raised.alarm.fault,
                level=str(raised.alarm.level),
            )

    def _settle_gaps(self, stop: threading.Event) -> None:
        """Give up gaps whose time is over; this too is stored before it is told."""
        now_s = monotonic()
        if not self._gaps:
            return
        due = [
            (appliance, step)
            for key in self._gaps
            if (appliance := self.registry.appliances.get(key))
            and (step := pass_time(appliance.mark, now_s)).mark is not appliance.mark
        ]
        if not due or stop.is_set():
            return
        try:
            connection = self._connected()
            with connection.transaction():
                store.set_marks(
                    connection,
                    {a.key: (s.mark.seq, from_us(s.mark.newest_us)) for a, s in due if s.mark.seq is not None},
                )
                for appliance, step in due:
                    if step.gap is not None and step.gap.last >= step.gap.first:
                        store.add_gap(connection, appliance.key, *step.gap)
        except (psycopg.Error, Unavailable) as error:
            log.warning("database_away", text="a gap is settled later", why=_words(error))
            self._drop_connection()
            return
        for appliance, step in due:
            appliance.mark = step.mark
            if not step.mark.waiting:
                self._gaps.discard(appliance.key)
        self.receiver.publish([_ack(AckLine(a.id, *s.ack)) for a, s in due if s.ack])

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            connection = self.connect()
            connection.add_notify_handler(lambda notify: self._note_change(notify.pid))
            store.listen(connection)
            self._connection = connection
            self.registry = Registry()  # what was true before the break may be true no more
            self._gaps = set()
        return self._connection

    def _hear(self, connection: Connection) -> None:
        """What others have said since the last statement; else the first batch after a claim would not know of it."""
        connection.pgconn.consume_input()
        while notify := connection.pgconn.notifies():
            self._note_change(notify.be_pid)

    def _note_change(self, by_pid: int) -> None:
        if self._connection is not None and by_pid != self._connection.info.backend_pid:
            self._registry_changed = True

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect_exclusively(
    connect: Callable[[], Connection], client_id: str, patience_s: float, stop: threading.Event
) -> Connection:
    """A connection that holds the lock on `client_id`; Conflict if another worker keeps it for `patience_s`."""
    deadline = monotonic() + patience_s
    while True:
        connection = connect()
        if store.lock_client(connection, client_id):
            return connection
        connection.close()
        if monotonic() > deadline or stop.is_set():
            raise Conflict(f"another worker runs as {client_id}; give this one another WELLKEPT_CLIENT_ID")
        stop.wait(0.5)


def _decoded(delivery: Delivery) -> Decoded:
    try:
        topic = delivery.topic.decode()
    except UnicodeDecodeError:
        topic = delivery.topic.decode("utf-8", "replace")
        return Decoded(delivery, topic, [Refused(why=Refusal.NOT_TEXT, detail="the topic is not UTF-8")])
    items = decode(topic, delivery.payload, delivery.received_us)
    if delivery.retained:
        # A retained value was said at an unknown time before we came; only what carries its own time is a reading.
        items = [item for item in items if _is_timed(item, delivery)]
    return Decoded(delivery, topic, items)


def _arriving_now(one: Decoded) -> Decoded:
    """Stamped anew: who looks for rows by their arrival must not find that they came while nobody could store them."""
    return one._replace(delivery=one.delivery._replace(received_us=time.time_ns() // 1000))


def _stamped_in_time(decoded: Iterable[Decoded], began_us: int) -> list[Decoded]:
    """What waited long for its turn arrives when its transaction begins: scoring reads by arrival what no open
    transaction may still add to (decision 0061)."""
    return [one if began_us - one.delivery.received_us < LONG_WAIT_US else _arriving_now(one) for one in decoded]


def _is_timed(item: Item, delivery: Delivery) -> bool:
    return not isinstance(item, Reading | Cycle | Event) or item.at_us != delivery.received_us


def _is_dead(one: Decoded) -> bool:
    return len(one.items) == 1 and isinstance(one.items[0], Refused) and one.items[0].why is Refusal.DATABASE


def _buried(one: Decoded, why: str) -> Refused:
    """A dead letter for the only item of a message, with its number: kept whole, so the appliance may forget it."""
    item = one.items[0] if one.items else None
    fragment = item.fragment if isinstance(item, Refused) else fragment_of(item)
    device, seq = None if item is None else item.device, getattr(item, "seq", None)
    return Refused(why=Refusal.DATABASE, detail=why, fragment=fragment, device=device, seq=seq)


def _ack(line: AckLine) -> tuple[str, bytes]:
    seq = "null" if line.seq is None else str(line.seq)
    return f"wk/v1/{line.appliance_id}/ack", f'{{"seq": {seq}, "ts": {line.at_us / 1e6:.6f}}}'.encode()


def _words(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
