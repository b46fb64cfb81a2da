"""The simulated homes of `wellkept up --demo`, registered through the same HTTP API that a person would use."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from device_sim.description import HomeDescription, describe_homes
from device_sim.params import SimParams
from domain.errors import Unavailable

DAYS: Final = 75
SPEED: Final = 60_000
"""Data seconds per real second: 75 days pass in 108 s, so that a filter clogs while one looks on."""
HOMES: Final = 4


def demo_homes(now: datetime) -> list[HomeDescription]:
    """The homes that `wellkept sim` will play with the same settings."""
    start = now.astimezone(UTC) - timedelta(days=DAYS)
    return describe_homes(SimParams(start=start, homes=HOMES, horizon_days=DAYS, faults="demo"))


def sim_arguments() -> list[str]:
    """What `wellkept sim` is started with."""
    return ["--homes", str(HOMES), "--since", f"{DAYS}d", "--speed", str(SPEED), "--faults", "demo"]


def register(api_url: str, homes: list[HomeDescription]) -> None:
    """Create households and appliances; a second time changes nothing (same idempotency keys)."""
    for home in homes:
        fields = asdict(home)
        appliances = fields.pop("appliances")
        _post(f"{api_url}/households", fields)
        for appliance in appliances:
            appliance["facts"] = {"lacks": sorted(appliance.pop("lacks"))}
            _post(f"{api_url}/appliances", {k: v for k, v in appliance.items() if v is not None})


def _post(url: str, body: Mapping[str, Any]) -> None:
    request = Request(
        url,
        data=json.dumps(body, default=str).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": f"demo-{body['id']}"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=10):
            pass
    except HTTPError as error:
        if error.code != 409:  # registered before
            raise Unavailable(f"the API refuses a simulated home: {error.read().decode('utf-8', 'replace')}") from error
