"""Parts are held ready for orders that somebody agreed to, and let go of when the order is over."""

from domain.errors import Conflict
from scheduler.work import ACTOR, Counts, Work, log
from store.database import translated
from store.part_supply import orders_to_supply, release_over, supply_order


def supply_parts(work: Work) -> Counts:
    """Each order in a transaction of its own; one that somebody else changes right now waits for the next round."""
    connection = work.connection
    with translated():
        with connection.transaction():
            released = release_over(connection, actor=ACTOR)
        held = 0
        for order_id in orders_to_supply(connection):
            if not work.keep_on():
                break
            try:
                with translated(), connection.transaction():
                    held += supply_order(connection, order_id, actor=ACTOR, now=work.now)
            except Conflict as error:
                log.warning("parts_wait", text="parts of an order wait for the next round", reason=str(error))
    return {"held": held, "released": released}
