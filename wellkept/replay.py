"""`wellkept replay`: a recording played through the broker, as its devices would send it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device_sim.link import Broker, Link
from device_sim.tables import Event, Reading
from domain.errors import BadInput, Unavailable
from models.evaluation.case import open_case
from models.evaluation.doubts import doubts_of
from models.evaluation.refusals import lines_of, refusals_of
from wellkept.recordings import Recording, Row, open_recording
from wellkept.registration import register
from wellkept.replay_messages import READERS, RecordedMessage, messages_of
from wellkept.replay_report import Report
from wellkept.settings import Settings

BUFFER = 8_000
HOLD_BELOW = 1_000
PATIENCE_S = 120.0
AFTERWARDS = """not counted as stored: events, and rows that were stored before
hazards are said at once; the models judge at the scheduler's next run, within a quarter of an hour (WELLKEPT_PACE=demo:
within seconds), as of the newest readings; `wellkept evaluate` tells night by night what came and went in between"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to play."""

    speed: float = 0.0
    """Times the recorded pace; 0 is as fast as the readings are acknowledged."""
    days: float | None = None


def replay(folder: Path, settings: Settings, options: Options) -> None:
    """Play the recording in `folder`; returns when everything is stored, Unavailable if that does not happen."""
    if folder.is_dir() and any((folder / name).is_dir() for name in READERS):
        _replay_messages(folder, settings)
        return
    recording = open_recording(folder)
    if recording.is_case:
        case = open_case(folder)
        for line in (*lines_of(case, refusals_of(case)), *doubts_of(case)):
            click.echo(line, err=True)
    if settings.api_url:
        register(f"{settings.api_url}/api/v1", recording.households, recording.appliances)
        click.echo(f"{len(recording.appliances)} appliances of {len(recording.households)} homes are registered")
    else:
        click.echo("no API in reach: devices that nobody registered stay unclaimed, with their readings", err=True)
    with Report(settings.database_url) as report:
        started = time.time()
        rows = _play(recording, settings.mqtt_url, options)
        names = {("native", appliance["id"]) for appliance in recording.appliances}
        report.add(str(folder.name), rows, names, started)
        report.show()
    click.echo(AFTERWARDS)


def _play(recording: Recording, mqtt_url: str, options: Options) -> int:
    names = [appliance["id"] for appliance in recording.appliances]
    link = Link(
        Broker.parse(mqtt_url), f"wk-replay-{names[0]}", names, limit=BUFFER, on_notice=lambda notice: None,
        clock=time.monotonic,
    )  # fmt: skip
    link.start()
    sent = 0
    try:
        for sent, row in enumerate(_paced(_numbered(recording, options), options.speed), start=1):
            while link.room < HOLD_BELOW:
                _push(link)
            _hand_over(link, row)
            if sent % 200 == 0:
                link.send()
                _show(sent, row, link)
        deadline, before = time.monotonic() + PATIENCE_S, link.unacked
        while link.unacked:
            _push(link)
            if link.unacked < before:
                deadline, before = time.monotonic() + PATIENCE_S, link.unacked
            if time.monotonic() > deadline:
                raise Unavailable(f"{link.unacked} readings are not acknowledged: does `wellkept ingest` run?")
    finally:
        click.echo(err=True)
        link.stop()
    return sent


def _push(link: Link) -> None:
    link.send()
    time.sleep(0.005)  # the acknowledgements come on another thread


def _hand_over(link: Link, row: tuple[int, Row]) -> None:
    seq, (_, ts, name, topic, measures) = row
    if topic == "event":
        link.send_event(Event(appliance_id=name, ts=ts, code=str(measures["code"]), active=bool(measures["active"])))
    else:
        link.add(Reading(appliance_id=name, topic=topic, ts=ts, seq=seq, measures=measures))


def _numbered(recording: Recording, options: Options) -> Iterator[tuple[int, Row]]:
    counters: dict[str, int] = {}
    end_s: float | None = None
    for row in recording.rows():
        if options.days is not None:
            end_s = end_s or row.arrived_s + options.days * 86_400
            if row.arrived_s > end_s:
                return
        if row.topic != "event":
            counters[row.appliance_id] = counters.get(row.appliance_id, 0) + 1
        yield counters.get(row.appliance_id, 0), row


def _paced(rows: Iterator[tuple[int, Row]], speed: float) -> Iterator[tuple[int, Row]]:
    start: tuple[float, float] | None = None
    for number, row in rows:
        if speed > 0:
            start = start or (row.arrived_s, time.monotonic())
            ahead_s = (row.arrived_s - start[0]) / speed - (time.monotonic() - start[1])
            if ahead_s > 0:
                time.sleep(ahead_s)
        yield number, row


_shown = [0.0, 0.0]


def _show(sent: int, row: tuple[int, Row], link: Link) -> None:
    now_s = time.monotonic()
    if now_s - _shown[0] >= 1.0:
        rate = (sent - _shown[1]) / (now_s - _shown[0])
        _shown[:] = [now_s, sent]
        at = time.strftime("%Y-%m-%d %H:%M", time.gmtime(row[1].ts))
        click.echo(
            f"\r{at}  {sent:,} sent, {rate:,.0f}/s, {link.unacked:,} not yet acknowledged   ", nl=False, err=True
        )


def _replay_messages(folder: Path, settings: Settings) -> None:
    try:
        recorded = list(messages_of(folder))
    except ValueError as error:
        raise BadInput(str(error)) from error
    by_source: dict[str, list[RecordedMessage]] = {}
    for message in recorded:
        by_source.setdefault(message.source.split("/", 1)[0], []).append(message)
    with Report(settings.database_url) as report, _publisher(settings.mqtt_url) as publish:
        for source, messages in by_source.items():
            started, handled = time.time(), report.handled()
            for message in messages:
                publish(message.topic, message.payload)
            report.await_handled(handled + len(messages))
            report.add_messages(source, messages, started)
            click.echo(f"{source}: {len(messages)} messages sent", err=True)
        report.show()


class _publisher:
    """Publishes at QoS 1 and waits for the broker's word, one message after the other, so that their order holds."""

    def __init__(self, mqtt_url: str) -> None:
        broker = Broker.parse(mqtt_url)
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        try:
            self._client.connect(broker.host, broker.port)
        except OSError as error:
            raise Unavailable(f"no broker at {broker.host}:{broker.port}: {error}") from error

    def __enter__(self) -> Callable[[str, bytes], None]:
        self._client.loop_start()
        return lambda topic, payload: self._client.publish(topic, payload, qos=1).wait_for_publish(10)

    def __exit__(self, *exception: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
