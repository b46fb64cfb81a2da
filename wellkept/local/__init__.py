"""The embedded runtime: a real TimescaleDB and a real Mosquitto on this computer, without root or Docker."""

from wellkept.local.broker import RunningBroker, set_password, start_mosquitto
from wellkept.local.errors import LocalRuntimeError
from wellkept.local.packages import Installed, ensure_installed
from wellkept.local.postgres import RunningPostgres, start_postgres
from wellkept.local.processes import free_port
from wellkept.local.services import LanAccess, Services, install_runtime, local_services
from wellkept.local.supervisor import RestartPolicy, Supervisor

__all__ = [
    "Installed",
    "LanAccess",
    "LocalRuntimeError",
    "RestartPolicy",
    "RunningBroker",
    "RunningPostgres",
    "Services",
    "Supervisor",
    "ensure_installed",
    "free_port",
    "install_runtime",
    "local_services",
    "set_password",
    "start_mosquitto",
    "start_postgres",
]
