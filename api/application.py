"""The HTTP API, wired together in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from prometheus_client import CollectorRegistry
from starlette.routing import BaseRoute

from api import calendars, console, health, live, metrics, owner_home_page, owner_pages
from api.asked import refuse_unknown
from api.guard import Guard
from api.problems import MEDIA_TYPE, Problem, install_problems
from api.routes import (
    absence,
    appliances,
    campaigns,
    cases,
    catalogue,
    consents,
    dead_letters,
    devices,
    electrical,
    field,
    findings,
    households,
    job_sheet,
    knowledge,
    links,
    models,
    obligations,
    opinions,
    orders,
    part_orders,
    participations,
    parts,
    people,
    prices,
    reliability,
    reminders,
    service_quality,
    settlements,
    suspensions,
    technician_record,
    telemetry,
    visits,
    work_appeals,
)
from api.settings import NOTICE, ApiSettings
from store.api_pool import closed_pool

ABOUT = f"""Appliance care that acts before the failure. {NOTICE}

Lists come in pages: `limit` and the opaque `cursor` of the page before. Errors are problem documents (RFC 9457). Times
are RFC 3339 in UTC. Every POST takes an `Idempotency-Key`; what people edit has an ETag, to be sent as `If-Match`."""
_PROBLEM = {"model": Problem, "content": {MEDIA_TYPE: {}}}


def create_app(settings: ApiSettings) -> FastAPI:
    """The application; it connects to the database when it is started, not when it is made."""
    pool = closed_pool(settings.database_url, settings.pool_size, settings.pool_wait_s)
    registry = CollectorRegistry()
    registry.register(metrics.DatabaseFigures(pool))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool.open(wait=False)  # a database that is away makes answers of 503, not a process that does not start
        try:
            async with live.live(settings, pool) as app.state.broadcast:
                yield
        finally:
            pool.close(timeout=5)

    app = FastAPI(
        title="Wellkept",
        version="1",
        description=ABOUT,
        docs_url=None,  # its pages would come from another site
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.settings, app.state.pool, app.state.registry = settings, pool, registry
    app.router.routes.extend(_routes())
    install_problems(app)
    app.add_middleware(metrics.Measured, metrics=metrics.RequestMetrics(registry))
    app.add_middleware(Guard, settings=settings)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """All routes. They know nothing of an application and building them takes a second, so once a process will do."""
    router = APIRouter(
        responses={
            422: {**_PROBLEM, "description": "What is wrong with the request."},
            "default": {**_PROBLEM, "description": "Any other error."},
        }
    )
    for part in (
        *(households, absence, telemetry, appliances, devices, findings, reminders, orders, catalogue, dead_letters),
        *(reliability, cases, electrical, opinions, service_quality, technician_record, settlements, work_appeals),
        *(campaigns, participations, consents),
        *(parts, part_orders, field, obligations, links),
        *(models, knowledge),
        *(people, suspensions, prices, visits),
        live,
    ):
        router.include_router(part.router, prefix="/api/v1", dependencies=[Depends(refuse_unknown)])
    for part in (health, metrics, console, calendars, owner_pages, owner_home_page, job_sheet):
        router.include_router(part.router)
    router.include_router(electrical.pages)
    return tuple(router.routes)
