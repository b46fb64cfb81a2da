"""Look for appliances, and whole homes, that are not heard of although they should be."""

from datetime import UTC, datetime

from domain.signals import Kind
from models.homes.silence import (
    RHYTHM,
    SHORTEST,
    Heard,
    HomeSilence,
    SilenceParams,
    anchor_of,
    state_as_json,
    state_from_json,
    watch_home,
)
from scheduler.work import Counts, Work, log
from store.database import Connection, translated
from store.findings import record_verdict
from store.homes import HomeAppliance, away, home_appliances, keep_silence, lock_silence, quiet_households, rhythm

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def notice_silence(work: Work) -> Counts:
    """One transaction per home; homes that are heard of cost nothing."""
    limit = work.now - SilenceParams().limit
    silent = back = 0
    with translated():
        for household_id in quiet_households(work.connection, limit):
            if not work.keep_on():
                break
            with work.connection.transaction():
                present, absent = _look_at(work.connection, household_id, work.now, limit)
            silent, back = silent + present, back + absent
    if silent:
        log.info("silence", text="appliances or homes have fallen silent", findings=silent)
    return {"silent": silent, "back": back}


def _look_at(connection: Connection, household_id: str, now: datetime, limit: datetime) -> tuple[int, int]:
    stored = lock_silence(connection, household_id)
    before = HomeSilence() if stored is None else state_from_json(stored)
    appliances = {one.id: one for one in home_appliances(connection, household_id)}
    if not appliances:
        keep_silence(connection, household_id, None)
        return 0, 0
    heard = [_heard(connection, one, limit) for one in appliances.values()]
    anchor = anchor_of((one.id, one.kind == Kind.CIRCUIT, one.circuit_id) for one in appliances.values())
    state, said = watch_home(before, heard, now, anchor=anchor, away=away(connection, household_id))
    for one in said:
        if one.appliance in appliances:  # it may have moved to another home meanwhile
            held = appliances[one.appliance]
            record_verdict(connection, held.key, Kind(held.kind), one.verdict, now)
    if state != before:
        keep_silence(connection, household_id, None if state == HomeSilence() else state_as_json(state))
    return sum(one.verdict.present for one in said), sum(not one.verdict.present for one in said)


def _heard(connection: Connection, one: HomeAppliance, limit: datetime) -> Heard:
    """The rhythm is looked up only where it matters."""
    if one.last > limit:
        return Heard(one.id, _LONG_AGO, one.last, SHORTEST)
    found = rhythm(connection, one.key, one.last, RHYTHM)
    usual = max(SHORTEST, found.usual or SHORTEST)
    return Heard(one.id, found.first or one.last, one.last, usual, one.only_power and one.kind != Kind.CIRCUIT)
