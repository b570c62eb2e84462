"""A function mapped over chunks, in order: by processes of this machine, or by a dask cluster.

Where work is done is no param: it changes no byte, and a param that changes makes every stage that
lists it out of date. It is the environment variable ``PAIRDX_SCHEDULER``: the address of a
scheduler that a person has started, or the file that `dask scheduler --scheduler-file` writes.
Without it, this machine does the work. See docs/cluster.md.
"""

import logging
import os
import platform
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from pairdx.core.errors import PairdxError

if TYPE_CHECKING:
    from distributed import Client

SCHEDULER = "PAIRDX_SCHEDULER"
AHEAD = 4  # chunks for each worker that are waiting, at work, or done before their turn
TIMEOUT = 10  # seconds until a scheduler counts as unreachable

log = logging.getLogger(__name__)
_one_at_a_time = Lock()

C = TypeVar("C")
R = TypeVar("R")


def on_cluster() -> bool:
    """Whether chunks go to a cluster, whose workers may be other machines."""
    return bool(os.environ.get(SCHEDULER))


def map_chunks(function: Callable[[C], R], chunks: Iterable[C], workers: int = 0) -> Iterator[R]:
    """Yield ``function(chunk)`` for each chunk, in order; ``AHEAD`` a worker are in memory at most.

    Args:
        function: one of a module, or a ``partial`` of it. On a cluster, files it reads lie on a
            file system that the workers share, so that paths in it must be absolute.
        chunks: what it is called with.
        workers: processes of this machine; 0: one a core; 1: this one. A cluster has its own.

    Raises:
        PairdxError: the function raised it; a process was killed; or the cluster cannot be used.
    """
    chunks = iter(chunks)
    if on_cluster():
        return _by_cluster(os.environ[SCHEDULER], function, chunks)
    first = list(islice(chunks, 2))  # for one chunk it is not worth to start processes
    workers, chunks = workers or os.cpu_count() or 1, chain(first, chunks)
    alone = workers == 1 or len(first) < 2
    return map(function, chunks) if alone else _by_processes(workers, function, chunks)


def _by_processes(workers: int, function: Callable[[C], R], chunks: Iterable[C]) -> Iterator[R]:
    # Started afresh, not forked: pyarrow has threads, and a fork of those can lock up.
    with ProcessPoolExecutor(workers, get_context("spawn"), _end_with_parent) as pool:
        try:
            yield from _in_order(pool, function, chunks, lambda: AHEAD * workers)
        except BrokenProcessPool:
            raise PairdxError(
                f"one of {workers} worker processes was killed, most often because memory ran out; "
                "run it again, with fewer workers"
            ) from None


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, even if that was killed."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _in_order(
    pool: Executor, function: Callable[[C], R], chunks: Iterable[C], ahead: Callable[[], int]
) -> Iterator[R]:
    waiting: deque[Future[R]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(function, chunk))
            if len(waiting) >= ahead():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _by_cluster(address: str, function: Callable[[C], R], chunks: Iterable[C]) -> Iterator[R]:
    with _connect(address) as client, _told(address):
        _check_imports(client, address)
        packages = _packages()
        work = partial(_on_worker, function, packages, environment(packages), Path.cwd())
        pool = client.get_executor(pure=False)
        # Asked for each chunk: workers come and go.
        yield from _in_order(pool, work, chunks, lambda: AHEAD * len(client.nthreads()))


def _connect(address: str) -> "Client":
    try:
        from distributed import Client  # an extra, and slow to import
    except ImportError as error:
        raise PairdxError(
            f"{SCHEDULER} = {address!r} needs dask ({error}); pip install 'pairdx[cluster]', or "
            "unset it"
        ) from None
    is_file = address.endswith(".json")
    if is_file and not Path(address).is_file():
        raise PairdxError(f"{SCHEDULER} = {address!r}: no such file; start `dask scheduler`")
    place = {"scheduler_file": address} if is_file else {"address": address}
    try:
        return Client(**place, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise PairdxError(
            f"{SCHEDULER} = {address!r}: no scheduler answers ({reason}); start `dask scheduler` "
            "and name its address, such as tcp://host:8786, or unset it"
        ) from None


def _check_imports(client: "Client", address: str) -> None:
    """Refuse a cluster without pairdx: a worker that is given a function of it would just die."""
    if not client.nthreads():
        log.warning("%s = %s: waiting for a first worker", SCHEDULER, address)
        client.wait_for_workers(1)
    try:
        client.run_on_scheduler(exec, "import pairdx")
        client.run(exec, "import pairdx")
    except ImportError as error:
        raise PairdxError(
            f"{SCHEDULER} = {address!r}: the scheduler or a worker cannot import pairdx ({error}); "
            "install there what is installed here (docs/cluster.md)"
        ) from None


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Say on one line what is wrong with a cluster."""
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker:
        what = "several workers in a row died at the same chunk, most often because memory ran out"
        raise PairdxError(f"{SCHEDULER} = {address!r}: {what}; give them more") from None
    except (CancelledError, CommClosedError):
        what = "the scheduler is gone"
        raise PairdxError(f"{SCHEDULER} = {address!r}: {what}; start it and run again") from None


def _on_worker(
    function: Callable[[C], R],
    packages: tuple[str, ...],
    wanted: dict[str, str],
    folder: Path,
    chunk: C,
) -> R:
    """Call the function where it can give the bytes that it would give at home."""
    here, host = environment(packages), platform.node()
    for name, at_home in wanted.items():
        if here[name] != at_home:
            raise PairdxError(
                f"worker on {host}: {name} is {here[name]}, here {at_home}; install the same "
                "on both, and start the workers again"
            )
    if not folder.is_dir():
        raise PairdxError(
            f"worker on {host}: there is no folder {folder}; workers need the project's folder "
            "under the same path (docs/cluster.md)"
        )
    with _one_at_a_time:  # networks and their threads are one a process
        return function(chunk)


def _packages() -> tuple[str, ...]:
    """What pairdx needs, and what carries its work."""
    needed = [line for line in requires("pairdx") or () if "extra ==" not in line]
    names = [name[0] for line in needed if (name := re.match(r"[\w.-]+", line))]
    return (*names, "dask", "distributed")


@cache
def environment(packages: tuple[str, ...]) -> dict[str, str]:
    """What bytes depend on beside the CPU: Python, this code as it was loaded, packages in use."""
    package = Path(__file__).parents[1]
    code = sha256(b"".join(path.read_bytes() for path in sorted(package.rglob("*.py"))))
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "pairdx": f"of code {code.hexdigest()[:8]}",
        **{package: _version(package) for package in packages},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
