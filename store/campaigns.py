"""Consents, tips and campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.care_plans import DueTip, Owned
from domain.errors import NotFound
from domain.signals import Kind
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("campaigns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a home said about a purpose, last."""

    purpose: str
    given: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TipHome:
    """A home that consented to tips; `last` is the day of its newest tip."""

    household_id: str
    owned: tuple[Owned, ...]
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTip:
    """A care tip that a home was told; `occasion` is what for, such as a season and its year."""

    sent_at: datetime
    household_id: str
    appliance_id: str
    code: str
    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign; `appliances` counts its appliances by state, or by why they were left out."""

    id: UUID
    number: int
    state: str
    type: str
    title: str
    text: str
    kind: str
    maker: str | None
    model: str | None
    batch: str | None
    firmware: str | None
    climate: str | None
    region: str | None
    timezone: str | None
    installed_before: date | None
    visit: bool
    announced_at: datetime | None
    version: int
    appliances: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """One appliance in a campaign, with the last word on it: whose, what, when."""

    id: UUID
    appliance_id: str
    household_id: str
    state: str
    left_out: str | None
    finding_id: UUID | None
    invited_at: datetime
    answered_by: str | None
    answer: str | None
    answered_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a draft selects and what of it would be asked; homes that would not be, by why."""

    appliances: int
    households: int
    asked_appliances: int
    asked_households: int
    no_consent: int
    asked_lately: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A home to tell of a campaign, and its appliances that are meant."""

    household_id: str
    appliance_ids: list[str]


def say_consent(
    connection: Connection, household_id: str, purpose: str, *, given: bool, actor: str, at: datetime
) -> None:
    """Keep what a home said; earlier words stay in its history."""
    values = {"household_id": household_id, "purpose": purpose, "given": given, "actor": actor, "at": at}
    connection.execute(_SQL["say_consent"], values)


def read_consents(connection: Connection, household_id: str) -> list[Consent]:
    """What a home said about each purpose, last."""
    return rows(connection, Consent, _SQL["consents"], {"household_id": household_id})


def consents_version(connection: Connection, household_id: str) -> int:
    """How often the home has said anything: changes with every word."""
    found = connection.execute(_SQL["consents_version"], {"household_id": household_id}).fetchone()
    assert found is not None, "a count always has a row"
    return int(found[0])


def list_tips(connection: Connection, limit: int) -> list[SaidTip]:
    """The newest tips that were said."""
    return rows(connection, SaidTip, _SQL["tips"], {"limit": limit})


def tip_homes(connection: Connection) -> list[TipHome]:
    """Every home that consented to tips."""
    homes: dict[str, tuple[list[Owned], date | None]] = {}
    for household_id, key, kind, latitude, climate, installed_on, told, last in connection.execute(
        _SQL["tip_homes"]
    ).fetchall():
        said = frozenset((code, occasion) for code, _, occasion in (one.partition(" ") for one in told))
        owned = Owned(
            key=key, kind=Kind(kind), latitude=latitude, climate=climate, installed_on=installed_on, told=said
        )
        homes.setdefault(household_id, ([], last))[0].append(owned)
    return [TipHome(household_id=home, owned=tuple(owned), last=last) for home, (owned, last) in homes.items()]


def add_tip(connection: Connection, household_id: str, due: DueTip, at: datetime) -> bool:
    """Note that a tip is said; False if it was before."""
    values = {
        "appliance_key": due.key,
        "code": due.tip.code,
        "occasion": due.occasion,
        "household_id": household_id,
        "sent_at": at,
    }
    return connection.execute(_SQL["add_tip"], values).fetchone() is not None


def list_campaigns(connection: Connection, after: int | None, limit: int) -> list[Campaign]:
    """Campaigns, newest first, from after number `after`."""
    return rows(connection, Campaign, _SQL["page"], {"after": after, "limit": limit})


def read_campaign(connection: Connection, campaign_id: UUID) -> Campaign:
    """One campaign; NotFound."""
    found = row(connection, Campaign, _SQL["one"], {"id": campaign_id})
    if found is None:
        raise NotFound(f"there is no campaign {campaign_id}")
    return found


def add_campaign(connection: Connection, values: Mapping[str, Any]) -> UUID:
    """A draft."""
    added = connection.execute(_SQL["add"], values).fetchone()
    assert added is not None, "an INSERT with RETURNING answers"
    return UUID(str(added[0]))


def preview(connection: Connection, campaign_id: UUID, asked_after: datetime) -> Reach:
    """Whom a draft would select, and whom of them it would ask now."""
    found = row(connection, Reach, _SQL["preview"], {"id": campaign_id, "asked_after": asked_after})
    assert found is not None, "counts always have a row"
    return found


def invite(connection: Connection, campaign_id: UUID, at: datetime, asked_after: datetime) -> list[Invited]:
    """Select, note who is left out and why, and return the homes to tell."""
    connection.execute(_SQL["announce"], {"id": campaign_id, "at": at})
    connection.execute(_SQL["invite"], {"id": campaign_id, "at": at, "asked_after": asked_after})
    return rows(connection, Invited, _SQL["invited"], {"id": campaign_id})


def list_participations(
    connection: Connection, campaign_id: UUID, after: str | None, limit: int
) -> list[Participation]:
    """A campaign's appliances by id, from after `after`."""
    values = {"id": campaign_id, "after": after, "limit": limit}
    return rows(connection, Participation, _SQL["participations"], values)


def read_participation(connection: Connection, campaign_id: UUID, appliance_id: str) -> Participation:
    """One appliance's part in a campaign; NotFound."""
    values = {"id": campaign_id, "appliance_id": appliance_id}
    found = row(connection, Participation, _SQL["participation"], values)
    if found is None:
        raise NotFound(f"appliance {appliance_id} is not in this campaign")
    return found


def open_check(connection: Connection, part: Participation, title: str, at: datetime) -> UUID | None:
    """The finding that makes the accepted check a job; the one of another campaign if the appliance has one already."""
    values = {"appliance_id": part.appliance_id, "at": at, "since": at.isoformat(), "title": title}
    opened = connection.execute(_SQL["open_finding"], values).fetchone()
    opened = opened or connection.execute(_SQL["open_check"], values).fetchone()
    if opened is None:
        return None
    connection.execute(_SQL["set_finding"], {"id": part.id, "finding_id": opened[0]})
    return UUID(str(opened[0]))


def accepted_parts(connection: Connection, campaign_id: UUID) -> list[Participation]:
    """What owners accepted of a campaign and nobody has done yet, locked."""
    return rows(connection, Participation, _SQL["accepted"], {"id": campaign_id})


def needless_check(connection: Connection, part_id: UUID) -> UUID | None:
    """The open check that is not wanted any more once this part is declined; None if there is none."""
    found = connection.execute(_SQL["needless_check"], {"id": part_id}).fetchone()
    return None if found is None else UUID(str(found[0]))


def finish_checks(connection: Connection) -> int:
    """End the findings of checks whose visit was made; how many."""
    return len(connection.execute(_SQL["finish"]).fetchall())


def done_parts(connection: Connection) -> list[UUID]:
    """Accepted participations whose check is finished."""
    return [UUID(str(part_id)) for (part_id,) in connection.execute(_SQL["done"]).fetchall()]
