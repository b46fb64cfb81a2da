"""The command `evaluate`: recorded fleets through the production path, and how good it was."""

import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.errors import BadInput
from wellkept.named_path import NamedPath
from wellkept.settings import Settings

if TYPE_CHECKING:  # loaded when the command runs: they bring Polars with them
    from models.evaluation.pooled import Evaluated
    from models.evaluation.refusals import Refusals
    from models.partition import Apply
    from models.trained.file import Sealed


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...",
                type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--out", required=True, type=NamedPath(file_okay=False),
              help="Folder for OUT/<case>/findings.jsonl, OUT/<case>/report.json, OUT/report.html; of several cases "
                   "with a truth.csv also OUT/report.json, all as one fleet.")  # fmt: skip
@click.option("--model", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A trained model instead of the shipped one.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=lambda: min(8, os.cpu_count() or 1), show_default="cores",
              help="Processes; the result is the same whatever the number.")  # fmt: skip
@click.pass_obj
def evaluate(settings: Settings, cases: tuple[Path, ...], out: Path, model: Path | None, jobs: int) -> None:
    """Run recorded fleets through the production path in order of arrival, without look-ahead, and judge it.

    A CASE is a folder with appliances.csv and telemetry/, or a folder of power recordings. Its truth.csv, if there is
    one, is looked through for mistakes first, and judged by only after all findings are written. With WELLKEPT_DASK_URL
    the cluster does the work.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one per process: the processes are the parallel part
    from models.evaluation.pages import write_page
    from models.evaluation.pooled import pooled
    from models.evaluation.whole_file import writable_folder
    from models.partition import spread_over
    from models.trained.file import read_model, shipped

    names = [case.resolve().name for case in cases]
    if len(set(names)) < len(names):
        raise BadInput("two cases have the same folder name; their results would overwrite each other")
    _keep_recordings(cases, (out, *(out / name for name in names)))
    sealed = shipped() if model is None else read_model(model)
    refused = [_require_case(case.resolve()) for case in cases]
    for folder in (out, *(out / name for name in names)):
        writable_folder(folder)
    for older in ("report.json", "report.html"):  # may be of other cases, or stay if this run is broken off
        (out / older).unlink(missing_ok=True)
    _say_model(sealed)
    reports, several = [], []
    with spread_over(jobs, settings.dask_url) as apply:
        for case, left_out in zip(cases, refused, strict=True):
            report, evaluated = _evaluate(case.resolve(), left_out, out, jobs, sealed, apply, settings)
            reports.append(report)
            several.append(evaluated)
            click.echo()
    together = pooled(several)
    if together is not None:
        click.echo(f"\n{', '.join(one.case.folder.name for one in several if one.truth is not None)} as one fleet:")
        told = [report for report, one in zip(reports, several, strict=True) if one.truth is not None]
        of = {"simulated": any(report["simulated"] for report in told), "jobs": jobs,
              "seconds": round(sum(report["seconds"] for report in told), 1)}  # fmt: skip
        reports.insert(0, _report(together, sealed, out, of))
    page = write_page(reports, out / "report.html")
    each = names[0] if len(names) == 1 else "<case>"
    click.echo(f"written: {page}, {out}/{each}/report.json, {out}/{each}/findings.jsonl")


def _keep_recordings(cases: Sequence[Path], folders: Sequence[Path]) -> None:
    """BadInput if results would be written into a case."""
    recorded = {case.resolve() for case in cases}
    for folder in folders:
        for place in (folder.resolve(), *folder.resolve().parents):
            if place in recorded:
                raise BadInput(f"results would be written into the case {place}, which is a recording: choose another "
                               "folder for --out")  # fmt: skip


def _say_model(sealed: "Sealed") -> None:
    from models.trained.name import shown_name
    from models.training.code import code_version
    from wellkept.models_command import OTHER_CODE

    origin = sealed.model.provenance
    click.echo(
        f"model: {shown_name(origin.name)} ({sealed.sha256[:12]}){', trained on SIMULATED fleets' * origin.simulated}"
    )
    if origin.code_version != code_version():
        click.echo(f"  {OTHER_CODE}")


def _evaluate(
    folder: Path, refused: "list[Refusals]", out: Path, jobs: int, sealed: "Sealed", apply: "Apply", settings: Settings
) -> tuple[dict[str, Any], "Evaluated"]:
    from models.evaluation.case import count_rows, open_case
    from models.evaluation.doubts import doubts_of, doubts_of_truth
    from models.evaluation.pooled import Evaluated
    from models.evaluation.refusals import lines_of
    from models.evaluation.runner import run_case, write_findings
    from models.evaluation.shown import first_shown
    from models.evaluation.truth import is_simulated, read_truth, read_weights
    from models.trained.speakers import Speakers
    from wellkept.evaluate_safety import watch_safety

    started = time.monotonic()
    with _as_case(folder) as prepared:
        case = open_case(prepared)
        doubts = [*lines_of(case, refused), *doubts_of(case), *doubts_of_truth(case, read_truth(folder))]
        for line in doubts:
            click.echo(line, err=True)
        with click.progressbar(length=max(1, count_rows(case)), label=folder.name, show_pos=False) as bar:
            speakers = Speakers(champion=sealed)
            run = run_case(case, watch_safety, speakers=speakers, weigh=settings.decision, care=settings.care,
                           apply=apply, report=bar.update)  # fmt: skip
    took_s = time.monotonic() - started
    (out / folder.name / "report.json").unlink(missing_ok=True)  # an older one does not fit the new findings
    write_findings(run.findings, out / folder.name)
    truth = read_truth(folder)
    known = None if truth is None else [one for one in truth if one.appliance_id in case.appliances]
    evaluated = Evaluated(
        case=case, run=run, truth=known, weights=read_weights(folder), shown=first_shown(case, known or ())
    )
    of = {"simulated": is_simulated(folder), "seconds": round(took_s, 1), "jobs": jobs,
          "left_out": [one.as_json() for one in refused], "doubts": doubts}  # fmt: skip
    report = _report(evaluated, sealed, out / folder.name, of)
    click.echo(
        f"{took_s:.1f} s with {jobs} process{'es' if jobs > 1 else ''}, {run.rows / max(took_s, 1e-9):,.0f} rows/s"
    )
    return report, evaluated


def _report(evaluated: "Evaluated", sealed: "Sealed", folder: Path, of: dict[str, Any]) -> dict[str, Any]:
    """Judge it, write report.json into `folder` and say the figures."""
    from models.evaluation.judged import judge_case
    from models.evaluation.table import lines
    from models.evaluation.whole_file import write_whole

    provenance = sealed.model.provenance
    model = {"name": provenance.name, "sha256": sealed.sha256, "simulated": provenance.simulated,
             "code_version": provenance.code_version}  # fmt: skip
    report = judge_case(evaluated, provenance.appliance_models or None) | {"model": model} | of
    write_whole(folder / "report.json", json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    for line in lines(report):
        click.echo(line)
    return report


def _require_case(folder: Path) -> "list[Refusals]":
    """What cannot be used; BadInput for what cannot be judged, before minutes are spent on the cases before it."""
    from models.evaluation.case import open_case
    from models.evaluation.refusals import refusals_of
    from models.evaluation.truth import read_truth, read_weights
    from wellkept.power_case import is_power_recording

    read_truth(folder)
    read_weights(folder)
    if (folder / "appliances.csv").is_file() or not is_power_recording(folder):
        return refusals_of(open_case(folder))
    return []


@contextmanager
def _as_case(folder: Path) -> Iterator[Path]:
    """The folder itself, or power recordings as a case of the same name in a temporary place."""
    from polars.exceptions import ComputeError

    from wellkept.power_case import is_power_recording, write_power_case

    if (folder / "appliances.csv").is_file() or not is_power_recording(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="wellkept-evaluate-") as temporary:
        try:
            prepared = write_power_case(folder, Path(temporary) / folder.name)
        except (OSError, ComputeError) as error:  # Polars says so of a file that it cannot write
            raise BadInput(f"{folder.name} cannot be prepared in {tempfile.gettempdir()} ({error}): make room there or "
                           "name another folder by TMPDIR") from error  # fmt: skip
        yield prepared
