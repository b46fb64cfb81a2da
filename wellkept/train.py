"""The command `train`: a model from recorded fleets and from outcomes of service."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.errors import BadInput
from models.trained.name import MOST, checked_name
from wellkept.named_path import NamedPath
from wellkept.settings import Settings, with_running

if TYPE_CHECKING:  # loaded when the command runs: they bring scikit-learn with them
    from models.trained.file import Sealed
    from models.trained.model import Example
    from models.training.train import Source


@click.command()
@click.argument("cases", nargs=-1, metavar="[CASE]...",
                type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--out", required=True, type=NamedPath(dir_okay=False), help="The model's file.")
@click.option("--from-database", metavar="URL", default="",
              help="Add outcomes of service from this database; without a CASE only refit probabilities.")  # fmt: skip
@click.option("--base", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Without a CASE: the model to refit, instead of the shipped one.")  # fmt: skip
@click.option("--name", help=f"What the model is called, up to {MOST} letters; default: the names of the cases.")
@click.option("--jobs", type=click.IntRange(1, 64), default=lambda: min(8, os.cpu_count() or 1), show_default="cores",
              help="Processes; the result is the same whatever the number.")  # fmt: skip
@click.pass_obj
def train(
    settings: Settings,
    cases: tuple[Path, ...],
    out: Path,
    from_database: str,
    base: Path | None,
    name: str | None,
    jobs: int,
) -> None:
    """Fit a model, measure it on homes it was not fitted on, write it, and register it as a candidate.

    A CASE is a recorded fleet. Labels come from its truth.csv, which only simulators have, or else from its
    services.csv. The model is registered in WELLKEPT_DATABASE_URL or in a `wellkept up` that runs here, if there is
    one; it speaks to nobody before it is promoted (`wellkept admin models`). With WELLKEPT_DASK_URL the cluster works.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one per process: the processes are the parallel part
    from models.evaluation.whole_file import writable_file
    from models.partition import spread_over
    from models.trained.file import read_model, shipped, write_model
    from models.training.train import open_sources, refit
    from models.training.train import train as fit

    if not cases and not from_database:
        raise BadInput("nothing to train on: name a CASE, or give --from-database URL for outcomes of service")
    if cases and base is not None:
        raise BadInput("--base is refitted on outcomes alone; with a CASE everything is fitted anew, so leave one out")
    if len({case.resolve() for case in cases}) < len(cases):
        raise BadInput("a case is named twice: its homes would count twice, and the figures look surer than they are")
    if name is not None:
        checked_name(name)
    writable_file(out)
    outcomes = _outcomes(from_database) if from_database else []
    if from_database:
        click.echo(f"findings of this database with a telling outcome: {len(outcomes)}")
    if cases:
        sources = open_sources([case.resolve() for case in cases])
        _say_sources(sources)
        called = checked_name(name or "+".join(source.case.folder.name for source in sources))
        with spread_over(jobs, settings.dask_url) as apply, ExitStack() as bars:
            model = fit(sources, called, apply, _progress(bars), outcomes)
    else:
        if not outcomes:
            raise BadInput("no finding of this database has a telling outcome yet: there is nothing to learn from")
        before = shipped() if base is None else read_model(base)
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        called = checked_name(name or f"{before.model.provenance.name}, outcomes to {today}")
        model = refit(before.model, called, outcomes, today)
    sealed = write_model(model, out)
    _report(sealed, out)
    _register(with_running(settings), sealed, out)


def _say_sources(sources: Sequence["Source"]) -> None:
    from models.evaluation.doubts import doubts_of, doubts_of_truth
    from models.evaluation.refusals import lines_of, refusals_of
    from models.evaluation.truth import read_truth, read_weights

    for source in sources:
        case, folder = source.case, source.case.folder
        read_weights(folder)
        of_truth = doubts_of_truth(case, read_truth(folder))
        for line in (*lines_of(case, refusals_of(case)), *doubts_of(case), *of_truth):
            click.echo(line, err=True)
        named = next((name for name in ("truth.csv", "services.csv") if (folder / name).is_file()), None)
        labels = f"labels from {named}" if named else "no truth.csv and no services.csv: nothing tells what was true"
        origin = "SIMULATED" if source.simulated else "recorded"
        click.echo(f"{folder.name}: {origin}, {len(source.case.appliances)} appliances, {labels}")


def _progress(bars: ExitStack) -> Callable[[str, int], Callable[[int], None]]:
    def begin(step: str, rows: int) -> Callable[[int], None]:
        bars.close()
        bar = bars.enter_context(click.progressbar(length=max(1, rows), label=step, show_pos=False))
        return bar.update

    return begin


def _outcomes(url: str) -> list["Example"]:
    from models.training.outcomes import examples_of
    from store.database import connect, translated
    from store.outcomes import said_since

    with connect(url, application="wellkept-train", autocommit=True) as connection, translated():
        return examples_of(said_since(connection, datetime(1970, 1, 1, tzinfo=UTC)))


def _report(sealed: "Sealed", out: Path) -> None:
    origin = sealed.model.provenance
    click.echo(f"{origin.name}: {'SIMULATED, ' if origin.simulated else ''}{origin.appliances} appliances, "
               f"{origin.appliance_months:,.0f} months, {origin.data_from} to {origin.data_to}")  # fmt: skip
    for what, figure in origin.figures.items():
        click.echo(f"  {what.replace('_', ' '):32} {in_words(figure)}")
    click.echo(f"  limits {len(sealed.model.limits)}, probabilities {len(sealed.model.calibration)}, "
               f"watched kinds {len(sealed.model.watch)}")  # fmt: skip
    if not sealed.model.calibration and not sealed.model.watch:
        click.echo("  too little to learn from: no probability and no watch for the unknown came of it; promoted, "
                   "detectors would speak for themselves: give more or longer CASEs", err=True)  # fmt: skip
    click.echo(f"written: {out} ({out.stat().st_size / 1000:,.0f} kB, SHA-256 {sealed.sha256[:12]}…)")


def in_words(figure: object) -> str:
    """A figure, or several by name, as a person reads them: `true 4, not true (count 0, months 48.3)`."""
    if isinstance(figure, Mapping):
        figure = {name: one for name, one in figure.items() if not isinstance(one, list)}  # a table: in the file only
        said = ((name.replace("_", " "), in_words(one), isinstance(one, Mapping)) for name, one in figure.items())
        return ", ".join(f"{name} ({one})" if several else f"{name} {one}" for name, one, several in said) or "-"
    if figure is None:
        return "-"
    return f"{figure:.4g}" if isinstance(figure, float) else str(figure)


def _register(settings: Settings, sealed: "Sealed", out: Path) -> None:
    if not settings.database_url:
        click.echo(f"not registered: no database is known; `wellkept admin models register {out}` does it later")
        return
    from wellkept.models_command import register_file

    register_file(settings.database_url, out)
