"""Owners' messages leave by mail, in order, at least once; what cannot be delivered becomes a call."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.deliver import deliver
from scheduler.mail import TRIES, mail_owners
from scheduler.mailer import mail_server
from scheduler.work import Work
from store.database import Connection
from store.outbox import tell_owner
from tests.integration.api_homes import NOW, add_home
from tests.integration.scheduler_homes import work_on
from tests.mail_server import mail_server as running

pytestmark = pytest.mark.integration
SENDER = "Care <care@example.org>"


def work_at(connection: Connection, url: str, now: datetime) -> Work:
    work = work_on(connection, now)
    return replace(work, settings=replace(work.settings, mail=mail_server(url, SENDER)))


def home(connection: Connection, name: str, email: str) -> None:
    add_home(connection, name)
    connection.execute(
        "UPDATE household SET contact = jsonb_build_object('email', %s::text) WHERE id = %s", (email, name)
    )


def tell(connection: Connection, household: str, text: str, kind: str = "reminder") -> None:
    tell_owner(connection, household, {"kind": kind, "text": text, "about": {}})


def calls(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT household_id, urgent, about FROM obligation WHERE kind = 'call_back' ORDER BY number"
    ).fetchall()


def test_messages_go_out_in_order_wait_for_the_server_and_end_as_calls(connection: Connection) -> None:
    for name, email in (("home-a", "a@example.org"), ("home-b", "gone@example.org"), ("home-c", "")):
        home(connection, name, email)
    for text in ("first", "second"):
        tell(connection, "home-a", text)
    tell(connection, "home-b", "for nobody", "alarm")
    tell(connection, "home-c", "no address")
    tell(connection, "home-c", "no address either")
    tell(connection, "home-c", "when may we come", "consent")
    with running() as server:
        assert deliver(work_at(connection, server.url, NOW))["told"] == 0  # the mail job does it
        server.answers = {"a@example.org": "451 come back later", "gone@example.org": "550 no such box"}
        assert mail_owners(work_at(connection, server.url, NOW)) == {"mailed": 0, "later": 2, "to_call": 4}
        assert [(who, urgent) for who, urgent, _ in calls(connection)] == [("home-b", True), ("home-c", False)]
        assert "550 no such box): for nobody" in calls(connection)[0][2]

        server.answers = {}
        soon, later = NOW + timedelta(seconds=59), NOW + timedelta(minutes=1)
        assert mail_owners(work_at(connection, server.url, soon)) == {"mailed": 0, "later": 0, "to_call": 0}
        assert mail_owners(work_at(connection, server.url, later)) == {"mailed": 2, "later": 0, "to_call": 0}
        assert [mail.get_content().strip() for mail in server.taken] == ["first", "second"]
        assert mail_owners(work_at(connection, server.url, later))["mailed"] == 0  # once


def test_a_server_that_stays_away_ends_in_one_call(connection: Connection) -> None:
    home(connection, "home-a", "a@example.org")
    tell(connection, "home-a", "hello")
    with running() as server:
        server.answers = {"a@example.org": "451 come back later"}
        for hours in range(TRIES):
            assert calls(connection) == []
            mail_owners(work_at(connection, server.url, NOW + timedelta(hours=hours)))
        ((who, urgent, about),) = calls(connection)
        assert (who, urgent, "hello" in about) == ("home-a", False, True)
