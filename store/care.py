"""What the scheduler reads about households, and the reminders it writes; a household is locked while decided about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.care import Case, PastReminder, Sent
from domain.care_orders import Place
from domain.decision import Option
from domain.errors import NotFound
from domain.faults import Urgency, fault_of
from domain.findings import Evidence
from domain.services import PUTS_RIGHT
from domain.signals import Kind
from store.database import Connection
from store.sql import queries

_SQL = queries("care")


class Question(StrEnum):
    """What a round through the households is for; each has a query that finds the households it may concern."""

    REMIND = "households_to_remind"
    FOLLOW_UP = "households_to_follow_up"
    SETTLE = "households_to_settle"
    ALARM = "households_to_alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A household as decisions and words need it."""

    id: str
    place: Place | None
    zone: ZoneInfo
    language: str


def households(connection: Connection, question: Question) -> list[str]:
    """The households that the question may concern; the rule itself decides afterwards."""
    return [row[0] for row in connection.execute(_SQL[question]).fetchall()]


def lock_household(connection: Connection, household_id: str) -> Household:
    """Lock a household and its waiting reminders until the transaction ends; NotFound if it is gone."""
    row = connection.execute(_SQL["lock_household"], {"household_id": household_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no household {household_id}")
    connection.execute(_SQL["lock_reminders"], {"household_id": household_id})
    latitude, longitude, timezone, language = row
    place = None if latitude is None or longitude is None else Place(latitude=latitude, longitude=longitude)
    return Household(id=household_id, place=place, zone=zone_of(timezone), language=language)


def zone_of(name: str) -> ZoneInfo:
    """The time zone by its name; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def load_cases(connection: Connection, household_id: str) -> list[Case]:
    """Every open finding of the household."""
    put_right = [(action, fault) for action, faults in PUTS_RIGHT.items() for fault in sorted(faults)]
    actions, faults = zip(*put_right, strict=True)
    asked = {"household_id": household_id, "actions": list(actions), "faults": list(faults)}
    rows = connection.execute(_SQL["cases"], asked).fetchall()
    return [_case(row) for row in rows]


def _case(row: tuple[Any, ...]) -> Case:
    (finding_id, key, appliance_id, kind, room, fault, urgency, evidence, judged_at, cleared_at, fails_p10, data_at,
     reminder_id, reminder_state, reminder_data_at, answer_by, snoozed_until, probability, fails_p50, fails_p90, option,
     reason, waits_until, decided_on, went_at) = row  # fmt: skip
    reminder = None
    if reminder_id is not None:
        reminder = Sent(
            id=reminder_id,
            state=reminder_state,
            data_at=reminder_data_at,
            answer_by=answer_by,
            snoozed_until=snoozed_until,
        )
    return Case(
        finding_id=finding_id,
        appliance_key=key,
        appliance_id=appliance_id,
        kind=Kind(kind),
        room=room,
        fault=fault_of(Kind(kind), fault),
        urgency=Urgency(urgency),
        evidence=evidence_of(evidence),
        judged_at=judged_at,
        cleared_at=cleared_at,
        fails_p10=fails_p10,
        data_at=data_at,
        reminder=reminder,
        probability=probability,
        fails_p50=fails_p50,
        fails_p90=fails_p90,
        decided=None if option is None else Option(option),
        decided_why=reason or "",
        waits_until=waits_until,
        decided_on=decided_on,
        went_at=went_at,
    )


def evidence_of(rows: list[dict[str, Any]]) -> tuple[Evidence, ...]:
    """Evidence as it lies in the database, back in its own type."""
    return tuple(
        Evidence(
            signal=row["signal"],
            expected=row["expected"],
            observed=row["observed"],
            unit=row["unit"],
            since=datetime.fromisoformat(row["since"]),
            note=row.get("note", ""),
            only_power=row.get("only_power", False),
        )
        for row in rows
    )


def past_reminders(connection: Connection, household_id: str) -> list[PastReminder]:
    """What the household was last reminded of."""
    rows = connection.execute(_SQL["past_reminders"], {"household_id": household_id}).fetchall()
    return [
        PastReminder(
            appliance_key=key,
            fault=fault,
            advisory=kind is not None and fault_of(Kind(kind), fault).urgency is Urgency.URGENT,
            data_at=data_at,
        )
        for key, kind, fault, data_at in rows
    ]


def add_reminder(
    connection: Connection, case: Case, household_id: str, *, text: str, sent_at: datetime, answer_by: datetime
) -> UUID | None:
    """Write the finding's reminder; None if it has one."""
    row = connection.execute(
        _SQL["add_reminder"],
        {
            "finding_id": case.finding_id,
            "household_id": household_id,
            "text": text,
            "sent_at": sent_at,
            "data_at": case.data_at,
            "answer_by": answer_by,
        },
    ).fetchone()
    return None if row is None else row[0]


def renew_reminder(
    connection: Connection, reminder_id: UUID, *, text: str, sent_at: datetime, data_at: datetime, answer_by: datetime
) -> None:
    """Write that a snoozed reminder was sent again."""
    connection.execute(
        _SQL["renew_reminder"],
        {"id": reminder_id, "text": text, "sent_at": sent_at, "data_at": data_at, "answer_by": answer_by},
    )


def tell_alarm_once(connection: Connection, finding_id: UUID, told_at: datetime) -> bool:
    """True the first time for a finding, False ever after."""
    return connection.execute(_SQL["tell_alarm"], {"finding_id": finding_id, "told_at": told_at}).fetchone() is not None
