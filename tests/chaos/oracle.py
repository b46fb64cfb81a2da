"""What the senders' own logs say against what the database holds."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from psycopg.sql import SQL, Identifier

from store.database import Connection


class Said(NamedTuple):
    """One reading; what names it."""

    appliance_id: str
    seq: int
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the senders say they did."""

    values: dict[Said, float]
    acknowledged: dict[str, int]
    """The highest number that each appliance was told is stored."""
    acknowledged_at: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict; all four are empty when the promise was kept."""

    lost: list[Said]
    twice: list[Said]
    invented: list[Said]
    altered: list[Said]

    @property
    def kept(self) -> bool:
        """Whether every reading is there exactly once as it was said, and nothing else."""
        return not (self.lost or self.twice or self.invented or self.altered)

    def __str__(self) -> str:
        parts = (f"{len(getattr(self, name))} {name}" for name in ("lost", "twice", "invented", "altered"))
        return ", ".join(parts)


def read_logs(files: Iterable[Path]) -> Sent:
    """The senders' logs; a last line cut short is none."""
    values: dict[Said, float] = {}
    acknowledged: dict[str, int] = {}
    at: list[float] = []
    for file in files:
        for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
            entry = json.loads(line)
            if "acked" in entry:
                acknowledged[entry["id"]] = max(entry["acked"], acknowledged.get(entry["id"], 0))
                at.append(entry["at"])
            else:
                values[Said(entry["id"], entry["seq"], entry["ts"])] = entry["value"]
    return Sent(values=values, acknowledged=acknowledged, acknowledged_at=sorted(at))


def judge(connection: Connection, sent: Sent, tables: Iterable[str]) -> Judgement:
    """Compare every row of these tables with every line of the logs."""
    stored: list[tuple[Said, float, float]] = []
    for table in tables:
        rows = connection.execute(
            SQL(
                "SELECT a.id, r.seq, round(extract(epoch FROM r.time) * 1000000)::bigint, r.power_w, r.energy_kwh"
                " FROM {} r JOIN appliance a ON a.key = r.appliance_key"
            ).format(Identifier(table))
        )
        stored += [(Said(id_, seq, at_us), power, energy) for id_, seq, at_us, power, energy in rows]
    times = Counter(said for said, _, _ in stored)
    return Judgement(
        lost=sorted(sent.values.keys() - times.keys()),
        twice=sorted(said for said, n in times.items() if n > 1),
        invented=sorted(times.keys() - sent.values.keys()),
        altered=sorted(
            said for said, power, energy in stored if (power, energy) != (sent.values.get(said, power), said.seq)
        ),
    )
