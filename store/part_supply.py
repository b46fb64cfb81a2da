"""Parts for orders: predicted from the findings, reserved as near as possible, asked for where they are missing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.part_needs import Usage, parts_to_bring, predict_parts
from domain.parts import Item, Target, candidates, choose, store_of, van_of
from store.api_rows import rows
from store.database import Connection
from store.part_transfers import request_transfer, supplier_chain
from store.sql import queries
from store.stock import Held, free_stock, load_catalogue, lock_free, reserve, step_reservation

_SQL = queries("part_supply")
SUPPLIED = frozenset({"approved", "offered", "confirmed", "scheduled", "en_route", "on_site", "reopened"})
"""States of an order in which its parts are held ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One task and what it is about."""

    task_id: UUID
    order_id: UUID
    appliance_id: str
    kind: str
    maker: str | None
    model: str | None
    fault: str
    probability: float
    parts: list[str]
    outcome: str | None

    @property
    def target(self) -> Target:
        """What parts have to fit."""
        return Target(kind=self.kind, maker=self.maker, model=self.model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a task will probably need: the chance that it is used, what could fill it, what is held, what is missing."""

    task_id: UUID
    appliance_id: str
    role: str
    probability: float
    candidates: list[str]
    held: list[Held] = field(default_factory=list)
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A part that an order under way lacks, with what was tried."""

    task_id: UUID
    order_id: UUID
    number: int
    outlet_id: str | None
    visit_starts: datetime | None
    role: str
    explanation: str
    since: datetime


def list_shortages(connection: Connection) -> list[Shortage]:
    """What orders under way lack, the longest known first; at most 500."""
    return rows(connection, Shortage, _SQL["all_shortages"], {})


def part_usage(connection: Connection) -> dict[tuple[str, str], Usage]:
    """What visits so far used, by kind and fault."""
    return {
        (kind, fault): Usage(jobs=jobs, used=used)
        for kind, fault, jobs, used in connection.execute(_SQL["usage"]).fetchall()
    }


def read_needs(connection: Connection, order_id: UUID) -> list[Need]:
    """What an order's tasks will probably need and what of it is there, most likely first within a task."""
    values = {"order_id": order_id}
    jobs = rows(connection, Job, _SQL["needs"], values)
    usage, catalogue = part_usage(connection), load_catalogue(connection)
    filled = _filled(connection, order_id)
    missing = {(task, role): text for task, role, text in connection.execute(_SQL["shortages"], values)}
    return [
        Need(
            task_id=job.task_id,
            appliance_id=job.appliance_id,
            role=role,
            probability=round(chance, 3),
            candidates=[item.id for item in candidates(role, job.target, catalogue)],
            held=filled.get((job.task_id, role), []),
            missing=missing.get((job.task_id, role)),
        )
        for job in jobs
        for role, chance in _chances(job, usage).items()
    ]


def orders_to_supply(connection: Connection) -> list[UUID]:
    """Orders that somebody agreed to and whose tasks lack something."""
    return [order_id for (order_id,) in connection.execute(_SQL["to_supply"]).fetchall()]


def supply_order(connection: Connection, order_id: UUID, *, actor: str, now: datetime) -> int:
    """Reserve what the order's tasks will probably need, or ask for it; how many pieces were newly held or asked for.

    From the van of the technician, then the outlet, then the second level. What nobody has is said as a shortage.
    """
    order = connection.execute(_SQL["order"], {"id": order_id}).fetchone()
    if order is None:
        raise NotFound(f"there is no order {order_id}")
    state, _, technician_id, outlet_id = order
    if state not in SUPPLIED:
        return 0
    near = [*([van_of(technician_id)] if technician_id else []), *([store_of(outlet_id)] if outlet_id else [])]
    _release_wrong_vans(connection, order_id, near, actor)
    usage, catalogue = part_usage(connection), load_catalogue(connection)
    filled = _filled(connection, order_id)
    coming = {(task, role): number for task, role, number in connection.execute(_SQL["coming"], {"order_id": order_id})}
    done = 0
    for job in rows(connection, Job, _SQL["needs"], {"order_id": order_id}):
        for role in () if job.outcome else _chances(job, usage):
            if (job.task_id, role) in filled:
                _clear(connection, job.task_id, role)
            elif (job.task_id, role) not in coming:
                options = candidates(role, job.target, catalogue)
                done += _supply(connection, job, role, options, near, actor, now)
    return done


def release_over(connection: Connection, *, actor: str) -> int:
    """Let go of what is held for orders that are over; what was picked stays in the van, free for others."""
    found = connection.execute(_SQL["to_release"]).fetchall()
    for reservation_id, _, state in found:
        step_reservation(connection, reservation_id, "released", actor=actor, reason=f"the order is {state}")
    return len(found)


def _chances(job: Job, usage: Mapping[tuple[str, str], Usage]) -> dict[str, float]:
    needs = predict_parts(job.kind, job.fault, usage.get((job.kind, job.fault), Usage()), extra=job.parts)
    return parts_to_bring(job.probability, needs)


def _filled(connection: Connection, order_id: UUID) -> dict[tuple[UUID, str], list[Held]]:
    filled: dict[tuple[UUID, str], list[Held]] = defaultdict(list)
    for task_id, role, reservation_id, part_id, quantity, place, state in connection.execute(
        _SQL["filled"], {"order_id": order_id}
    ):
        filled[(task_id, role)].append(
            Held(
                id=reservation_id, order_id=order_id, task_id=task_id, part_id=part_id,
                quantity=quantity, place=place, state=state,
            )
        )  # fmt: skip
    return filled


def _release_wrong_vans(connection: Connection, order_id: UUID, near: list[str], actor: str) -> None:
    """Pieces in the van of somebody who does not come any more are of no use to this order."""
    for held_list in _filled(connection, order_id).values():
        for held in held_list:
            if held.state == "reserved" and held.place.startswith("van:") and held.place not in near:
                step_reservation(connection, held.id, "released", actor=actor, reason="another technician comes")


def _supply(
    connection: Connection, job: Job, role: str, options: list[Item], near: list[str], actor: str, now: datetime
) -> int:
    if not options:
        what = " ".join(word for word in (job.maker, job.model) if word) or f"this {job.kind.replace('_', ' ')}"
        return _miss(connection, job, role, f"the catalogue has no {role} for {what}: add one with POST /parts", now)
    found = choose(options, lock_free(connection, [item.id for item in options], near), near)
    if found is not None:
        item, place = found
        reserve(connection, job.task_id, item.id, 1, place, actor=actor, why=f"{role} for {job.fault}")
        _clear(connection, job.task_id, role)
        return 1
    if not near:
        return _miss(connection, job, role, "the order has no outlet yet: choose one, or a technician", now)
    return _ask_second_level(connection, job, role, options, near[-1], actor, now)


def _ask_second_level(
    connection: Connection, job: Job, role: str, options: list[Item], to_place: str, actor: str, now: datetime
) -> int:
    chain = supplier_chain(connection, to_place)
    found = choose(options, free_stock(connection, chain), chain)
    if found is None:
        names = " or ".join(item.id for item in options[:3])
        asked = f"{', '.join((to_place, *chain))} have none" if chain else f"{to_place} has none and no supplier"
        return _miss(connection, job, role, f"no {names}: {asked}; order it, or move it from elsewhere", now)
    transfer = request_transfer(connection, found[0].id, 1, to_place, task_id=job.task_id, asked_by=actor, now=now)
    return _miss(
        connection, job, role, f"on its way: transfer {transfer.number} from {found[1]} to {to_place}", now
    ) + int(transfer.state == "shipped")


def _miss(connection: Connection, job: Job, role: str, explanation: str, now: datetime) -> int:
    values: dict[str, Any] = {"task_id": job.task_id, "role": role, "explanation": explanation, "now": now}
    connection.execute(_SQL["miss"], values)
    return 0


def _clear(connection: Connection, task_id: UUID, role: str) -> None:
    connection.execute(_SQL["no_longer_missed"], {"task_id": task_id, "role": role})
