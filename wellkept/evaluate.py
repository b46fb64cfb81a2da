"""The command `evaluate`: recorded fleets through the production path, and how good it was."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from domain.errors import BadInput


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...",
                type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="Folder for OUT/<case>/findings.jsonl, OUT/<case>/report.json and OUT/report.html.")  # fmt: skip
@click.option(
    "--model", type=click.Path(exists=True, path_type=Path), help="A trained model instead of the shipped one."
)
@click.option("--jobs", type=click.IntRange(1, 64), default=lambda: min(8, os.cpu_count() or 1), show_default="cores",
              help="Processes; the result is the same whatever the number.")  # fmt: skip
def evaluate(cases: tuple[Path, ...], out: Path, model: Path | None, jobs: int) -> None:
    """Run recorded fleets through the production path in order of arrival, without look-ahead, and judge it.

    A CASE is a folder with appliances.csv and telemetry/, or a folder of power recordings. Its truth.csv, if there is
    one, is read for the figures only, after all findings are written.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one per process: the processes are the parallel part
    from models.evaluation.pages import write_page

    if model is not None:
        raise BadInput("this version has no trained models yet; leave --model out to evaluate the built-in detectors")
    names = [case.resolve().name for case in cases]
    if len(set(names)) < len(names):
        raise BadInput("two cases have the same folder name; their results would overwrite each other")
    reports = []
    for case in cases:
        reports.append(_evaluate(case.resolve(), out, jobs))
        click.echo()
    page = write_page(reports, out / "report.html")
    click.echo(f"written: {out}/<case>/findings.jsonl, {out}/<case>/report.json, {page}")


def _evaluate(folder: Path, out: Path, jobs: int) -> dict[str, object]:
    from models.evaluation.case import count_rows, open_case
    from models.evaluation.judged import judge_case
    from models.evaluation.runner import run_case, write_findings
    from models.evaluation.table import lines
    from models.evaluation.truth import is_simulated, read_truth, read_weights
    from wellkept.evaluate_safety import watch_safety

    started = time.monotonic()
    with _as_case(folder) as prepared:
        case = open_case(prepared)
        with click.progressbar(length=max(1, count_rows(case)), label=folder.name, show_pos=False) as bar:
            run = run_case(case, watch_safety, jobs=jobs, report=bar.update)
    took_s = time.monotonic() - started
    write_findings(run.findings, out / folder.name)
    report = judge_case(case, run, read_truth(folder), read_weights(folder))
    report |= {"simulated": is_simulated(folder), "seconds": round(took_s, 1), "jobs": jobs}
    (out / folder.name / "report.json").write_text(
        json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    for line in lines(report):
        click.echo(line)
    click.echo(
        f"{took_s:.1f} s with {jobs} process{'es' if jobs > 1 else ''}, {run.rows / max(took_s, 1e-9):,.0f} rows/s"
    )
    return report


@contextmanager
def _as_case(folder: Path) -> Iterator[Path]:
    """The folder itself, or power recordings as a case of the same name in a temporary place."""
    from wellkept.power_case import is_power_recording, write_power_case

    if (folder / "appliances.csv").is_file() or not is_power_recording(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="wellkept-evaluate-") as temporary:
        yield write_power_case(folder, Path(temporary) / folder.name)
