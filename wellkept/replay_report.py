"""The table at the end of a replay: source, messages, readings stored, dead letters with their reasons."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

import click

from domain.errors import Unavailable
from domain.readings import Refused
from ingest.dialects import decode
from store.database import Connection, connect
from store.replay import dead_letter_details, dead_letters, handled, stored_rows
from wellkept.replay_messages import RecordedMessage

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """What became of one source."""

    source: str
    messages: int
    stored: int
    refused: dict[str, int]
    details: list[tuple[str, str, str]] = field(default_factory=list)


class Report:
    """Counts in the database; without a database address it counts nothing and says so."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: Connection | None = None
        self._results: list[SourceResult] = []

    def __enter__(self) -> Self:
        if self._url:
            self._connection = connect(self._url, application="wellkept-replay", autocommit=True)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def handled(self) -> int:
        """Messages the workers have worked off so far."""
        return handled(self._connection).messages if self._connection else 0

    def await_handled(self, messages: int) -> None:
        """Wait until the workers have worked off so many; Unavailable if they stand still."""
        deadline, before = time.monotonic() + PATIENCE_S, -1
        while self._connection is not None:
            now = handled(self._connection)
            if now.messages >= messages and now.waiting == 0:
                return
            if now.messages > before:
                deadline, before = time.monotonic() + PATIENCE_S, now.messages
            if time.monotonic() > deadline:
                raise Unavailable("the messages are not worked off: does `wellkept ingest` run?")
            time.sleep(0.2)

    def add(self, source: str, messages: int, devices: Collection[tuple[str, str]], since_s: float) -> None:
        """Count what became of native appliances."""
        topics = [f"wk/v1/{name}/{what}" for _, name in devices for what in ("telemetry", "cycle", "event")]
        self._count(source, messages, devices, topics, since_s)

    def add_messages(self, source: str, messages: list[RecordedMessage], since_s: float) -> None:
        """Count what became of these messages."""
        now_us = time.time_ns() // 1000
        items = [item for m in messages for item in decode(m.topic, m.payload, now_us)]
        devices = {(i.device.dialect, i.device.name) for i in items if not isinstance(i, Refused)}
        self._count(source, len(messages), devices, {m.topic for m in messages}, since_s)

    def _count(
        self, source: str, messages: int, devices: Collection[tuple[str, str]], topics: Collection[str], since_s: float
    ) -> None:
        if self._connection is None:
            return
        self._results.append(
            SourceResult(
                source=source,
                messages=messages,
                stored=stored_rows(self._connection, devices, since_s),
                refused=dead_letters(self._connection, topics, since_s),
                details=dead_letter_details(self._connection, topics, since_s),
            )
        )

    def show(self) -> None:
        """Print the table, and below it why each dead letter is one."""
        if self._connection is None:
            click.echo("no database address: what became of it is counted only with WELLKEPT_DATABASE_URL")
            return
        click.echo(f"\n{'source':<24}{'messages':>10}{'stored':>12}{'dead letters':>14}  reasons")
        for result in self._results:
            reasons = ", ".join(f"{count} {reason}" for reason, count in result.refused.items())
            total = sum(result.refused.values())
            click.echo(f"{result.source:<24}{result.messages:>10,}{result.stored:>12,}{total:>14,}  {reasons}")
        details = [detail for result in self._results for detail in result.details]
        if details:
            click.echo("\ndead letters:")
        for topic, reason, detail in details[:100]:
            click.echo(f"  {topic}  {reason}: {detail}")
