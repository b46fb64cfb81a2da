"""Which TimescaleDB this is: the Community edition or the Apache edition, and what that means."""

from dataclasses import dataclass

from domain.errors import Unavailable
from store.database import Connection
from store.sql import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The edition and version of the extension; `community` has columnstore, continuous aggregates and policies."""

    community: bool
    version: str

    @property
    def name(self) -> str:
        """`community` or `apache`."""
        return "community" if self.community else "apache"


def detect_edition(connection: Connection) -> Edition:
    """Ask the database; Unavailable if it has no TimescaleDB."""
    row = connection.execute(queries("migrate")["edition"]).fetchone()
    if row is None:
        raise Unavailable("this database has no TimescaleDB extension; CREATE EXTENSION timescaledb needs to work")
    return Edition(community=row[0] == "timescale", version=row[1])
