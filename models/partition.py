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
from socket import create_connection
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from domain.errors import BadInput, Unavailable

Part = TypeVar("Part")
Result = TypeVar("Result")
CONNECT_S = 10.0


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
def on_cluster(url: str) -> Iterator[Apply]:
    """On the Dask cluster whose scheduler is at `url`; its workers need this program and the same paths.

    BadInput if `distributed` is not installed or the address makes no sense, Unavailable if nobody answers.
    """
    try:
        from distributed import Client, as_completed
    except ModuleNotFoundError as error:
        raise BadInput("WELLKEPT_DASK_URL is set, but the package `distributed` is missing: install wellkept[cluster]"
                       ) from error  # fmt: skip
    try:
        address = urlsplit(url)
        if address.hostname is None or address.port is None:
            raise ValueError("no host and port")
        # The client tries again for all of its time, even where the port is closed.
        create_connection((address.hostname, address.port), CONNECT_S).close()
        client = Client(url, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise Unavailable(f"no Dask scheduler answers at {url}: start one, or unset WELLKEPT_DASK_URL") from error
    except ValueError as error:
        raise BadInput(f"WELLKEPT_DASK_URL={url} is no address of a Dask scheduler, such as tcp://host:8786") from error
    with client:

        def apply(function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[tuple[int, Result]]:
            # pure=False: a part is worked on again when asked again, whatever the cluster remembers.
            futures: list[Any] = client.map(function, parts, pure=False)
            places = {future.key: place for place, future in enumerate(futures)}
            for future in as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
                yield places[future.key], future.result()
                future.release()

        yield apply


@contextmanager
def spread_over(jobs: int, dask_url: str = "") -> Iterator[Apply]:
    """On the cluster if there is one, else on processes of this machine."""
    with on_cluster(dask_url) if dask_url else on_processes(jobs) as apply:
        yield apply
