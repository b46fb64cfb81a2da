"""Prometheus metrics: requests as they pass, and figures of the database when they are asked for."""

from collections.abc import Iterator
from time import perf_counter

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Unavailable
from store.api_figures import Figures, read_figures, read_lags
from store.api_pool import Pool, transaction

router = APIRouter(tags=["operation"])

_GAUGES = {
    "findings_open": "Findings that are open or acknowledged.",
    "findings_urgent": "Urgent findings that are open or acknowledged.",
    "reminders_open": "Reminders that wait for the owner.",
    "orders_open": "Service orders that are open.",
    "orders_proposed": "Service orders that wait for a planner.",
    "dead_letters": "Messages or parts of them that could not be stored as readings.",
    "appliances": "Appliances that are registered.",
    "visits_avoided": "Technician's faults that a remote step ended without a visit.",
    "visits_held_back": "Decided visits that wait for room in the visit budget.",
    "devices_unclaimed": "Devices that nobody has claimed.",
    "kinds_fallen_back": "Kinds of which another model than the champion speaks, because their data has drifted.",
    "reviews_waiting": "Units that are unlike anything healthy, without a name for it.",
    "readings_stored": "Readings stored, as the database estimates it.",
}


class RequestMetrics:
    """Counts requests by route, method and status, and how long they took."""

    def __init__(self, registry: CollectorRegistry):
        self._requests = Counter(
            "wellkept_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "wellkept_http_request_seconds", "Time to the end of the answer.", ("method", "route"), registry=registry
        )

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class Measured:
    """ASGI middleware that tells the metrics of every request; streams are counted when they end."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics):
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            route = _template(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.record(method, route, status, perf_counter() - started)


def _template(scope: Scope) -> str:
    """The address with its ids as names: each id would make a time series of its own."""
    if "route" not in scope:
        return "other"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(part, part) for part in scope["path"].split("/"))


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"})


class DatabaseFigures(Collector):
    """Reads the figures when the metrics are scraped."""

    def __init__(self, pool: Pool):
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        """The figures, or only that the database does not answer."""
        try:
            with transaction(self._pool) as connection:
                figures, lags = read_figures(connection), read_lags(connection)
        except Unavailable:
            yield GaugeMetricFamily("wellkept_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("wellkept_database_up", "Whether the database answers.", value=1)
        yield from _families(figures)
        yield GaugeMetricFamily(
            "wellkept_ingest_batch_open_seconds",
            "Since the oldest transaction began in which a worker of ingest stores readings; scoring waits for it.",
            value=lags.batch_open_s,
        )
        yield GaugeMetricFamily(
            "wellkept_scoring_behind_seconds",
            "From the newest arrival that scoring has seen to the newest there is.",
            value=lags.scoring_behind_s,
        )

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand, so that registering asks no database."""
        return iter(())


def _families(figures: Figures) -> Iterator[Metric]:
    for name, about in _GAUGES.items():
        yield GaugeMetricFamily(f"wellkept_{name}", about, value=getattr(figures, name))
    yield CounterMetricFamily(
        "wellkept_readings_inserted",
        "Rows put into the tables of readings since the database's statistics began.",
        value=figures.readings_inserted,
    )


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(request: Request) -> Response:
    """Requests, readings, open findings, reminders and orders, dead letters."""
    return Response(generate_latest(request.app.state.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
