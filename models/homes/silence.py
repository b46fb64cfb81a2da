"""Silence: nothing heard for 24 h although more was due. A whole home that falls silent is one event.

What is due follows from the appliance's own rhythm: the longest silence that it kept at least twice in the four weeks
before. What happened once, such as a connection that was lost for days, is an event and no rhythm. An appliance known
for less than a week has none yet, unless in two days it was quiet for an hour at most once: what is used now and then
rests more often. A home that is away (holiday mode) is left alone until a day after its return. Who speaks is heard,
also if what it says is refused: a wrong clock is not silence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from domain.faults import Urgency
from domain.findings import Evidence, Verdict

DETECTOR: Final = "silence/1"
HOME_DETECTOR: Final = "home-silence/1"
PLUG_NOTE: Final = "Only its power is measured: the plug may be pulled or off the network while the appliance works."
CHECK_EVERY: Final = timedelta(minutes=15)
"""How often homes are looked at; the word is at most this late (E)."""
RHYTHM: Final = timedelta(days=28)
SHORTEST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceParams:
    """What silence is."""

    limit: timedelta = timedelta(hours=24)
    """The least silence that is spoken of (contracts, section 3)."""
    usual: float = 3.0
    """Times the usual silence, whichever is longer: what speaks only when it is used may rest (E)."""
    known: timedelta = timedelta(days=7)
    """How long an appliance must have been heard of before anything is due from it (E),"""
    steady: timedelta = timedelta(days=2)
    """or so long if it was quiet for `SHORTEST` at most once: two nights without a rest are a rhythm (E)."""
    together: timedelta = timedelta(hours=12)
    """Everything in the home quiet for so long is the home, not the appliance (E)."""


class Heard(NamedTuple):
    """One appliance as it is heard of, on the clock of arrival."""

    appliance: str
    first: datetime
    last: datetime
    usual: timedelta
    """The second longest of its silences in the four weeks before `last`, at least `SHORTEST`."""
    only_power: bool = False
    """It hangs on a metering plug: the plug is silent, and of the appliance itself nothing is known."""


@dataclass(frozen=True, slots=True)
class HomeSilence:
    """What is remembered of a home: who is silent since when, and when the whole home was and came back."""

    silent: dict[str, datetime] = field(default_factory=dict)
    anchor: str = ""
    """Where the finding of the whole home stands; empty while the home is heard."""
    since: datetime | None = None
    back: datetime | None = None


class SilenceSaid(NamedTuple):
    """A verdict on an appliance."""

    appliance: str
    verdict: Verdict


def state_as_json(state: HomeSilence) -> Any:
    """The state as plain data."""
    return msgspec.to_builtins(state)


def state_from_json(stored: Any) -> HomeSilence:
    """The state back from `state_as_json`; msgspec.ValidationError if it is of another shape."""
    return msgspec.convert(stored, HomeSilence)


def anchor_of(home: Iterable[tuple[str, bool, str]]) -> str:
    """Where the finding of a whole home stands: the circuit with most on it, or else its first appliance.

    `home` holds id, whether it is a circuit, and the circuit it hangs on (empty if unknown).
    """
    every = sorted(home)
    return max(every, key=lambda one: (one[1], sum(other[2] == one[0] for other in every)))[0]


def watch_home(
    state: HomeSilence,
    home: Sequence[Heard],
    now: datetime,
    *,
    anchor: str,
    away: Sequence[tuple[datetime, datetime]] = (),
    params: SilenceParams | None = None,
) -> tuple[HomeSilence, list[SilenceSaid]]:
    """Who is silent at `now` and who is heard again; `home` in any order, `away` when nobody is there (holiday mode).

    The finding of a whole home stands on `anchor`.
    """
    params = params or SilenceParams()
    last = {one.appliance: one.last for one in home}
    state, said = _heard_again(state, last, now)
    if state.since is not None or any(starts <= now < ends for starts, ends in away):
        return state, said
    awake_from = max([ends for _, ends in away if ends <= now] + ([state.back] if state.back else []), default=None)
    new = [
        one
        for one in sorted(home)
        if one.appliance not in state.silent
        and one.last - one.first >= (params.steady if one.usual <= SHORTEST else params.known)
        and now - (max(one.last, awake_from) if awake_from else one.last) >= _limit(one, params)
    ]
    if not new:
        return state, said
    others = [one for one in home if one.appliance not in state.silent]
    if len(others) > 1 and all(now - one.last >= params.together for one in others):
        since = max(one.last for one in others)
        state = replace(state, anchor=anchor, since=since)
        return state, [*said, SilenceSaid(anchor, _home_verdict(since, now, len(others)))]
    state = replace(state, silent={**state.silent, **{one.appliance: one.last for one in new}})
    return state, [*said, *(SilenceSaid(one.appliance, _verdict(one, now)) for one in new)]


def _limit(one: Heard, params: SilenceParams) -> timedelta:
    return max(params.limit, params.usual * one.usual)


def _heard_again(
    state: HomeSilence, last: Mapping[str, datetime], now: datetime
) -> tuple[HomeSilence, list[SilenceSaid]]:
    back = [name for name, since in state.silent.items() if name not in last or last[name] > since]
    said = [SilenceSaid(name, _back(last.get(name, now), now, DETECTOR)) for name in sorted(back)]
    if back:
        state = replace(state, silent={name: at for name, at in state.silent.items() if name not in back})
    if state.since is not None and any(at > state.since for at in last.values()):
        said.append(SilenceSaid(state.anchor, _back(max(last.values()), now, HOME_DETECTOR)))
        state = replace(state, anchor="", since=None, back=now)
    return state, said


def _verdict(one: Heard, now: datetime) -> Verdict:
    usual_h = one.usual / timedelta(hours=1)
    note = f"It is usually heard of every {max(usual_h, 0.1):.1f} h or more often; the rest of the home is heard."
    if one.only_power:
        note += f" {PLUG_NOTE}"
    return _present(one.last, now, usual_h, note, DETECTOR, only_power=one.only_power)


def _home_verdict(since: datetime, now: datetime, appliances: int) -> Verdict:
    note = f"None of the {appliances} appliances of the home is heard: power or internet may be off."
    return _present(since, now, None, note, HOME_DETECTOR)


def _present(
    since: datetime, now: datetime, usual_h: float | None, note: str, detector: str, *, only_power: bool = False
) -> Verdict:
    hours = (now - since) / timedelta(hours=1)
    evidence = Evidence(
        signal="telemetry", expected=usual_h, observed=hours, unit="h", since=since, note=note, only_power=only_power
    )
    return Verdict(
        fault="silent",
        present=True,
        at=now,
        probability=0.95,  # (E) what is left is a buffer that will be delivered
        urgency=Urgency.SELF,
        evidence=(evidence,),
        detector=detector,
    )


def _back(at: datetime, now: datetime, detector: str) -> Verdict:
    evidence = Evidence(signal="telemetry", expected=None, observed=0.0, unit="h", since=at, note="It is heard again.")
    return Verdict(
        fault="silent",
        present=False,
        at=now,
        probability=0.0,
        urgency=Urgency.SELF,
        evidence=(evidence,),
        detector=detector,
    )
