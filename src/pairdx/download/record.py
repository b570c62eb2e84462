"""A record's files into the download cache: several at once, resumed, verified.

The cache lies outside the outputs of any stage, because DVC removes a stage's outputs before it
runs the stage: so what has arrived survives a run that fails or is killed, and a second run
downloads nothing.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from tqdm import tqdm

from pairdx.core.checkout import kept
from pairdx.core.errors import PairdxError
from pairdx.download.params import DownloadParams
from pairdx.download.transfer import Client, CorruptedError, RemoteFile, fetch
from pairdx.download.zenodo import read_record

log = logging.getLogger(__name__)

Fetch = Callable[[RemoteFile], Path]


def download_record(
    params: DownloadParams, number: int, names: Sequence[str] = ()
) -> tuple[dict[str, Path], str]:
    """Download the files ``names`` (or all) of the record ``number``, unless they are there.

    Returns:
        Where each file is, by its name, and what the record calls its version.

    Raises:
        PairdxError: the record has no such file, and what `read_record` and `download` raise.
    """
    client = Client(params.retries, params.timeout)
    record = read_record(client, params.api, number)
    files = {file.name: file for file in record.files}
    for name in names:
        if name not in files:
            raise PairdxError(
                f"{params.api}/records/{number}: there is no {name} among its files "
                f"({', '.join(files)}); is the number of the record right?"
            )
    wanted = [files[name] for name in names or files]
    cache = kept(params.cache) / f"zenodo-{number}"
    return download(client, wanted, cache, params.workers), record.version


def download(
    client: Client, files: Sequence[RemoteFile], folder: Path, workers: int
) -> dict[str, Path]:
    """Bring ``files`` into ``folder``; return where each of them is, by its name.

    Raises:
        PairdxError: files are corrupted (all of them are named), the server does not give one, or
            the disk is too small.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # an experiment beside this one may want the same
            _refuse_full_disk(files, folder)
            with _progress(client, folder, files) as fetch_one:
                return _all(client, files, fetch_one, workers)
    except OSError as error:
        raise PairdxError(f"{folder}: {error.strerror or error}; see download.cache") from error


def _all(
    client: Client, files: Sequence[RemoteFile], fetch_one: Fetch, workers: int
) -> dict[str, Path]:
    corrupted: list[str] = []
    with ThreadPoolExecutor(workers) as pool:
        tasks = {pool.submit(fetch_one, file): file.name for file in files}
        try:
            for task in as_completed(tasks):
                error = task.exception()
                if isinstance(error, CorruptedError):
                    corrupted.append(str(error))  # the other files are worth having
                elif error is not None:
                    raise error
        except BaseException:
            client.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if corrupted:
        raise PairdxError("; ".join(sorted(corrupted)))
    return {name: task.result() for task, name in tasks.items()}


def missing_bytes(files: Sequence[RemoteFile], folder: Path) -> int:
    """Return how many bytes of ``files`` are still to be downloaded into ``folder``."""
    missing = 0
    for file in files:
        there = [folder / file.name, folder / f"{file.name}.partial"]
        have = max((path.stat().st_size for path in there if path.is_file()), default=0)
        missing += max(file.size - have, 0)
    return missing


def _refuse_full_disk(files: Sequence[RemoteFile], folder: Path) -> None:
    missing, free = missing_bytes(files, folder), shutil.disk_usage(folder).free
    if missing > free:
        raise PairdxError(
            f"{folder}: {missing / 1e9:.2f} GB are still to be downloaded and {free / 1e9:.2f} GB "
            "are free; make room, or set download.cache to another disk"
        )
    # What DVC keeps later: its cache holds the files once, data/raw once more.
    later = missing + 2 * sum(file.size for file in files)
    if later > free:
        log.warning(
            "%s: with DVC's cache and data/raw %.1f GB may be needed, %.1f GB are free; "
            "`dvc config --local cache.type reflink,hardlink,copy` saves one copy",
            folder,
            later / 1e9,
            free / 1e9,
        )


@contextmanager
def _progress(client: Client, folder: Path, files: Sequence[RemoteFile]) -> Iterator[Fetch]:
    """Yield `fetch` with a bar for each file that is under way, and one for all."""
    lock = threading.Lock()
    size = sum(file.size for file in files)
    with tqdm(total=size, desc="download", unit="B", unit_scale=True, disable=None) as all_bar:

        def fetch_one(file: RemoteFile) -> Path:
            with tqdm(
                total=file.size,
                desc=file.name,
                unit="B",
                unit_scale=True,
                disable=None,
                leave=False,
            ) as bar:

                def advance(count: int) -> None:
                    with lock:
                        bar.update(count)
                        all_bar.update(count)

                return fetch(client, file, folder, advance)

        yield fetch_one


def place(source: Path, target: Path) -> None:
    """Give a file of the cache a second name; where that cannot be, copy it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(source, target)
