"""What detection is told of finished visits: reported tasks become services of their appliances."""

from uuid import UUID

from domain.field import Cause, Finished, services_of
from store.database import Connection
from store.services import note_service
from store.sql import queries

_SQL = queries("field")


def tell_services(connection: Connection, order_id: UUID) -> int:
    """Write the services of a completed order anew, from its tasks with a cause code; how many; 0 while under way.

    Telling twice, or after a correction, leaves exactly what the tasks say now. The time is the appliance's data time
    at completion, because detection lives on that clock.
    """
    tasks = connection.execute(_SQL["finished"], {"order_id": order_id}).fetchall()
    if not tasks:
        return 0
    told_by = f"order {tasks[0][5]}"
    connection.execute(_SQL["forget_services"], {"number": str(tasks[0][5]), "appliances": [task[0] for task in tasks]})
    told = 0
    for key, fault, found_fault, outcome, repaired, _, at, used in tasks:
        done = Finished(
            fault=fault,
            found_fault=found_fault,
            outcome=Cause(outcome),
            repaired=repaired,
            used=[(role, part) for role, part in used],
        )
        for service in services_of(done, at):
            note_service(connection, key, service, told_by)
            told += 1
    return told
