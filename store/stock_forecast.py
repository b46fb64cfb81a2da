"""What the forecast of demand rests on, read from the database."""

from collections import defaultdict
from datetime import datetime

from domain.care_orders import Outlet, Place, nearest_outlet
from domain.demand import Due
from domain.stock_forecast import Fleet, Forecast, OpenCase, Supply, forecast_stock
from store.care_orders import load_outlets
from store.database import Connection
from store.part_supply import part_usage
from store.sql import queries

_SQL = queries("stock_forecast")


def forecast_parts(connection: Connection, now: datetime, weeks: int, outlet_id: str | None = None) -> list[Forecast]:
    """Demand by outlet and role for the coming weeks; of one outlet, or of all."""
    outlets = load_outlets(connection)
    supply = {
        (outlet, role): Supply(parts=tuple(parts), free=free, coming=coming, lead_days=lead)
        for outlet, role, parts, free, coming, lead in connection.execute(_SQL["supply"])
    }
    found = forecast_stock(
        _cases(connection, outlets), _fleet(connection, outlets), part_usage(connection), supply, now, weeks
    )
    return [f for f in found if outlet_id in (None, f.outlet_id) and (f.weeks[0].p90 or f.needed_p90 or f.free)]


def _cases(connection: Connection, outlets: list[Outlet]) -> list[OpenCase]:
    cases = []
    for row in connection.execute(_SQL["cases"]):
        kind, fault, urgency, probability, p10, p50, p90, latitude, longitude, outlet, visit, due_by, held, roles = row
        outlet = outlet or _nearest(latitude, longitude, outlets)
        if outlet is None:
            continue
        fixed = visit or (due_by if p50 is None else None)
        cases.append(
            OpenCase(
                outlet_id=outlet,
                kind=kind,
                fault=fault,
                probability=probability,
                due=Due(fixed=fixed, p10=p10, p50=p50, p90=p90),
                certain_visit=held or urgency != "self",
                held=frozenset(roles),
            )
        )
    return cases


def _fleet(connection: Connection, outlets: list[Outlet]) -> Fleet:
    appliances: dict[tuple[str, str], int] = defaultdict(int)
    for _, latitude, longitude, kind, count in connection.execute(_SQL["fleet"]):
        outlet = _nearest(latitude, longitude, outlets)
        if outlet is not None:
            appliances[(outlet, kind)] += count
    found = {(kind, fault): count for kind, fault, count in connection.execute(_SQL["found"])}
    years = {kind: float(years) for kind, years in connection.execute(_SQL["years"])}
    return Fleet(appliances=appliances, found=found, years=years)


def _nearest(latitude: float | None, longitude: float | None, outlets: list[Outlet]) -> str | None:
    home = None if latitude is None or longitude is None else Place(latitude=latitude, longitude=longitude)
    found = nearest_outlet(home, outlets)
    return None if found is None else found.id
