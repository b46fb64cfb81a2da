"""Register households and appliances through the HTTP API, as a person or another program would."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from domain.errors import BadInput, Unavailable


def register(api: str, households: Iterable[Mapping[str, Any]], appliances: Iterable[Mapping[str, Any]]) -> None:
    """Create what is not there yet below `api` (…/api/v1); what is there stays as it is."""
    for household in households:
        _send("POST", f"{api}/households", household)
    for appliance in appliances:
        _send("POST", f"{api}/appliances", {name: value for name, value in appliance.items() if value is not None})


def consent_to_tips(api: str, household_ids: Iterable[str]) -> None:
    """These homes want care tips."""
    for household_id in household_ids:
        _send("PUT", f"{api}/households/{household_id}/consents/tips", {"given": True})


def _send(method: str, url: str, body: Mapping[str, Any]) -> None:
    request = Request(
        url,
        data=json.dumps(body, default=str).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    try:
        with urlopen(request, timeout=30):
            pass
    except HTTPError as error:
        if error.code != 409:  # there already
            detail = error.read().decode("utf-8", "replace")
            raise BadInput(f"{body.get('id', url)} cannot be registered: {detail}") from error
    except URLError as error:
        raise Unavailable(f"no API at {url}: {error.reason}") from error
