"""Live publisher: simulated homes against any broker, as fast as asked, never ahead of the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from device_sim.description import appliance_id, household_id, parts_of
from device_sim.fleet import Fleet
from device_sim.link import Broker, Link
from device_sim.owner import Owners
from device_sim.pace import Pace
from device_sim.params import SimParams
from device_sim.tables import Sequencer
from device_sim.wire import Notice

BUFFER_READINGS: Final = 8_000  # per appliance, hard limit
HOLD_BELOW: Final = 3_000  # room under which data time stops
LONGEST_STRIDE_S: Final = 6 * 3600  # of data time at once: a circuit at ten seconds then adds 2160 readings at most
TICK_S: Final = 0.05
DRAIN_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a running publisher stands."""

    data_time_s: float
    sent: int
    acknowledged: int
    unacked: int
    held: bool
    trouble: str | None


def publish(
    params: SimParams,
    broker: Broker,
    *,
    speed: float,
    stopped: Callable[[], bool],
    report: Callable[[Progress], None],
    client_prefix: str = "wk-sim",
) -> Progress:
    """Run until `stopped()`, then wait a little for the last acknowledgements; returns the final state.

    The seq counters start at 1 in every process. Wellkept takes a low seq with a newer stamp for a restarted
    counter, while a jump upwards would look like lost readings; the buffer in turn ignores acknowledgements of
    numbers it never sent.
    """
    fleet, owners = Fleet(params), Owners(params)
    sequencer = Sequencer()
    notices: SimpleQueue[Notice] = SimpleQueue()
    links = [
        Link(
            broker,
            f"{client_prefix}-{household_id(home)}",
            [appliance_id(home, part) for part in parts_of(params, home)],
            limit=BUFFER_READINGS,
            on_notice=notices.put,
            clock=time.monotonic,
        )
        for home in range(params.homes)
    ]
    by_appliance = {
        appliance_id(home, part): links[home] for home in range(params.homes) for part in parts_of(params, home)
    }
    for link in links:
        link.start()
    pace = Pace(start_s=fleet.time_s, speed=speed, wall_s=time.time())
    sent = 0
    try:
        while not stopped():
            held = min(link.room for link in links) < HOLD_BELOW
            target_s = pace.target_s(time.time(), held=held)
            if not held:
                _advance(fleet, target_s, sequencer, by_appliance)
            sent += sum(link.send() for link in links)
            _heed(fleet, owners, notices)
            report(_progress(fleet, links, sent, held=held))
            time.sleep(TICK_S)
        give_up_s = time.monotonic() + DRAIN_S
        while any(link.unacked for link in links) and time.monotonic() < give_up_s:
            sent += sum(link.send() for link in links)
            time.sleep(TICK_S)
        return _progress(fleet, links, sent, held=False)
    finally:
        for link in links:
            link.stop()


def _advance(fleet: Fleet, target_s: float, sequencer: Sequencer, links: dict[str, Link]) -> None:
    tables, events = fleet.advance_to(min(target_s, fleet.time_s + LONGEST_STRIDE_S))
    for reading in sequencer.number(tables):
        links[reading.appliance_id].add(reading)
    for event in events:
        links[event.appliance_id].send_event(event)


def _heed(fleet: Fleet, owners: Owners, notices: "SimpleQueue[Notice]") -> None:
    while True:
        try:
            owners.read(notices.get_nowait(), fleet.time_s)
        except Empty:
            break
    for home, fault in owners.due(fleet.time_s):
        fleet.relieve(home, fault)


def _progress(fleet: Fleet, links: list[Link], sent: int, *, held: bool) -> Progress:
    return Progress(
        data_time_s=fleet.time_s,
        sent=sent,
        acknowledged=sum(link.acknowledged for link in links),
        unacked=sum(link.unacked for link in links),
        held=held,
        trouble=next((link.trouble for link in links if link.trouble), None),
    )
