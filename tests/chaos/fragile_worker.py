"""A worker whose network thread breaks on one message, once: what a bug in a callback would do."""

import sys
from pathlib import Path

from ingest.paho_receiver import PahoReceiver
from wellkept.command_line import main

_on_packet = PahoReceiver._on_packet
BROKEN = "broken-once"


def break_once(self: PahoReceiver, first: int, body: bytes) -> None:
    """Raise on the first message that asks for it; the mark left behind says that it has happened."""
    mark = Path(sys.argv[1]) / BROKEN
    if b"break, please" in body and not mark.exists():
        mark.touch()
        raise RuntimeError("as the test wanted")
    _on_packet(self, first, body)


if __name__ == "__main__":
    PahoReceiver._on_packet = break_once  # type: ignore[method-assign]
    main(["ingest"])
