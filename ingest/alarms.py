"""From the edges of the safety rules to a finding and to the words on the appliance's own screen."""

from collections.abc import Mapping, Sequence
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


def heard(
    appliance: Appliance, state: Mapping[str, Any], alarms: Sequence[Alarm]
) -> tuple[dict[str, Any], list[Raised]]:
    """The state with the levels of these alarms, those of one reading, switched; and what follows from each.

    A finding is as grave as the gravest level still on after all of them, and gone when none is: where two levels end
    with one reading, nothing begins in between.
    """
    on: dict[str, dict[str, int]] = dict(state.get(_ON, {}))
    for alarm in alarms:
        levels = {name: since for name, since in on.get(alarm.fault, {}).items() if name != alarm.level}
        on[alarm.fault] = {**levels, alarm.level: alarm.since_us} if alarm.on else levels
    on = {fault: levels for fault, levels in on.items() if levels}
    notice = _notice(appliance, on)
    return {**state, _ON: on}, [
        Raised(appliance, alarm, _verdict(alarm, on.get(alarm.fault, {})), notice) for alarm in alarms
    ]


def _verdict(alarm: Alarm, levels: Mapping[str, int]) -> Verdict:
    return Verdict(
        fault=alarm.fault,
        present=bool(levels),
        at=from_us(alarm.at_us),
        probability=1.0,
        urgency=Urgency.URGENT if Level.ACT in levels else Urgency.SELF,
        evidence=(alarm.evidence,),
        detector=DETECTOR,
    )


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
