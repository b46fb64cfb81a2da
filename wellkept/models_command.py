"""The commands `wellkept admin models`: what is registered, what speaks, what judges in the shadow, and how well."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.errors import BadInput
from models.trained.name import checked_name, shown_name
from wellkept.named_path import NamedPath
from wellkept.settings import Settings, with_running

if TYPE_CHECKING:
    from models.training.comparison import Side
    from store.database import Connection

ACTOR = "admin"
OTHER_CODE = "other detectors were at work when it was trained: its probabilities may not fit; train it anew"
_WITHOUT = {"champion": "the shipped model speaks instead", "shadow": "it judges nothing beside the champion"}
"""What it means that a model at work cannot be used."""
_REASON = click.option("--reason", default="", help="Why; it is recorded.")


@click.group()
def models() -> None:
    """Trained models: register, try in the shadow, promote, retire, compare."""


@models.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """List the registered models, and the kinds for which the data has drifted."""
    from models.trained.file import shipped
    from store.model_registry import list_models, read_drift

    with _connected(settings) as connection:
        found, drift = list_models(connection), read_drift(connection)
        usable = _usable(connection)
    for one in found:
        origin = one.provenance
        click.echo(f"{one.sha256[:12]}  {one.state:<9} {one.registered_at:%Y-%m-%d %H:%M}  {shown_name(one.name):<32} "
                   f"{'SIMULATED ' if one.simulated else ''}{origin['appliance_months']:,.0f} months, "
                   + shown_name(f"{origin['data_from']} to {origin['data_to']}, code {one.code_version}"))  # fmt: skip
    if not any(one.state == "champion" for one in found):
        own = shipped()
        click.echo(f"{own.sha256[:12]}  speaks    (shipped with the program)  {own.model.provenance.name}")
    for one in found:
        _warn_of_damage(one.sha256, one.state, usable)
    for check in drift:
        if check.fallen_back:
            click.echo(f"{check.kind}: {check.outside:.0%} of recent values were never met in training; the model "
                       f"before the champion speaks since {check.since:%Y-%m-%d}")  # fmt: skip


@models.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def register(settings: Settings, file: Path) -> None:
    """Register a model's FILE as a candidate."""
    register_file(_url(settings), file)


@models.command()
@click.argument("model")
@click.option("--untried", is_flag=True, help="Let it speak though hardly anything tells how good it is.")
@_REASON
@click.pass_obj
def promote(settings: Settings, model: str, untried: bool, reason: str) -> None:
    """Lift MODEL (the beginning of its hash) by one step: candidate, shadow, champion."""
    from models.trained.registered import promote as lift
    from models.training.challenge import comparison_of
    from store.model_registry import find_model

    with _connected(settings) as connection, connection.transaction():
        found = find_model(connection, model)
        tried = comparison_of(connection, found) if found.state == "shadow" else None
        if tried is not None and tried.hardly_tried and not untried:
            raise BadInput(f"{shown_name(found.name)} is hardly tried: of what it said in the shadow {tried.settled} "
                           "came to an outcome; leave it there, or let it speak with --untried")  # fmt: skip
        to = lift(connection, found, actor=ACTOR, reason=reason or "promoted", at=datetime.now(UTC))
        usable = _usable(connection)
    says = {"shadow": "judges beside the champion now, unheard", "champion": "speaks now", "candidate": "may be tried"}
    after = "" if tried is None else f", after {tried.months:,.1f} appliance-months in the shadow"
    click.echo(f"{shown_name(found.name)} is {to}: it {says[to]}{after}")
    _warn_of_damage(found.sha256, to, usable)
    _warn_of_other_code(found.code_version)


@models.command()
@click.argument("model")
@_REASON
@click.pass_obj
def retire(settings: Settings, model: str, reason: str) -> None:
    """Take MODEL out of use; after the champion retires, the shipped model speaks."""
    from store.model_registry import find_model
    from store.model_registry import retire as take_out

    with _connected(settings) as connection, connection.transaction():
        found = find_model(connection, model)
        take_out(connection, found, actor=ACTOR, reason=reason or "retired", at=datetime.now(UTC))
    click.echo(f"{shown_name(found.name)} is retired")


@models.command()
@click.option("--all", "every", is_flag=True, help="Also what somebody has looked into.")
@click.pass_obj
def reviews(settings: Settings, every: bool) -> None:
    """List units unlike anything healthy, without a name for it, newest first; nothing acts on these."""
    from store.quiet_findings import read_reviews

    with _connected(settings) as connection:
        found = read_reviews(connection, None, 200, None if every else False)
    for one in found:
        since = one.evidence[0]["since"][:10] if one.evidence else f"{one.judged_at:%Y-%m-%d}"
        seen = "; ".join(f"{e['signal']} {e['observed']:.4g} instead of {e['expected']:.4g}" for e in one.evidence)
        stands = f"since {since}" if one.cleared_at is None else f"{since} to {one.cleared_at:%Y-%m-%d}"
        click.echo(f"{one.appliance_id}  {one.kind}  {stands}  strange {one.probability:.2f}  {seen}")
        if one.reviewed_at is not None:
            click.echo(f"  looked into by {one.reviewed_by} on {one.reviewed_at:%Y-%m-%d}: {one.review}")
    if not found:
        click.echo("nothing waits for somebody to look into it" if not every else "nothing was unlike anything healthy")


@models.command()
@click.argument("rule")
@click.option("--out", required=True, type=NamedPath(dir_okay=False), help="The model's file.")
@click.pass_obj
def hold(settings: Settings, rule: str, out: Path) -> None:
    """Put RULE, a detector, on trial: write and register what speaks now with that rule kept quiet.

    Promoted twice it speaks, without the rule. The model before it, promoted once, then judges the rule in its shadow,
    and `compare` tells what the rule would have added.
    """
    from models.evaluation.whole_file import writable_file
    from models.trained.file import write_model
    from models.trained.hold import hold as without
    from models.trained.registered import speakers_at_work

    writable_file(out)
    with _connected(settings) as connection:
        champion = speakers_at_work(connection).champion
    if champion is None:
        raise BadInput("no model speaks here, so none can keep a rule quiet")
    held = without(champion.model, rule)
    checked_name(held.provenance.name)
    write_model(held, out)
    register_file(_url(settings), out)


@models.command()
@click.argument("model")
@click.pass_obj
def compare(settings: Settings, model: str) -> None:
    """Compare MODEL with what people were told since it began to judge in the shadow, by what became of it."""
    from models.training.challenge import comparison_of
    from store.model_registry import find_model

    with _connected(settings) as connection:
        found = find_model(connection, model)
        result = comparison_of(connection, found)
    click.echo(f"{shown_name(found.name)} in the shadow: {result.months:,.1f} appliance-months")
    click.echo(f"{'':12} findings  true false  open  precision          lead d  false visits per 1000")
    for name, side in (("champion", result.champion), ("challenger", result.challenger)):
        click.echo(_line(name, side))
    click.echo(f"the challenger would have missed {result.true_only_champion} true findings and spared "
               f"{result.false_spared} false ones")  # fmt: skip


def _line(name: str, side: "Side") -> str:
    counts = f"{side.findings:8d} {side.true:5d} {side.false:5d} {side.not_known:5d}"
    false = side.false_visits
    return (f"{name:12} {counts}  {_share(side.precision):18} {_number(side.lead_days['p50']):>6}  "
            f"{_number(false['per_1000'])} (<= {_number(false['upper95'])})")  # fmt: skip


def _share(one: dict[str, Any]) -> str:
    return "-" if one["value"] is None else f"{one['value']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def register_file(url: str, file: Path) -> None:
    """Register a model's file in the database at `url`, and say so."""
    from models.trained.file import as_text, read_model
    from models.trained.registered import provenance_as_json
    from store.database import connect, translated
    from store.model_registry import Registering
    from store.model_registry import register as add

    sealed = read_model(file)
    origin = sealed.model.provenance
    checked_name(origin.name)
    with (
        connect(url, application="wellkept-admin", autocommit=True) as connection,
        translated(),
        connection.transaction(),
    ):
        did = add(
            connection,
            sha256=sealed.sha256,
            content=as_text(sealed.model).encode(),
            name=origin.name,
            simulated=origin.simulated,
            provenance=provenance_as_json(origin),
            code_version=origin.code_version,
            actor=ACTOR,
        )
    short = sealed.sha256[:12]
    said = {
        Registering.NEW: f"registered as a candidate: {short}; "
        f"`wellkept admin models promote {short}` tries it unheard",
        Registering.KNOWN: f"{short} is registered already and its stored file is whole; nothing was changed",
        Registering.MENDED: f"{short} was registered already, but its stored file was damaged: mended with this one",
    }
    click.echo(said[did])
    _warn_of_other_code(origin.code_version)


def _usable(connection: "Connection") -> set[str]:
    """Hashes of the models at work whose stored file is whole."""
    from models.trained.registered import speakers_at_work

    at_work = speakers_at_work(connection)
    return {sealed.sha256 for sealed in (at_work.champion, *at_work.shadows) if sealed is not None}


def _warn_of_damage(sha256: str, state: str, usable: set[str]) -> None:
    if state in _WITHOUT and sha256 not in usable:
        click.echo(f"{sha256[:12]} cannot be used, its stored file is damaged: {_WITHOUT[state]}; "
                   "register its file again, or retire it", err=True)  # fmt: skip


def _warn_of_other_code(trained_by: str) -> None:
    from models.training.code import code_version

    if trained_by != code_version():
        click.echo(f"  {OTHER_CODE}", err=True)


def _url(settings: Settings) -> str:
    url = with_running(settings).database_url
    if not url:
        raise BadInput("WELLKEPT_DATABASE_URL is not set, and no `wellkept up` runs here")
    return url


@contextmanager
def _connected(settings: Settings) -> Iterator["Connection"]:
    from store.database import connect, translated

    with connect(_url(settings), application="wellkept-admin", autocommit=True) as connection, translated():
        yield connection
