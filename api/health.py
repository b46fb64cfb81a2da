"""Whether the process lives, and whether it can do its work: database, broker, lag of ingest."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import paho.mqtt.client as mqtt
from fastapi import APIRouter, Request, Response
from paho.mqtt.enums import CallbackAPIVersion

from api.requests import Answer, as_json
from api.settings import NOTICE, ApiSettings
from domain.errors import Unavailable
from store.api_figures import read_figures
from store.api_pool import Pool, transaction
from store.editions import detect_edition
from store.workers import Worker, workers

router = APIRouter(tags=["operation"])
BROKER_WAIT_S = 3.0
SILENT_S = 60.0
"""A process that has not spoken for so long is not counted as healthy (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether this process can do its work, and what it found when it looked."""

    ready: bool
    database: dict[str, Any]
    broker: dict[str, Any]
    ingest: dict[str, Any]
    """`lag_s`: seconds since the newest reading arrived; it grows when nothing is sent, too."""
    processes: list[dict[str, Any]]
    """The other processes as they last spoke."""
    notice: str = NOTICE


@router.get("/healthz", summary="Whether the process lives")
def healthz() -> dict[str, str]:
    """Always the same answer; it asks nobody."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether the work can be done", response_model=Readiness)
def readyz(request: Request) -> Response:
    """Database with its edition, broker, seconds since the newest reading; 503 if one of the first two is missing."""
    settings: ApiSettings = request.app.state.settings
    database, newest, processes = _database(request.app.state.pool)
    broker = _broker(settings.mqtt_url)
    lag_s = None if newest is None else round((settings.now() - newest).total_seconds(), 3)
    readiness = Readiness(
        ready=database["ok"] and broker["ok"],
        database=database,
        broker=broker,
        ingest={"newest_received_at": newest, "lag_s": lag_s},
        processes=processes,
    )
    return as_json(Answer(value=readiness, status=200 if readiness.ready else 503))


def _database(pool: Pool) -> tuple[dict[str, Any], datetime | None, list[dict[str, Any]]]:
    try:
        with transaction(pool) as connection:
            edition = detect_edition(connection)
            newest = read_figures(connection).newest_received_at
            processes = [_process(worker) for worker in workers(connection)]
    except Unavailable:
        return {"ok": False, "detail": "the database does not answer"}, None, []
    return {"ok": True, "edition": edition.name, "timescaledb": edition.version}, newest, processes


def _process(worker: Worker) -> dict[str, Any]:
    silent_s = round(worker.silent_for.total_seconds(), 1)
    return {
        "name": worker.name,
        "healthy": worker.healthy and silent_s < SILENT_S,
        "silent_s": silent_s,
        "text": worker.text,
        "counters": dict(worker.counters),
    }


def _broker(url: str) -> dict[str, Any]:
    """A real MQTT CONNECT with the credentials of `url`, answered within BROKER_WAIT_S."""
    parts = urlsplit(url)
    answers: list[str] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"wellkept-ready-{uuid4().hex[:8]}")
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.append(str(reason))
    client.connect_timeout = BROKER_WAIT_S
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set()
    try:
        client.connect(parts.hostname or "127.0.0.1", parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        ends = monotonic() + BROKER_WAIT_S
        while not answers and monotonic() < ends:
            if client.loop(timeout=0.1) != mqtt.MQTT_ERR_SUCCESS:
                break
    except (OSError, ValueError):
        return {"ok": False, "detail": "the broker does not answer"}
    finally:
        with suppress(OSError, ValueError):
            client.disconnect()
    if answers != ["Success"]:
        return {"ok": False, "detail": f"the broker says: {answers[0] if answers else 'nothing'}"}
    return {"ok": True}
