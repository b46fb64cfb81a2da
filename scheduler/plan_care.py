"""Care that is due by age and water, which no signal shows: put on the list in time to be done with another visit."""

from domain.planned_care import AnodeParams, judge_anode
from domain.signals import Kind
from scheduler.work import Counts, Work
from store.database import translated
from store.findings import record_verdict
from store.planned_care import known_tanks


def plan_care(work: Work) -> Counts:
    """Judge the anode of every water heater whose age is known."""
    done = {"raised": 0, "over": 0}
    with translated(), work.connection.transaction():
        for key, data_at, tank in known_tanks(work.connection):
            verdict = judge_anode(tank, data_at, AnodeParams())
            recorded = record_verdict(work.connection, key, Kind.WATER_HEATER, verdict, work.now)
            if recorded is not None:
                done["raised"] += recorded.opened
                done["over"] += recorded.cleared
    return done
