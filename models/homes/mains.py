"""A lost neutral: the voltage of one home leaves its band while its neighbours hold. All of them: that is the utility.

The state is plain data fit for JSON, so that whoever runs this can stop at any moment and go on elsewhere:
    runs   by home, one for each that is out of the band: see `Run`
    heard  by region, only while a run is there: the last word of each home, for comparison
Nothing here waits: `watch_mains` is told the time of arrival of readings and, by `now_us`, that time has passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from math import floor
from typing import Any, Final, NamedTuple

import msgspec

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.readings import from_us

DETECTOR: Final = "mains/1"
SENTINEL_V: Final = 255.0
"""What some meters send for no value at all (domain notes): never a measurement here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainsParams:
    """Band and patience."""

    low: float = 0.85
    high: float = 1.10
    """Of the nominal voltage: -15 % and +10 %, the band of EN 50160 (95 % and 100 % of ten-minute means)."""
    agree: float = 0.05
    """Socket and upstream of one reading this close together, of nominal, are two witnesses (E)."""
    witnesses: int = 2
    """One sensor that spikes once is none."""
    neighbours: int = 2
    """So many homes that spoke since suffice to tell a home from its street (E)."""
    asked: int = 50
    """At most so many are asked, the latest first: a city that is out must not cost its square (E)."""
    wait_us: int = 20_000_000
    """No longer is waited for neighbours: an alarm is due within 60 s of the reading (contracts)."""
    fresh_us: int = 900_000_000
    """A neighbour's word that it is out is worth as long as this; that it holds, only since the home is out (E)."""
    late_us: int = 600_000_000
    """A reading that arrives later than this is history, no alarm (E)."""
    calm: int = 2
    """Readings in the band, of each circuit that was out, that end it; silence is never calm (E)."""
    forget_us: int = 86_400_000_000
    """What recurs within a day belongs to the same finding, on the same circuit (contracts, section 3)."""


class MainsReading(NamedTuple):
    """One reading of one circuit; voltages as shares of nominal, `upstream` None where it is not measured."""

    home: str
    region: str
    circuit: str
    at_us: int
    received_us: int
    share: float
    upstream: float | None
    nominal_v: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A home out of the band: since when, which circuits showed it, and what was made of it."""

    region: str
    anchor: str
    """The circuit that showed it first within the last day: the finding stands there."""
    since_us: int
    first_us: int
    """Arrival of the first such reading."""
    newest_us: int
    at_us: int
    """Arrival and data time of the home's last word."""
    witnesses: int
    share: float
    """The last one out of the band."""
    nominal_v: float
    circuits: dict[str, int]
    """Circuits that were out, with how many calm readings each has had since."""
    out_us: int
    """Data time of its last word out of the band."""
    said: bool = False
    waited: bool = False
    """The wait for neighbours is over; from now on only its own words have it looked at."""
    over: bool = False
    """It has ended; kept for a day, because it may come back."""


class Word(NamedTuple):
    """A home's last word: data time, whether it was out of the band, and when it last was (0 for never)."""

    at_us: int
    out: bool
    out_us: int


@dataclass(frozen=True, slots=True)
class MainsState:
    """What is remembered between two calls."""

    runs: dict[str, Run] = field(default_factory=dict)
    heard: dict[str, dict[str, Word]] = field(default_factory=dict)
    """By region and home: its last word."""


class MainsSaid(NamedTuple):
    """A verdict on a circuit, said at `said_us` (arrival clock)."""

    circuit: str
    said_us: int
    verdict: Verdict


def state_as_json(state: MainsState) -> Any:
    """The state as plain data."""
    return msgspec.to_builtins(state)


def state_from_json(stored: Any) -> MainsState:
    """The state back from `state_as_json`; msgspec.ValidationError if it is of another shape."""
    return msgspec.convert(stored, MainsState)


def not_after(state: MainsState, moment_us: int) -> MainsState:
    """The state without any time after `moment_us`, which a clock that ran ahead has left: such are now."""

    def run(one: Run) -> Run:
        names = ("since_us", "first_us", "newest_us", "at_us", "out_us")
        return replace(one, **{name: min(getattr(one, name), moment_us) for name in names})

    def word(one: Word) -> Word:
        return Word(min(one.at_us, moment_us), one.out, min(one.out_us, moment_us))

    return MainsState(
        runs={home: run(one) for home, one in state.runs.items()},
        heard={region: {home: word(one) for home, one in homes.items()} for region, homes in state.heard.items()},
    )


def share_of(volts: float | None, nominal_v: float) -> float | None:
    """The voltage as a share of nominal; None for what no mains can have (a quarter to twice) and for a sentinel."""
    if volts is None or volts == SENTINEL_V or not 0.25 <= volts / nominal_v <= 2.0:
        return None
    return volts / nominal_v


def region_of(latitude: float | None, longitude: float | None) -> str:
    """Homes in one cell of a fifth of a degree (about 20 km) are neighbours (E), and so are all of unknown place."""
    return "" if latitude is None or longitude is None else f"{floor(5 * latitude)}/{floor(5 * longitude)}"


def watch_mains(
    state: MainsState, readings: Iterable[MainsReading], now_us: int, params: MainsParams | None = None
) -> tuple[MainsState, list[MainsSaid]]:
    """Work in `readings`, which are in order of arrival, then the time `now_us`; `state` itself is never changed."""
    params = params or MainsParams()
    runs = dict(state.runs)
    heard = {region: dict(homes) for region, homes in state.heard.items()}
    said: list[MainsSaid] = []
    second = 0
    for reading in readings:
        if reading.received_us // 1_000_000 != second:
            second = reading.received_us // 1_000_000
            said += _overdue(runs, heard, reading.received_us, params)
        if reading.received_us - reading.at_us <= params.late_us:
            said += _hear(runs, heard, reading, params)
    said += _overdue(runs, heard, now_us, params)
    runs = {home: run for home, run in runs.items() if now_us - run.newest_us < params.forget_us}
    regions = {run.region for run in runs.values() if not run.over}
    return MainsState(runs, {region: homes for region, homes in heard.items() if region in regions}), said


_Runs = dict[str, Run]
_Heard = dict[str, dict[str, Word]]


def _hear(runs: _Runs, heard: _Heard, reading: MainsReading, params: MainsParams) -> list[MainsSaid]:
    run = runs.get(reading.home)
    out = not params.low <= reading.share <= params.high
    if out and reading.upstream is not None and params.low <= reading.upstream <= params.high:
        out = False  # the drop is between upstream and socket: that is a contact, not the neutral
    if (run is None or run.over) and not out:
        if reading.region in heard:
            _note(heard[reading.region], reading, out)
        return []
    homes = heard.setdefault(reading.region, {})
    _note(homes, reading, out)
    run = _run_after(run, reading, out, params)
    if run.said and all(calm >= params.calm for calm in run.circuits.values()):
        runs[reading.home] = replace(run, said=False, over=True, circuits={})
        return [MainsSaid(run.anchor, reading.received_us, _verdict(run, present=False, asked=0))]
    if not run.said and not any(calm == 0 for calm in run.circuits.values()):
        del runs[reading.home]  # over before it was anything
        return []
    runs[reading.home] = run
    return _decided(runs, heard, reading.home, reading.received_us, params)


def _note(homes: dict[str, Word], reading: MainsReading, out: bool) -> None:
    before = homes.pop(reading.home, None)  # the latest word stands last
    homes[reading.home] = Word(reading.at_us, out, reading.at_us if out else before.out_us if before else 0)


def _run_after(run: Run | None, reading: MainsReading, out: bool, params: MainsParams) -> Run:
    agreed = reading.upstream is not None and abs(reading.upstream - reading.share) <= params.agree
    if run is None or run.over:
        return Run(
            region=reading.region,
            anchor=run.anchor if run else reading.circuit,
            since_us=reading.at_us,
            first_us=reading.received_us,
            newest_us=reading.received_us,
            at_us=reading.at_us,
            witnesses=2 if agreed else 1,
            share=reading.share,
            nominal_v=reading.nominal_v,
            circuits={reading.circuit: 0},
            out_us=reading.at_us,
        )
    circuits = dict(run.circuits)
    if out:
        circuits[reading.circuit] = 0
    elif reading.circuit in circuits:
        circuits[reading.circuit] += 1
    return replace(
        run,
        newest_us=reading.received_us,
        at_us=max(run.at_us, reading.at_us),
        witnesses=run.witnesses + (2 if agreed else 1) * out,
        share=reading.share if out else run.share,
        circuits=circuits,
        out_us=max(run.out_us, reading.at_us) if out else run.out_us,
    )


def _overdue(runs: _Runs, heard: _Heard, now_us: int, params: MainsParams) -> list[MainsSaid]:
    """What is said because no more neighbours are waited for."""
    said: list[MainsSaid] = []
    for home, run in list(runs.items()):
        if not (run.said or run.over or run.waited) and run.first_us + params.wait_us <= now_us:
            said += _decided(runs, heard, home, max(run.first_us + params.wait_us, run.newest_us), params)
            runs[home] = replace(runs[home], waited=True)
    return said


def _decided(runs: _Runs, heard: _Heard, home: str, now_us: int, params: MainsParams) -> list[MainsSaid]:
    run = runs[home]
    if run.said or run.witnesses < params.witnesses:
        return []
    around = [
        word
        for name, word in islice(
            ((name, heard[run.region][name]) for name in reversed(heard[run.region])), params.asked
        )
        if name != home
    ]
    fresh_us = run.since_us - params.fresh_us
    out = sum(word.out and word.at_us >= fresh_us for word in around)
    was_out = any(word.out_us >= fresh_us for word in around)
    # Where the street was out, a neighbour that is back tells nothing of a home that has not spoken since.
    hold = sum(not word.out and run.since_us <= word.at_us and not (was_out and word.at_us > run.out_us)
               for word in around)  # fmt: skip
    if out + hold < params.neighbours and (was_out or now_us < run.first_us + params.wait_us):
        return []
    if out > hold:
        return []  # the utility: looked at again at its next word
    runs[home] = replace(run, said=True)
    return [MainsSaid(run.anchor, now_us, _verdict(run, present=True, asked=hold))]


def _verdict(run: Run, *, present: bool, asked: int) -> Verdict:
    around = f"neighbours hold ({asked} asked)" if asked else "no neighbour could be compared"
    if present:
        note = f"Mains voltage is at {100 * run.share:.0f} % of nominal while {around}: the neutral may be lost."
    else:
        note = "Mains voltage is back in its band."
    evidence = Evidence(
        signal="voltage_v",
        expected=run.nominal_v,
        observed=run.share * run.nominal_v if present else run.nominal_v,
        unit="V",
        since=from_us(run.since_us),
        note=note,
    )
    return Verdict(
        fault="neutral_loss",
        present=present,
        at=from_us(run.at_us),
        probability=1.0,
        urgency=Urgency.URGENT,
        evidence=(evidence,),
        detector=DETECTOR,
    )
