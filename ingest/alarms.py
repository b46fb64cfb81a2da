"""From the edges of the safety rules to a finding and to the words on the appliance's own screen."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.faults import Urgency, fault_of
from domain.findings import Verdict
from domain.readings import from_us
from domain.signals import Kind
from ingest.registry import Appliance
from ingest.safety import Alarm, Level

DETECTOR = "safety-rules/1"
_ON = "levels"
"""Beside the rules' own memory: which levels of which fault are on."""


class Raised(NamedTuple):
    """A safety alarm, whose it is, the finding that follows and the notice to show; None takes a notice away."""

    appliance: Appliance
    alarm: Alarm
    verdict: Verdict
    notice: Mapping[str, Any] | None


def with_level(state: Mapping[str, Any], alarm: Alarm) -> dict[str, Any]:
    """The state with this alarm's level switched on or off."""
    on: dict[str, dict[str, int]] = dict(state.get(_ON, {}))
    levels = {name: since for name, since in on.get(alarm.fault, {}).items() if name != alarm.level}
    if alarm.on:
        levels[alarm.level] = alarm.since_us
    on[alarm.fault] = levels
    return {**state, _ON: {fault: levels for fault, levels in on.items() if levels}}


def raised_by(appliance: Appliance, alarm: Alarm, state: Mapping[str, Any]) -> Raised:
    """What follows from an alarm, given the state after it.

    The finding is as grave as the gravest level still on, and gone when none is.
    """
    on: Mapping[str, Mapping[str, int]] = state[_ON]
    levels = on.get(alarm.fault, {})
    verdict = Verdict(
        fault=alarm.fault,
        present=bool(levels),
        at=from_us(alarm.at_us),
        probability=1.0,
        urgency=Urgency.URGENT if Level.ACT in levels else Urgency.SELF,
        evidence=(alarm.evidence,),
        detector=DETECTOR,
    )
    return Raised(appliance, alarm, verdict, _notice(appliance, on))


def _notice(appliance: Appliance, on: Mapping[str, Mapping[str, int]]) -> dict[str, Any] | None:
    """The gravest, then the newest condition that is on."""
    running = [
        (level == Level.ACT, since_us, fault) for fault, levels in on.items() for level, since_us in levels.items()
    ]
    if not running:
        return None
    _, since_us, code = max(running)
    fault = fault_of(Kind(appliance.kind), code)
    return {"kind": fault.notice, "text": f"{fault.title}. {fault.advice}", "since": from_us(since_us).isoformat()}
