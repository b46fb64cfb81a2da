"""Settings from the environment: one table of names, meanings and defaults; nothing else in the program reads it."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from domain.care import CareParams
from domain.decision_params import DecisionParams
from domain.errors import BadInput
from wellkept.care_settings import read_care
from wellkept.decision_settings import read_decision
from wellkept.running import DEMO, find_running

_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECRET_LEAST: Final = 32
"""Characters of a secret; `openssl rand -hex 32` makes a good one (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs; every field has a variable named in `VARIABLES`, or several."""

    database_url: str = ""
    mqtt_url: str = ""
    api_url: str = ""
    home: Path = Path(".wellkept")
    api_host: str = "127.0.0.1"
    api_port: int = 8000
    client_id: str = "wellkept-ingest-1"
    mqtt_filters: tuple[str, ...] = ("#",)
    retention_days: int | None = None
    log_format: str = "text"
    pace: str = "production"
    dask_url: str = ""
    score_processes: int = 1
    road_times_url: str = ""
    decision: DecisionParams = field(default_factory=DecisionParams)
    """Prices and budgets; their variables are those of `wellkept.decision_settings`."""
    care: CareParams = field(default_factory=CareParams)
    """How often owners are bothered; its variables are those of `wellkept.care_settings`."""
    link_secret: str = ""
    public_url: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""


VARIABLES: Mapping[str, tuple[str, str]] = {
    "database_url": ("WELLKEPT_DATABASE_URL", "TimescaleDB; empty: `wellkept up` starts its own"),
    "mqtt_url": ("WELLKEPT_MQTT_URL", "MQTT broker, mqtt:// or mqtts://; empty: `wellkept up` starts its own"),
    "api_url": ("WELLKEPT_API_URL", "the API, for commands that register homes"),
    "home": ("WELLKEPT_HOME", "folder for data and logs of `wellkept up`"),
    "api_host": ("WELLKEPT_API_HOST", "address the API listens on; anything but loopback is for a container's inside"),
    "api_port": ("WELLKEPT_API_PORT", "port of the API"),
    "client_id": ("WELLKEPT_CLIENT_ID", "MQTT client id of the ingest worker; its session is kept under it"),
    "mqtt_filters": ("WELLKEPT_MQTT_FILTERS", "topic filters to subscribe to, separated by spaces"),
    "retention_days": ("WELLKEPT_RETENTION_DAYS", "drop raw readings older than so many days; empty: keep all"),
    "log_format": ("WELLKEPT_LOG_FORMAT", "text or json"),
    "pace": ("WELLKEPT_PACE", "production, or demo: jobs run every second or two"),
    "road_times_url": ("WELLKEPT_ROAD_TIMES_URL", "road-time service with OSRM's table format; empty: by distance"),
    "dask_url": ("WELLKEPT_DASK_URL", "scheduler of a Dask cluster that scores and trains; empty: this machine"),
    "score_processes": ("WELLKEPT_SCORE_PROCESSES", "processes that judge a fleet when many appliances wait"),
    "link_secret": ("WELLKEPT_LINK_SECRET", "signs owners' personal links; `wellkept up` makes and keeps one"),
    "smtp_url": ("WELLKEPT_SMTP_URL", "mails owners' messages: smtps://USER:PASSWORD@HOST; empty: a line in the log"),
    "mail_from": ("WELLKEPT_MAIL_FROM", "from whom owners' mails come, such as Care <care@example.org>"),
    "public_url": ("WELLKEPT_PUBLIC_URL", "where owners reach their pages, such as https://care.example.org"),
}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; BadInput names the variable that cannot be understood."""
    environ = os.environ if environ is None else environ
    given = {name: environ[variable] for name, (variable, _) in VARIABLES.items() if environ.get(variable)}
    read: dict[str, object] = {}
    for name, text in given.items():
        try:
            read[name] = _READERS.get(name, str)(text)
        except ValueError as error:
            shown = "…" if name in ("link_secret", "smtp_url") else repr(text)
            raise BadInput(f"{VARIABLES[name][0]}={shown} cannot be understood: {error}") from error
    return Settings(**read, decision=read_decision(environ), care=read_care(environ))  # type: ignore[arg-type]


def with_running(settings: Settings) -> Settings:
    """The settings, completed by the addresses of a `wellkept up` that runs on the same folder."""
    found = find_running(settings.home) or find_running(settings.home / DEMO)
    missing = {name: address for name, address in found.items() if not getattr(settings, name)}
    return replace(settings, **missing)  # type: ignore[arg-type]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return number

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(" or ".join(choices))
        return text

    return read


def _client_id(text: str) -> str:
    if not _CLIENT_ID.fullmatch(text):
        raise ValueError("1 to 64 letters, digits, dots, dashes and underscores")
    return text


def _filters(text: str) -> tuple[str, ...]:
    """Topic filters by MQTT 5, section 4.7: `+` stands for a whole level, `#` for all that follow, at the end only."""
    filters = tuple(text.split())
    for one in filters:
        levels = one.split("/")
        if any("#" in level for level in levels[:-1]) or any(len(x) > 1 and set(x) & {"+", "#"} for x in levels):
            raise ValueError(f"{one!r} is no topic filter; write for example 'wk/v1/# tele/+/SENSOR'")
    if not filters:
        raise ValueError("at least one topic filter; # for everything")
    return filters


def _secret(text: str) -> str:
    if len(text) < SECRET_LEAST:
        raise ValueError(f"at least {SECRET_LEAST} characters, so that nobody can guess a link")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address that begins with http:// or https:// and a name")
    return text.rstrip("/")


_READERS: Mapping[str, Callable[[str], object]] = {
    "home": Path,
    "api_port": _whole(1, 65_535),
    "api_url": _web_address,
    "client_id": _client_id,
    "mqtt_filters": _filters,
    "retention_days": _whole(1, 36_600),
    "score_processes": _whole(1, 64),
    "log_format": _one_of("text", "json"),
    "pace": _one_of("production", "demo"),
    "link_secret": _secret,
    "public_url": _web_address,
}
