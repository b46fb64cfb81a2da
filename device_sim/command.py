"""The command `sim`: simulated homes live against a broker, or written as a case folder."""

import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click
from click.core import ParameterSource

from device_sim.case import write_case
from device_sim.fault_plans import plan_faults
from device_sim.link import Broker
from device_sim.params import SimParams
from device_sim.publish import Progress, publish
from device_sim.weather import CLIMATES
from domain.errors import Unavailable

LIVE_ONLY = ("speed", "duration", "obedience", "mqtt_url")
CASE_ONLY = ("days", "jobs")
UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


class Span(click.ParamType[float]):
    """A stretch of time such as 90s, 15m, 6h or 75d, in seconds."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float | int):
            return float(value)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", value.strip())
        if match is None:
            self.fail(f"{value!r} is not a time; write for example 90s, 15m, 6h or 75d", param, ctx)
        return float(match[1]) * UNITS_S[match[2]]


@click.command(name="sim")
@click.option("--homes", type=click.IntRange(1, 9999), default=4, show_default=True, help="How many homes.")
@click.option("--speed", type=click.FloatRange(min=0.001), default=1.0, show_default=True,
              help="Data seconds per real second, until data time meets the clock.")  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same homes and days."
)
@click.option("--faults", default="demo", show_default=True, help="none, demo, mixed, hazards, or names with commas.")
@click.option(
    "--climate", type=click.Choice(sorted(CLIMATES)), default="hot", show_default=True, help="Where they are."
)
@click.option("--since", type=Span(), default="0s", show_default=True, help="Start this long before now, e.g. 75d.")
@click.option("--every", type=Span(), default="300s", show_default=True, help="Reporting interval of steady devices.")
@click.option("--circuits-every", type=Span(), default=None,
              help="Reporting interval of circuits, from 10s; default: as --every.")  # fmt: skip
@click.option("--obedience", type=click.FloatRange(0.0, 1.0), default=0.7, show_default=True,
              help="Chance that an owner follows a reminder.")  # fmt: skip
@click.option("--mqtt-url", envvar="WELLKEPT_MQTT_URL", default="mqtt://127.0.0.1:1883", show_default=True,
              help="Broker: mqtt[s]://[user:password@]host[:port].")  # fmt: skip
@click.option("--duration", type=Span(), default=None, help="Stop after this much real time; default: run on.")
@click.option("--write-case", type=click.Path(file_okay=False, path_type=Path), default=None,
              help="Write a case folder instead of publishing.")  # fmt: skip
@click.option("--prevalence", type=click.Choice(["real", "enriched"]), default=None,
              help="Rates of faults in a written case, instead of --faults; recorded in fleet.json.")  # fmt: skip
@click.option("--physics", type=click.Choice(["a", "b"]), default="a", show_default=True,
              help="b: other constants, structure and models, to judge what was learned on a.")  # fmt: skip
@click.option("--outfit", type=click.Choice(["basic", "full"]), default=None,
              help="Five appliances per home, or all kinds as homes own them; default for a case: full.")  # fmt: skip
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), default=None,
              help="Begin here (UTC), not that long before now.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes that write a case; the result is the same.")  # fmt: skip
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="Days of the written case.")
def sim(
    homes: int,
    speed: float,
    seed: int,
    faults: str,
    climate: str,
    since: float,
    every: float,
    circuits_every: float | None,
    obedience: float,
    mqtt_url: str,
    duration: float | None,
    write_case: Path | None,
    prevalence: str | None,
    physics: str,
    outfit: str | None,
    start: datetime | None,
    jobs: int,
    days: int,
) -> None:
    """Simulated homes: publish live over MQTT, or write a recorded case."""
    _refuse_idle_options(live=write_case is None)
    now = datetime.now(UTC)
    back_s = days * 86_400.0 if write_case and not since else since
    start_s = (now.timestamp() - back_s) // 60 * 60
    if start:
        start_s = start.replace(tzinfo=UTC).timestamp()
    elif write_case:
        start_s = start_s // 86_400 * 86_400
    horizon_days = days if write_case else (since / 86_400.0 or 75.0)
    try:
        params = SimParams(
            start=datetime.fromtimestamp(start_s, UTC), homes=homes, seed=seed, horizon_days=horizon_days,
            every_s=round(every), circuit_every_s=round(circuits_every or 0), faults=faults, climate=climate,
            obedience=obedience, prevalence=prevalence or "", physics=physics,
            outfit=outfit or ("full" if write_case else "basic"), confounders=bool(write_case),
        )  # fmt: skip
        plan_faults(params)
        broker = Broker.parse(mqtt_url)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if write_case:
        _record(params, write_case, days, jobs)
    else:
        _run(params, broker, speed=speed, duration_s=duration)


def _refuse_idle_options(*, live: bool) -> None:
    """UsageError if an option was given that would change nothing."""
    context = click.get_current_context()
    given = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    if {"faults", "prevalence"} <= given:
        raise click.UsageError("--prevalence draws faults at its own rates instead of --faults; leave one of them out")
    for name in CASE_ONLY if live else LIVE_ONLY:
        if name in given:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(
                f"{option} means nothing without --write-case; leave it out, or add --write-case FOLDER" if live
                else f"{option} is for live homes, and a case is written as fast as it goes; leave it out, or leave "
                "out --write-case"
            )  # fmt: skip


def _record(params: SimParams, folder: Path, days: int, jobs: int) -> None:
    started, shown = time.monotonic(), ""

    def report(share: float, rows: int) -> None:
        nonlocal shown
        filled = round(30 * share)
        line = f"\r[{'#' * filled}{'.' * (30 - filled)}] {share:4.0%} {rows:,} readings"
        if line != shown:
            click.echo(line, nl=False, err=True)
        shown = line

    def joining(table: str, place: int, of: int) -> None:
        click.echo("\n" * (place == 1) + f"\r{f'joining {table}, {place} of {of}':<60}", nl=False, err=True)

    try:
        rows = write_case(params, folder, days=days, report=report, jobs=jobs, joining=joining)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    except Unavailable:
        click.echo(err=True)  # what went wrong is a line of its own, not the end of the bar
        raise
    took = time.monotonic() - started
    click.echo(err=True)
    click.echo(f"{folder}: {rows:,} readings of {params.homes} homes over {days} days in {took:.1f} s")


def _run(params: SimParams, broker: Broker, *, speed: float, duration_s: float | None) -> None:
    interrupted = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    started = time.monotonic()

    def stopped() -> bool:
        return interrupted or (duration_s is not None and time.monotonic() - started >= duration_s)

    try:
        last = publish(params, broker, speed=speed, stopped=stopped, report=_progress_line())
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    click.echo(err=True)
    click.echo(f"{last.sent:,} readings sent, {last.acknowledged:,} acknowledged, {last.unacked:,} not acknowledged")
    if last.trouble and not last.acknowledged:
        raise click.ClickException(f"nothing was acknowledged by {broker.host}:{broker.port} ({last.trouble})")


def _progress_line() -> Callable[[Progress], None]:
    """A line on stderr, at most twice a second on a terminal, every ten seconds into a file."""
    pause_s = 0.5 if sys.stderr.isatty() else 10.0
    shown_s, shown_sent = time.monotonic(), 0

    def report(state: Progress) -> None:
        nonlocal shown_s, shown_sent
        now_s = time.monotonic()
        if now_s - shown_s < pause_s:
            return
        rate = (state.sent - shown_sent) / (now_s - shown_s)
        at = datetime.fromtimestamp(state.data_time_s, UTC)
        note = state.trouble or ("waiting for acknowledgements" if state.held else "")
        line = f"{at:%Y-%m-%d %H:%M} UTC  {rate:7.0f} readings/s  {state.unacked:7,} unacked  {note}"
        click.echo(f"\r{line:<100}" if pause_s < 1.0 else line, nl=pause_s >= 1.0, err=True)
        shown_s, shown_sent = now_s, state.sent

    return report
