"""Who can bring the parts: pieces are dealt out once, the dearest visits first, so that no plan spends one twice."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dispatch.rules import Stock, objection, outlets_by_distance
from domain.visits import FieldTechnician, Job


def deal_parts(jobs: Iterable[Job], technicians: Sequence[FieldTechnician], stock: Stock) -> dict[str, frozenset[str]]:
    """For each job that needs parts, in the order given: the technicians who may count on having them.

    From the shelf of the nearest outlet that has them, all able technicians of it; else whoever carries them in the
    van, if need be with what the shelf adds; empty if nobody has them. Each piece is dealt once.
    """
    shelves = {outlet: Counter(parts) for outlet, parts in stock.items()}
    vans = {technician.id: Counter(technician.van) for technician in technicians}
    return {job.order_id: _deal(job, technicians, shelves, vans) for job in jobs if job.parts}


def _deal(
    job: Job, technicians: Sequence[FieldTechnician], shelves: dict[str, Counter[str]], vans: dict[str, Counter[str]]
) -> frozenset[str]:
    needed = Counter(job.parts)
    full = {t.outlet_id: needed for t in technicians}  # with every part on the shelf, what else stands against it?
    for outlet_id in outlets_by_distance(job, technicians):
        able = [t for t in technicians if t.outlet_id == outlet_id and objection(job, t, full) is None]
        shelf = shelves.setdefault(outlet_id, Counter())
        if able and needed <= shelf:
            shelf -= needed
            shelves[outlet_id] = shelf
            return frozenset(t.id for t in able)
        for technician in able:
            van = vans[technician.id]
            if needed <= van + shelf:
                from_van = needed & van
                vans[technician.id] = van - from_van
                shelves[outlet_id] = shelf - (needed - from_van)
                return frozenset({technician.id})
    return frozenset()
