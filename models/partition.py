"""One function over many parts, here, on several processes, or on a Dask cluster: the only place that knows where.

Parts are cut by appliance and share nothing, so the result does not depend on where they run.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol, TypeVar

from domain.errors import Unavailable

Part = TypeVar("Part")
Result = TypeVar("Result")


class Apply(Protocol):
    """Yields the place of each part and the function's result on it, as they are done."""

    def __call__(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[tuple[int, Result]]: ...


def here(function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[tuple[int, Result]]:
    """One after the other in this process."""
    for place, part in enumerate(parts):
        yield place, function(part)


def _begin_worker() -> None:
    """Ctrl-C goes to every process of the terminal: the first one says what there is to say. Nobody outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def on_processes(jobs: int) -> Iterator[Apply]:
    """On `jobs` processes of this machine, started afresh because Polars does not survive a fork.

    Unavailable if one of them is killed.
    """
    if jobs == 1:
        yield here
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker) as pool:

        def apply(function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[tuple[int, Result]]:
            places = {pool.submit(function, part): place for place, part in enumerate(parts)}
            waiting: set[Future[Result]] = set(places)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield places[future], future.result()

        try:
            yield apply
        except BrokenProcessPool as error:
            raise Unavailable(f"one of {jobs} working processes was ended from outside, as happens when memory runs "
                              "out: try again, with fewer processes if so") from error  # fmt: skip
        except KeyboardInterrupt:
            for worker in multiprocessing.active_children():
                worker.terminate()  # or leaving would wait until their parts are done
            raise


@contextmanager
def spread_over(jobs: int, dask_url: str = "") -> Iterator[Apply]:
    """On the cluster if there is one, else on processes of this machine."""
    if dask_url:
        from models.cluster import on_cluster  # it imports what only a cluster needs

        with on_cluster(dask_url) as apply:
            yield apply
        return
    with on_processes(jobs) as apply:
        yield apply
