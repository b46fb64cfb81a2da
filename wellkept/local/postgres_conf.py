"""The configuration of the embedded PostgreSQL, as text."""

from pathlib import Path

# For two cores and a few GB of memory, of which the programs beside it need most. (E) throughout; the timescaledb
# and jit lines are forced by the packages (see package_list), random_page_cost is the usual value for flash disks.
_ALWAYS = """\
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
jit = off
unix_socket_directories = ''
password_encryption = scram-sha-256
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
wal_compression = lz4
random_page_cost = 1.1
max_worker_processes = 16
max_parallel_workers_per_gather = 1
max_locks_per_transaction = 256
tcp_keepalives_idle = 30
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %a '
log_min_messages = warning
log_lock_waits = on
"""

_DURABLE = """\
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica
"""

_FAST_UNSAFE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
"""


def render_postgres_conf(*, port: int, cluster: Path, max_connections: int, fast_unsafe: bool) -> str:
    """Return ``postgresql.conf`` for the data folder ``cluster``.

    ``fast_unsafe`` gives up durability for speed: only for tests that do not test durability.
    """
    own = {
        "listen_addresses": "'127.0.0.1'",
        "port": str(port),
        "max_connections": str(max_connections),
        "hba_file": _quoted(cluster / "pg_hba.conf"),
        "ident_file": _quoted(cluster / "pg_ident.conf"),
    }
    lines = "".join(f"{name} = {value}\n" for name, value in own.items())
    return lines + _ALWAYS + (_FAST_UNSAFE if fast_unsafe else _DURABLE)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
