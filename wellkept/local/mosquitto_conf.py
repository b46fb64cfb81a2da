"""The configuration of the embedded Mosquitto, as text."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from wellkept.local.errors import LocalRuntimeError

# Mosquitto's own default queue drops the 1001st message to an absent reader without a word, hence the limits below.
# Bytes and not messages are bounded: 512 MB per reader (E) hold about two million readings, then $SYS counts drops.
# Packets above 2 MB are refused: twice the largest payload that must be answered (1 MB).
# Persistence is a convenience (sessions, retained states): what is promised rests on the acknowledgement after
# commit, so the store is saved every 5 s (E) and not, at great cost, after every message.
_ALWAYS = """\
per_listener_settings false
persistence true
persistence_file mosquitto.db
autosave_on_changes false
autosave_interval 5
persistent_client_expiration 14d
max_queued_messages 0
max_queued_bytes 536870912
max_inflight_messages 0
max_packet_size 2097152
set_tcp_nodelay true
sys_interval 5
retain_available true
connection_messages false
log_dest stderr
log_timestamp true
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type error
log_type warning
log_type notice
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where the broker listens and who may come in; ``password_file`` may be None only on the loopback address."""

    port: int
    bind: str = "127.0.0.1"
    password_file: Path | None = None
    acl_file: Path | None = None

    def __post_init__(self) -> None:
        if self.password_file is None and not is_loopback(self.bind):
            raise LocalRuntimeError(
                f"a broker on {self.bind} without passwords would be open to the whole network",
                "give it a password file or bind it to 127.0.0.1",
            )


def is_loopback(bind: str) -> bool:
    """Say whether only this computer can reach the address ``bind``."""
    if bind == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return False


def render_mosquitto_conf(listener: Listener, data_dir: Path) -> str:
    """Return ``mosquitto.conf`` for the store in ``data_dir``."""
    lines = [
        f"listener {listener.port} {listener.bind}",
        f"allow_anonymous {'true' if listener.password_file is None else 'false'}",
        f"persistence_location {data_dir}/",
    ]
    if listener.password_file is not None:
        lines.append(f"password_file {listener.password_file}")
    if listener.acl_file is not None:
        lines.append(f"acl_file {listener.acl_file}")
    return "\n".join(lines) + "\n" + _ALWAYS
