"""Handing mails to a server over SMTP; one connection for all that wait."""

import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from domain.errors import BadInput

PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PERMANENT: Final = 500
"""Answers from here on will be the same next time (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are handed over, and from whom they come; BadInput says what is wrong with an address."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What became of the mails, by number: `refused` for good with the reason, `later`: nobody took it yet."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    later: dict[int, str] = field(default_factory=dict)


def mail_server(url: str, sender: str) -> MailServer:
    """From `smtps://[USER:PASSWORD@]HOST[:PORT]`, `smtp+starttls://…` or `smtp://…`; BadInput says what is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadInput("WELLKEPT_SMTP_URL has no port from 1 to 65535") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadInput(f"WELLKEPT_SMTP_URL begins with one of {', '.join(f'{one}://' for one in PORTS)} and a name")
    if parts.username and parts.scheme == "smtp" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise BadInput("WELLKEPT_SMTP_URL would send its password in the clear; use smtps:// or smtp+starttls://")
    if "@" not in sender:
        raise BadInput("WELLKEPT_MAIL_FROM has to say from whom mails come, such as Care <care@example.org>")
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )


def hand_over(server: MailServer, mails: Iterable[tuple[int, EmailMessage]]) -> HandedOver:
    """Send the mails in order; a server that fails in between leaves the rest for later."""
    result, waiting = HandedOver(), list(mails)
    try:
        with _open(server) as session:
            while waiting:
                _send(session, *waiting[0], result)
                waiting.pop(0)
    except (OSError, smtplib.SMTPException) as error:
        result.later.update(dict.fromkeys((number for number, _ in waiting), _said(error)))
    return result


def _open(server: MailServer) -> smtplib.SMTP:
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        session: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    try:
        if server.scheme == "smtp+starttls":
            session.starttls(context=ssl.create_default_context())
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _send(session: smtplib.SMTP, number: int, mail: EmailMessage, result: HandedOver) -> None:
    """One mail; what the server says of this one is kept, what it says of itself is raised."""
    try:
        session.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _judge(number, code, text, result)
    except smtplib.SMTPDataError as error:
        _judge(number, error.smtp_code, error.smtp_error, result)
    else:
        result.done.append(number)


def _judge(number: int, code: int, text: bytes | str, result: HandedOver) -> None:
    said = f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    (result.refused if code >= PERMANENT else result.later)[number] = said[:300]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
