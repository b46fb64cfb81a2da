"""The simulated homes of `wellkept up --demo`, registered through the same HTTP API that a person would use."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from device_sim.description import ApplianceDescription, HomeDescription, describe_homes
from device_sim.params import SimParams
from wellkept.registration import consent_to_tips, register

DAYS: Final = 75
SPEED: Final = 60_000
"""Data seconds per real second: 75 days pass in 108 s, so that a filter clogs while one looks on."""
HOMES: Final = 4
NAMED: Final = frozenset(
    {"id", "household_id", "kind", "maker", "model", "serial", "batch", "firmware", "room", "installed_on"}
    | {"circuit_id", "rated_power_w", "rated_current_a", "breaker_rating_a", "rcd_ma", "nominal_v"}
)


def demo_start(now: datetime) -> datetime:
    """When the simulated days begin; fixed for the whole run, so that a simulator started again says the same again."""
    return (now.astimezone(UTC) - timedelta(days=DAYS)).replace(second=0, microsecond=0)


def demo_homes(start: datetime) -> list[HomeDescription]:
    """The homes that `wellkept sim` will play with the same settings."""
    homes = describe_homes(SimParams(start=start, homes=HOMES, horizon_days=DAYS, faults="demo"))
    return [replace(home, appliances=tuple(_bought(one, start) for one in home.appliances)) for home in homes]


def _bought(one: ApplianceDescription, start: datetime) -> ApplianceDescription:
    """Washing machines came when the demo begins, so that a tip after a purchase is due while one looks on."""
    return replace(one, installed_on=start.date()) if one.kind == "washing_machine" else one


def sim_arguments(start: datetime) -> list[str]:
    """What `wellkept sim` is started with."""
    began = f"{start:%Y-%m-%dT%H:%M}"
    return ["--homes", str(HOMES), "--from", began, "--since", f"{DAYS}d", "--speed", str(SPEED), "--faults", "demo"]


def register_homes(api: str, homes: list[HomeDescription]) -> None:
    """Create their households and appliances below `api` (…/api/v1); all of them want care tips."""
    households: list[dict[str, Any]] = []
    appliances: list[dict[str, Any]] = []
    for home in homes:
        fields = asdict(home)
        appliances += [_described(appliance) for appliance in fields.pop("appliances")]
        households.append(fields)
    register(api, households, appliances)
    consent_to_tips(api, (home.id for home in homes))


def _described(appliance: dict[str, Any]) -> dict[str, Any]:
    """The fields that the API names; the rest are facts."""
    facts = {name: appliance.pop(name) for name in appliance.keys() - NAMED}
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in facts.items()}
    return {**appliance, "facts": {name: value for name, value in plain.items() if value is not None}}
