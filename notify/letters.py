"""A message to an owner as a mail: plain text, with a name of its own so that a second copy can be told."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from domain.errors import BadInput
from notify.phrases import Phrases


def letter(
    number: int, kind: str | None, text: str, *, to: str, name: str, sender: str, at: datetime, say: Phrases
) -> EmailMessage:
    """The mail; `number` names it for good, however often it is sent. BadInput if an address is none."""
    mail = EmailMessage()
    mail["From"] = _address(sender)
    mail["To"] = _address(to, name)
    mail["Subject"] = say.subjects.get(kind or "", say.subjects["*"])
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<wellkept-{number}-{int(at.timestamp())}@{_address(sender).domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answer wanted
    mail.set_content(text)
    return mail


def _address(text: str, name: str = "") -> Address:
    said, spec = parseaddr(text)
    try:
        found = Address(display_name=(name or said).replace("\r", " ").replace("\n", " "), addr_spec=spec)
    except (MessageError, ValueError, IndexError) as error:
        raise BadInput(f"{text[:100]!r} is no mail address") from error
    if not found.username or not found.domain or not found.addr_spec.isascii():
        raise BadInput(f"{text[:100]!r} is no mail address")
    return found
