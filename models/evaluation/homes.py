"""The rules of whole homes over a case: `neutral_loss` reading by reading, `silent` by the clock of arrival."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from domain.findings import Verdict
from domain.readings import from_us, to_us
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.arrivals import DAY_US, Arrivals, Micros, believable, checked_value
from models.evaluation.case import Case, CaseAppliance
from models.evaluation.case_files import scan
from models.evaluation.ledger import Finding, Ledger
from models.homes.mains import MainsParams, MainsReading, MainsState, region_of, share_of, watch_mains
from models.homes.silence import CHECK_EVERY, RHYTHM, SHORTEST, Heard, HomeSilence, anchor_of, watch_home

_HOUR_US: Final = 3_600_000_000
_SHORTEST_US: Final = int(SHORTEST.total_seconds() * 1e6)
_TICK_US: Final = int(CHECK_EVERY.total_seconds() * 1e6)

Said = tuple[int, str, Verdict]
"""When it was said (arrival clock), on which appliance, and what."""


class HeardOf(NamedTuple):
    """Arrivals of one appliance, refused ones too: the first, the last, and each silence of an hour or more between."""

    first_us: int
    last_us: int
    newest_us: int
    """Data time of its newest row: when everybody's is past, the recording is over and nothing more is due."""
    silences: tuple[tuple[int, int], ...]


def heard_of(tables: Sequence[Arrivals], refused_us: Micros) -> HeardOf | None:
    """What is kept of the arrivals of one appliance; None if none could be stored.

    `refused_us` are arrivals that the checks refused: who speaks with a wrong clock is not silent.
    """
    if not any(len(table) for table in tables):
        return None
    every = np.sort(np.concatenate([*(table.received_us for table in tables), refused_us]))
    long = np.flatnonzero(np.diff(every) >= _SHORTEST_US)
    silences = tuple(zip(every[long].tolist(), every[long + 1].tolist(), strict=True))
    newest_us = max(int(table.at_us[-1]) for table in tables if len(table))
    return HeardOf(int(every[0]), int(every[-1]), newest_us, silences)


def home_findings(case: Case, heard: Mapping[str, HeardOf]) -> list[Finding]:
    """What the rules of whole homes would have said, as findings."""
    by_appliance: dict[str, list[Said]] = {}
    for said in (*_mains(case), *_silences(case, heard)):
        by_appliance.setdefault(said[1], []).append(said)
    return [finding for name, said in by_appliance.items() for finding in _kept(case, name, said)]


def _kept(case: Case, name: str, said: list[Said]) -> list[Finding]:
    ledger = Ledger(appliance_id=name, kind=case.appliances[name].kind)
    services = list(case.services.get(name, ()))
    for at_us, _, verdict in sorted(said, key=lambda one: one[0]):
        while services and to_us(services[0].at) <= at_us:
            ledger.hear_service(services.pop(0))
        ledger.hear(verdict, at_us)
    for service in services:
        ledger.hear_service(service)
    return ledger.findings()


# ---------------------------------------------------------------- mains


def _mains(case: Case) -> Iterator[Said]:
    """Homes that were never out of the band, and hours in which no home was, are left out: they change nothing."""
    if Kind.CIRCUIT not in case.tables:
        return
    rows = _circuits(case)
    if rows is None:
        return
    readings = (
        MainsReading(home, region, name, at_us, received_us, share, upstream, nominal_v)
        for home, region, name, at_us, received_us, volts, upstream_v, nominal_v in rows.iter_rows()
        if (share := share_of(volts, nominal_v)) is not None
        for upstream in (share_of(upstream_v, nominal_v),)
    )
    last_us = int(rows["received_at"][-1]) + MainsParams().wait_us
    _, said = watch_mains(MainsState(), readings, last_us)
    yield from ((one.said_us, one.circuit, one.verdict) for one in said)


def _circuits(case: Case) -> pl.DataFrame | None:
    """Readings of circuits near any that is out of the band, in order of arrival; None if there is none."""
    table = scan(case.tables[Kind.CIRCUIT])
    names = table.collect_schema()
    if "voltage_v" not in names:
        return None
    signals = {signal.name: signal for signal in READING_SIGNALS[Kind.CIRCUIT]}
    volts = [
        checked_value(name, names[name], signals[name]) if name in names else pl.lit(None, pl.Float64).alias(name)
        for name in ("voltage_v", "upstream_v")
    ]
    facts = pl.LazyFrame([_place(one) for one in case.appliances.values() if one.kind is Kind.CIRCUIT], orient="row",
                         schema=["appliance_id", "home", "region", "nominal_v"])  # fmt: skip
    rows = (
        table.filter(believable())
        .select("appliance_id", "time", "received_at", *volts)
        .filter(pl.col("voltage_v").is_not_null())
        .join(facts, on="appliance_id")
    )
    band = MainsParams()
    share = pl.col("voltage_v") / pl.col("nominal_v")
    out = rows.filter((share < band.low) | (share > band.high)).collect()
    if not out.height:
        return None
    hours = out.select("region", pl.col("received_at") // _HOUR_US)
    near = pl.concat([hours, hours.with_columns(pl.col("received_at") + 1)]).unique()
    rows = rows.with_columns(hour=pl.col("received_at") // _HOUR_US)
    own = rows.join(out.select("home").unique().lazy(), on="home", how="semi")
    others = rows.join(near.rename({"received_at": "hour"}).lazy(), on=["region", "hour"], how="semi")
    return (
        pl.concat([own, others])
        .sort("received_at", "time", "appliance_id", "voltage_v", "upstream_v")
        .unique(subset=["appliance_id", "time"], keep="first", maintain_order=True)
        .select("home", "region", "appliance_id", "time", "received_at", "voltage_v", "upstream_v", "nominal_v")
        .collect()
    )


def _place(one: CaseAppliance) -> tuple[str, str, str, float]:
    region = region_of(one.number("latitude"), one.number("longitude"))
    return one.id, one.household_id, region, one.rating("nominal_v") or 230.0


# ---------------------------------------------------------------- silence


def _silences(case: Case, heard: Mapping[str, HeardOf]) -> Iterator[Said]:
    homes: dict[str, list[str]] = {}
    for name in sorted(heard):
        homes.setdefault(case.appliances[name].household_id, []).append(name)
    ends_us = max((one.newest_us for one in heard.values()), default=0)
    for names in homes.values():
        known = [case.appliances[name] for name in names]
        anchor = anchor_of((one.id, one.kind is Kind.CIRCUIT, one.facts.get("circuit_id", "")) for one in known)
        yield from _walk_home({name: heard[name] for name in names}, anchor, ends_us)


def _walk_home(home: Mapping[str, HeardOf], anchor: str, ends_us: int) -> Iterator[Said]:
    """Look at the home at every tick at which something could be said."""
    long = {
        name: [(a, b) for a, b in (*one.silences, (one.last_us, ends_us + 1)) if b - a >= DAY_US]
        for name, one in home.items()
    }
    state = HomeSilence()
    at_us = _next(long, state, 0)
    while at_us is not None and at_us <= ends_us:
        heard = [_heard_at(name, one, at_us) for name, one in home.items() if one.first_us <= at_us]
        state, said = watch_home(state, heard, from_us(at_us), anchor=anchor)
        yield from ((at_us, one.appliance, one.verdict) for one in said)
        at_us = _next(long, state, at_us)


def _next(long: Mapping[str, Sequence[tuple[int, int]]], state: HomeSilence, at_us: int) -> int | None:
    """The next tick at which an appliance may fall silent or be heard again."""
    times: list[int] = []
    for name, silences in long.items():
        for from_us_, to_us_ in silences:
            if to_us_ < at_us:
                continue
            if at_us < from_us_ + DAY_US:
                times.append(from_us_ + DAY_US)
            elif name in state.silent or state.since is not None:
                times.append(to_us_)
            else:
                times.append(at_us + 1)
    return -(-max(min(times), at_us + 1) // _TICK_US) * _TICK_US if times else None


def _heard_at(name: str, one: HeardOf, at_us: int) -> Heard:
    running = [(a, b) for a, b in (*one.silences, (one.last_us, at_us + 1)) if a <= at_us < b]
    last_us = running[0][0] if running else at_us
    from_us_ = last_us - int(RHYTHM.total_seconds() * 1e6)
    rests_us = sorted(b - a for a, b in one.silences if b <= last_us and b > from_us_)
    usual_us = rests_us[-2] if len(rests_us) > 1 else 0
    return Heard(name, from_us(one.first_us), from_us(last_us), max(SHORTEST, from_us(usual_us) - from_us(0)))
