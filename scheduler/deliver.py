"""Deliver the outbox: notices to appliances over MQTT, messages to owners. At least once, in order per address."""

from scheduler.work import Counts, Work, log
from store.database import translated
from store.outbox import MQTT, OWNER, mark_refused, mark_sent, overtaken, waiting

MOST = 500
"""Messages per channel and round (E); the next round is half a second later."""


def deliver(work: Work) -> Counts:
    """Deliver what waits; a broker that is away keeps notices waiting and nothing else."""
    with translated():
        return {"told": _deliver_to_owners(work), "noticed": _deliver_notices(work)}


def _deliver_to_owners(work: Work) -> int:
    """Without a mail server an owner's message is delivered by saying so in the log, without its content."""
    if work.settings.mail is not None:
        return 0  # the job `mail` does it: a slow server must not hold up what appliances are to show
    messages = waiting(work.connection, OWNER, MOST)
    for message in messages:
        kind = (message.payload or {}).get("kind", "message")
        log.info("owner_told", text="a message went out to a household", message=message.id, kind=kind)
    if messages:
        mark_sent(work.connection, [message.id for message in messages], work.now)
    return len(messages)


def _deliver_notices(work: Work) -> int:
    messages = waiting(work.connection, MQTT, MOST)
    sent = work.publisher.publish(messages, work.keep_on)
    for message_id, why in sent.refused.items():
        log.error("notice_refused", text="the broker will never take this notice", message=message_id, why=why)
        mark_refused(work.connection, message_id, why)
    if sent.delivered:
        mark_sent(work.connection, sent.delivered, work.now)
        work.publisher.publish(overtaken(work.connection, sent.delivered), work.keep_on)
    return len(sent.delivered)
