"""A Dask cluster under attack: workers killed, the scheduler killed, workers with other code. One clear line each."""

import os
import shutil
import threading
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from domain.errors import Unavailable
from models.cluster import on_cluster
from tests.integration.dask_cluster import dask_cluster

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def _doubled(folder: Path, part: int) -> int:
    """Slow until the test says go; tells who works."""
    (folder / f"{os.getpid()}.at").touch()
    while not (folder / "go").exists():
        threading.Event().wait(0.05)
    return 2 * part


def _wait_for(folder: Path, workers: int) -> None:
    give_up = monotonic() + 60
    while len(list(folder.glob("*.at"))) < workers:
        assert monotonic() < give_up, "the workers did not begin"
        threading.Event().wait(0.05)


def test_killed_workers_are_replaced_by_others_and_none_left_is_said(tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=2) as running, on_cluster(running.address, patience_s=1.0) as apply:
        found: dict[int, int] = {}
        work = threading.Thread(target=lambda: found.update(apply(partial(_doubled, tmp_path), range(6))))
        work.start()
        _wait_for(tmp_path, 2)
        running.workers[0].kill()
        (tmp_path / "go").touch()
        work.join(60)
        assert found == {place: 2 * place for place in range(6)}
        running.workers[1].kill()
        with pytest.raises(Unavailable, match="no worker"):
            list(apply(partial(_doubled, tmp_path), [1]))


def test_a_scheduler_that_goes_away_is_said(tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=1) as running, on_cluster(running.address, patience_s=4.0) as apply:
        failed: list[str] = []

        def work() -> None:
            try:
                list(apply(partial(_doubled, tmp_path), range(3)))
            except Unavailable as error:
                failed.append(str(error))

        thread = threading.Thread(target=work)
        thread.start()
        _wait_for(tmp_path, 1)
        running.scheduler.kill()
        thread.join(60)
        running.workers[0].kill()
        assert len(failed) == 1
        assert "went away" in failed[0]


def test_a_worker_with_other_code_does_no_work(tmp_path: Path) -> None:
    other = tmp_path / "other"
    for room in ("domain", "ingest", "models", "scheduler", "store", "tests", "wellkept"):
        shutil.copytree(ROOT / room, other / room, ignore=shutil.ignore_patterns("__pycache__", "samples"))
    with (other / "domain" / "readings.py").open("a", encoding="utf-8") as file:
        file.write("# another version\n")
    (tmp_path / "go").touch()
    with dask_cluster(tmp_path, 1, program=other) as running, on_cluster(running.address) as apply:
        with pytest.raises(Unavailable, match="another version of the program"):
            list(apply(partial(_doubled, tmp_path), [1]))
        assert not list(tmp_path.glob("*.at"))
