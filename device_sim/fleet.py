"""All simulated homes: blocks advanced together to an instant of data time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from device_sim.block import Block
from device_sim.description import HomeSpec, appliance_id, draw_home
from device_sim.fault_catalogue import FAULTS, UNPLANNED, contract_name
from device_sim.fault_plans import plan_faults
from device_sim.params import SimParams
from device_sim.tables import Event, Table
from device_sim.watch import Episode

BLOCK_HOMES: Final = 192  # bounds memory: about 250 arrays of 1440 x 192 at a time
SPLIT_FROM: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """What really happened to an appliance; None where it did not (yet)."""

    appliance_id: str
    fault: str
    onset: datetime
    detectable: datetime | None
    failure: datetime | None
    end: datetime | None
    abrupt: bool


class Fleet:
    """Simulated homes. `advance_to` is the only thing that makes time pass; the same calls give the same rows."""

    def __init__(self, params: SimParams) -> None:
        self.params = params
        plans = plan_faults(params)
        specs = [draw_home(params, index) for index in range(params.homes)]
        self.blocks = [Block(params, group, plans) for group in group_homes(specs)]
        self._block_of = {spec.index: block for block in self.blocks for spec in block.specs}

    @property
    def time_s(self) -> int:
        """Data time in Unix seconds that every home has reached."""
        return min(block.time_s for block in self.blocks)

    def advance_to(self, until_s: float) -> tuple[list[Table], list[Event]]:
        """Simulate whole minutes that end no later than `until_s`, at most to each block's next local midnight."""
        tables: list[Table] = []
        events: list[Event] = []
        for block in self.blocks:
            new_tables, new_events = block.advance(int(until_s))
            tables.extend(new_tables)
            events.extend(new_events)
        return tables, events

    def relieve(self, home: int, fault: str) -> None:
        """The owner of home index `home` undoes a self-care fault now."""
        self._block_of[home].relieve(home, fault)

    def severity(self, home: int, fault: str) -> float:
        """Severity in [0, 1] of `fault` in home index `home`, now."""
        return self._block_of[home].severity(home, fault)

    def truth(self) -> list[TruthRow]:
        """What has begun so far, with the instants it was detectable, failed, ended."""
        return [row for block in self.blocks for row in block_truth(block)]


def block_truth(block: Block) -> list[TruthRow]:
    """What has begun so far in one block."""
    rows: list[TruthRow] = []
    origin = datetime.fromtimestamp(block.midnight_s(), UTC)
    for record in block.faults.records:
        plan = record.plan
        kind = FAULTS[plan.fault]
        if plan.onset_day >= block.elapsed_days or (kind.abrupt and kind.watched):
            continue  # not yet; or what came of it is an episode, unless nobody was there to overload anything
        fails = plan.fault not in UNPLANNED
        rows.append(
            TruthRow(
                appliance_id=appliance_id(plan.home, plan.where),
                fault=contract_name(plan.fault),
                onset=origin + timedelta(days=plan.onset_day),
                detectable=_at(origin, record.detectable_day),
                failure=_at(origin, record.failure_day) if fails else None,
                end=_at(origin, record.end_day),
                abrupt=kind.abrupt or plan.sudden,
            )
        )
    return rows + [_episode_row(origin, episode, block.elapsed_days) for episode in block.episodes]


def _episode_row(origin: datetime, episode: Episode, elapsed_days: float) -> TruthRow:
    """A condition that the physics showed; without an end if it still holds."""
    return TruthRow(
        appliance_id=appliance_id(episode.home, episode.part),
        fault=contract_name(episode.fault),
        onset=origin + timedelta(days=episode.onset_day),
        detectable=_at(origin, episode.hazard_day),
        failure=_at(origin, episode.hazard_day),
        end=_at(origin, episode.end_day if episode.end_day < elapsed_days - 1e-6 else None),
        abrupt=True,
    )


def _at(origin: datetime, day: float | None) -> datetime | None:
    return None if day is None else origin + timedelta(days=day)


def group_homes(specs: list[HomeSpec], *, block_homes: int = BLOCK_HOMES) -> list[list[HomeSpec]]:
    """Blocks of homes of the same site, in order, about equal and at most `block_homes` each; at least two
    blocks from `SPLIT_FROM` homes on, so that two cores have work.
    """
    by_site: dict[int, list[HomeSpec]] = {}
    for spec in specs:
        by_site.setdefault(spec.site.index, []).append(spec)
    groups: list[list[HomeSpec]] = []
    for homes in by_site.values():
        alone = len(by_site) == 1 and len(homes) >= SPLIT_FROM
        count = max(-(-len(homes) // block_homes), 2 if alone else 1)
        size = -(-len(homes) // count)
        groups.extend(homes[i : i + size] for i in range(0, len(homes), size))
    return groups
