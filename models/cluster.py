"""The same parts on a Dask cluster. Whatever happens to it is one clear line; no result ever comes from other code."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from queue import Empty, Queue
from socket import create_connection
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from domain.errors import BadInput, Unavailable
from models.partition import Apply
from models.program import program_digest

Part = TypeVar("Part")
Result = TypeVar("Result")
CONNECT_S: Final = 10.0
LOOK_S: Final = 1.0
"""How often it is looked whether anybody still works."""
PATIENCE_S: Final = 60.0
"""How long a cluster may be without any worker, as while one is started anew (E)."""


@contextmanager
def on_cluster(url: str, patience_s: float = PATIENCE_S) -> Iterator[Apply]:
    """On the Dask cluster whose scheduler is at `url`; its workers need this very program and the same paths.

    A part whose worker is killed is done by another one. BadInput if `distributed` is not installed or the address
    makes no sense; Unavailable if nobody answers, if the scheduler goes away, if for `patience_s` there is no worker,
    if several workers in turn died of one part, or if a worker runs other code.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise BadInput("WELLKEPT_DASK_URL is set, but the package `distributed` is missing: install `.[cluster]`"
                       ) from error  # fmt: skip
    # Its client writes a traceback for every lost connection; what is lost is said below, in one line.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
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
            checked = partial(_if_same_program, program_digest(), function)
            futures: list[Any] = client.map(checked, parts, pure=False)
            places = {future.key: place for place, future in enumerate(futures)}
            for future in _as_done(client, futures, url, patience_s):
                yield places[future.key], _result(future, url)
                future.release()

        yield apply


def _if_same_program(digest: str, function: Callable[[Part], Result], part: Part) -> Result:
    """The function's result; Unavailable where the program is another one than that of whoever asks."""
    if program_digest() != digest:
        raise Unavailable("a Dask worker runs another version of the program: start the workers anew with this one")
    return function(part)


def _as_done(client: Any, futures: Sequence[Any], url: str, patience_s: float) -> Iterator[Any]:
    """The futures as they are done; Unavailable if nobody is there to do them."""
    done: Queue[Any] = Queue()
    for future in futures:
        future.add_done_callback(done.put)
    seen_s = monotonic()
    for _ in futures:
        while (future := _next(done)) is None:
            if _workers(client):
                seen_s = monotonic()
            elif monotonic() - seen_s > patience_s:
                _knock(url)
                raise Unavailable(f"the Dask scheduler at {url} has had no worker for {patience_s:.0f} s: start some")
        yield future


def _next(done: "Queue[Any]") -> Any:
    try:
        return done.get(timeout=LOOK_S)
    except Empty:
        return None


def _workers(client: Any) -> int:
    try:
        return len(client.scheduler_info(n_workers=-1)["workers"]) if client.status == "running" else 0
    except (OSError, KeyError):  # the scheduler is away
        return 0


def _knock(url: str) -> None:
    """Unavailable if nobody listens where the scheduler was; the client itself tries to come back for long."""
    address = urlsplit(url)
    try:
        create_connection((address.hostname or "", address.port or 0), CONNECT_S).close()
    except OSError as error:
        raise _gone(url) from error


def _result(future: Any, url: str) -> Any:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        return future.result()
    except FutureCancelledError as error:
        raise _gone(url) from error
    except KilledWorker as error:
        raise Unavailable("several Dask workers in turn were ended while they did one and the same part, as happens "
                          "when memory runs out: give them more, or start fewer on a machine") from error  # fmt: skip


def _gone(url: str) -> Unavailable:
    return Unavailable(f"the Dask scheduler at {url} went away in the middle of the work: start it and try again")
