"""Mails are written so that mail programs read them, and handed to a real server that says yes, no, or later."""

import smtplib
import socket
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import BadInput
from notify.letters import letter
from notify.phrases import ENGLISH
from scheduler.mailer import hand_over, mail_server
from tests.mail_server import mail_server as running

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENDER = "Care <care@example.org>"


def mail(number: int, to: str = "home@example.org", text: str = "Küche: all is well."):  # type: ignore[no-untyped-def]
    return number, letter(number, "booked", text, to=to, name="Home 1", sender=SENDER, at=AT, say=ENGLISH)


def test_a_server_takes_refuses_for_good_or_for_now_and_each_mail_stands_alone() -> None:
    with running() as server:
        server.answers = {"gone@example.org": "550 no such box", "full@example.org": "452 box is full"}
        found = hand_over(
            mail_server(server.url, SENDER),
            [mail(1), mail(2, "gone@example.org"), mail(3, "full@example.org"), mail(4, text="A line\n.\nof dots")],
        )
        assert found.done == [1, 4]
        assert found.refused == {2: "550 no such box"}
        assert found.later == {3: "452 box is full"}
        first, second = server.taken
    assert (first["Subject"], first["To"], first["From"]) == (
        "Your visit is booked",
        "Home 1 <home@example.org>",
        "Care <care@example.org>",
    )
    assert first.get_content().strip() == "Küche: all is well."
    assert first["Message-ID"] == f"<wellkept-1-{int(AT.timestamp())}@example.org>"
    assert second.get_content().split() == ["A", "line", ".", "of", "dots"]


def test_without_a_server_everything_is_for_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, so nobody else takes it, and not listening
        away = mail_server(f"smtp://127.0.0.1:{taken.getsockname()[1]}", SENDER)
        found = hand_over(away, [mail(1), mail(2)])
    assert (found.done, found.refused, sorted(found.later)) == ([], {}, [1, 2])


def test_a_server_that_wants_nobody_to_log_in_is_for_later_too() -> None:
    with running() as server:
        found = hand_over(mail_server(server.url.replace("//", "//user:secret@"), SENDER), [mail(1)])
    assert smtplib.SMTPNotSupportedError.__name__ in found.later[1]


@pytest.mark.parametrize(
    ("url", "sender", "says"),
    [
        ("mailto:x", SENDER, "begins with one of"),
        ("smtp://", SENDER, "begins with one of"),
        ("smtp://host:port", SENDER, "no port"),
        ("smtp://user:secret@mail.example.org", SENDER, "in the clear"),
        ("smtps://mail.example.org", "", "WELLKEPT_MAIL_FROM"),
    ],
)
def test_an_address_that_cannot_work_says_what_to_do_and_never_the_password(url: str, sender: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as found:
        mail_server(url, sender)
    assert "secret" not in str(found.value)


def test_ports_and_secrets_of_an_address() -> None:
    server = mail_server("smtps://user%40home:p%40ss@mail.example.org", SENDER)
    assert (server.port, server.user, server.password) == (465, "user@home", "p@ss")
    assert "p@ss" not in repr(server)
    assert mail_server("smtp+starttls://mail.example.org", SENDER).port == 587


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
@example("@0", "", "")
def test_whatever_people_enter_adds_no_header(to: str, name: str, text: str) -> None:
    try:
        made = letter(1, None, text, to=to, name=name, sender=SENDER, at=AT, say=ENGLISH)
    except BadInput:
        return
    read = message_from_bytes(made.as_bytes(), policy=policy.default)
    assert sorted(read.keys()) == sorted(made.keys())
    assert len(read["To"].addresses) == 1
