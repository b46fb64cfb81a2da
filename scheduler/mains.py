"""Look at the mains voltage of every home beside its neighbours: a lost neutral is said within a minute."""

from datetime import timedelta
from typing import Final

from domain.readings import from_us, to_us
from domain.signals import Kind
from models.homes.mains import (
    MainsReading,
    not_after,
    region_of,
    share_of,
    state_as_json,
    state_from_json,
    watch_mains,
)
from scheduler.work import Counts, Work, log
from store.arrival import settled_until
from store.clocks import AHEAD
from store.database import translated
from store.findings import record_verdict
from store.homes import MainsRow, keep_mains, lock_mains, mains_readings

GRACE: Final = timedelta(seconds=2)
"""Batches of ingest that begin now become visible within it (E),"""
PATIENCE: Final = timedelta(seconds=45)
"""and one that is open for longer holds up no alarm, which is due within a minute: its readings are not looked at."""
LOOK_BACK: Final = timedelta(minutes=10)
"""After a longer pause (a scheduler that stood still) only this much is made up for: older is no alarm (E)."""


def watch_the_mains(work: Work) -> Counts:
    """Readings, memory and verdicts are one transaction, so that a round is done once or not at all."""
    with translated(), work.connection.transaction():
        received_from, stored = lock_mains(work.connection)
        received_to = max(settled_until(work.connection, work.now, GRACE), work.now - PATIENCE)
        remembered = state_from_json(stored)
        if received_from > received_to + PATIENCE + AHEAD:  # left by a clock that ran ahead: no alarm waits for that
            log.warning("clock_ran_ahead", text="the watch for lost neutrals goes on from now, a clock had run ahead")
            received_from, remembered = received_to - LOOK_BACK, not_after(remembered, to_us(received_to))
        if received_to <= received_from:
            return {}
        received_from = max(received_from, received_to - LOOK_BACK)
        rows = mains_readings(work.connection, received_from, received_to)
        readings = [reading for row in rows if (reading := _reading(row)) is not None]
        state, said = watch_mains(remembered, readings, to_us(received_to))
        for one in said:
            record_verdict(work.connection, int(one.circuit), Kind.CIRCUIT, one.verdict, from_us(one.said_us))
        keep_mains(work.connection, received_to, state_as_json(state))
    return {"alarms": sum(one.verdict.present for one in said), "ended": sum(not one.verdict.present for one in said)}


def _reading(row: MainsRow) -> MainsReading | None:
    share = share_of(row.voltage_v, row.nominal_v)
    if share is None:
        return None
    return MainsReading(
        home=row.household_id,
        region=region_of(row.latitude, row.longitude),
        circuit=str(row.key),
        at_us=to_us(row.at),
        received_us=to_us(row.received_at),
        share=share,
        upstream=share_of(row.upstream_v, row.nominal_v),
        nominal_v=row.nominal_v,
    )
