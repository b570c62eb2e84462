"""Files over HTTP that survive cuts, waits and kills, and count only when their checksum is right.

`requests` speaks HTTP here (proxies and certificates as the environment sets them). What is built
on it is what none of the usual libraries does: pooch starts a file that was cut from its first
byte again, and urllib3's own retries end where the body begins. So one loop takes in all that
passes (cuts, time-outs, 429, 5xx) and goes on from the byte that is on disk.
"""

import hashlib
import io
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import IncompleteRead
from pathlib import Path
from typing import TypeVar

import requests
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import fault

CHUNK = 256 * 1024  # bytes
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds; doubled each time
PASSING = {408, 429, 500, 502, 503, 504}
MOST_JSON = 16 * 2**20  # bytes; the record of 15 files has 20,000
NO_SUCH_RANGE = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE

log = logging.getLogger(__name__)
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class RemoteFile:
    """One file of a record."""

    name: str
    size: int  # bytes
    algorithm: str  # of the checksum, a name that hashlib knows
    digest: str
    url: str


class CorruptedError(PairdxError):
    """A file arrived whole and is not what its checksum says."""


class StoppedError(Exception):
    """Another file has failed: this one is left as it is."""


class _PassingError(Exception):
    def __init__(self, reason: str, pause: float | None = None, *, progress: bool = False) -> None:
        super().__init__(reason)
        self.pause = pause
        self.progress = progress


class Client:
    """Asks again where that can help. One is shared by all threads; ``stop`` ends them."""

    def __init__(self, retries: int, timeout: float) -> None:
        self.stop = threading.Event()
        self._answered = False  # by any server, so far
        self._retries = retries
        self._timeout = timeout

    def json(self, url: str, form: type[M]) -> M:
        """Return the JSON object that ``url`` answers, as far as ``form`` knows it.

        Raises:
            PairdxError: it is of another form, or longer than `MOST_JSON`.
        """

        def ask() -> bytes:
            with self.open(url, {"Accept": "application/json"}) as response:
                return _read(url, response)

        answer = self.persist(url, ask)
        try:
            return form.model_validate_json(answer)
        except ValidationError as error:
            raise PairdxError(
                f"{url}: not the answer of Zenodo's API ({fault(error)}); check download.api"
            ) from None

    def persist(self, url: str, step: Callable[[], T]) -> T:
        """Call ``step`` until it ends well; pause longer each time that it does not get on."""
        failures = 0
        while True:
            try:
                return step()
            except _PassingError as error:
                failures = 1 if error.progress else failures + 1
                if failures > self._retries:
                    raise PairdxError(
                        f"{url}: gave up ({error}, {failures} times in a row); what has arrived is "
                        "kept, run the stage again to go on"
                    ) from error
                pause = error.pause
                if pause is None:
                    pause = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
                log.warning("%s: %s; again in %.0f s", url, error, pause)
                if self.stop.wait(pause):
                    raise StoppedError from None

    @contextmanager
    def open(self, url: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        """Yield a response whose body is still to be read; faults while reading pass as well."""
        try:
            with requests.get(
                url,
                stream=True,
                timeout=self._timeout,
                hooks={"response": _leave_out_body_of_redirect},
                # identity: a range counts the bytes that are sent, which compression changes.
                headers={"User-Agent": "pairdx", "Accept-Encoding": "identity", **headers},
            ) as response:
                self._answered = True
                if not ("Range" in headers and response.status_code == NO_SUCH_RANGE):
                    _refuse(url, response)
                yield response
        except requests.exceptions.SSLError as error:
            raise PairdxError(
                f"{url}: no trusted connection ({error}); behind a proxy that looks into traffic, "
                "set REQUESTS_CA_BUNDLE to its certificate"
            ) from error
        except (requests.exceptions.InvalidURL, requests.exceptions.TooManyRedirects) as error:
            raise PairdxError(f"{url}: cannot be asked for ({error}); see download.api") from error
        except (requests.RequestException, HTTPError) as error:
            cause = _cause(error)
            if isinstance(cause, socket.gaierror) and not self._answered:
                raise PairdxError(
                    f"{url}: {_said(cause)}; is there a network? Files that are here already go "
                    "into the folder that download.path names"
                ) from error
            raise _PassingError(_said(cause)) from error


def _read(url: str, response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > MOST_JSON:
            raise PairdxError(
                f"{url}: the answer has more than {MOST_JSON} bytes; check download.api"
            )
    return bytes(body)


def _leave_out_body_of_redirect(response: requests.Response, **_: object) -> None:
    """Keep requests from reading it whole, to use the connection again, however long it is."""
    if response.is_redirect:
        response.raw.close()
        response.raw = io.BytesIO()


def _refuse(url: str, response: requests.Response) -> None:
    if response.status_code in PASSING:
        told = response.headers.get("Retry-After")
        try:
            pause = Retry(retry_after_max=int(LONGEST_PAUSE)).parse_retry_after(told or "")
        except (HTTPError, ValueError, OverflowError):  # none, or neither seconds nor a date
            pause = None
        raise _PassingError(f"answer {response.status_code}", pause)
    if not response.ok:
        raise PairdxError(
            f"{url}: answer {response.status_code} {response.reason}; check the record's number "
            "and download.api"
        )


def _cause(error: BaseException) -> BaseException:
    """Return what lies at the bottom: 'Connection refused', not the three layers around it."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _said(error: BaseException) -> str:
    if isinstance(error, IncompleteRead):
        return "cut off"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def fetch(client: Client, file: RemoteFile, folder: Path, advance: Callable[[int], None]) -> Path:
    """Bring ``file`` into ``folder``: nothing if it is there, else what is missing of it.

    Until its checksum has been verified it has another name. ``advance`` is told how many bytes
    have come; fewer than none where they have to come again.

    Raises:
        CorruptedError: the file is not what its checksum says.
        PairdxError: the server does not give it.
    """
    final, partial = folder / file.name, folder / f"{file.name}.partial"
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.is_file():
        if is_intact(final, file):
            advance(file.size)
            return final
        log.warning("%s: not what its checksum says; it is downloaded again", final)
        final.unlink()
    begun = _size(partial)
    advance(begun)
    _complete(client, file, partial, advance)
    if begun and not is_intact(partial, file):
        log.warning("%s: what an earlier run left of it is no use; from the first byte", file.name)
        partial.unlink()
        advance(-file.size)
        _complete(client, file, partial, advance)
    if not is_intact(partial, file):
        partial.unlink()
        raise CorruptedError(
            f"{file.name}: {file.url} does not have the {file.algorithm} {file.digest} that the "
            "record names; it is refused, run the stage again to download it anew"
        )
    partial.replace(final)
    return final


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def is_intact(path: Path, file: RemoteFile) -> bool:
    """Whether the file at ``path`` has the size and the checksum of ``file``."""
    return _size(path) == file.size and digest(path, file.algorithm) == file.digest


def digest(path: Path, algorithm: str) -> str:
    """Return the checksum of a file in hexadecimal digits."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


def _complete(
    client: Client, file: RemoteFile, partial: Path, advance: Callable[[int], None]
) -> None:
    """Append to ``partial`` until it has the size of ``file``."""
    best = _size(partial)

    def go_on() -> None:
        nonlocal best
        try:
            _append(client, file, partial, advance)
        except _PassingError as error:
            # Bytes that had come before are no progress: a server may cut and know no ranges.
            have = _size(partial)
            progress, best = have > best, max(best, have)
            reason = f"{error} at byte {have} of {file.size}"
            raise _PassingError(reason, error.pause, progress=progress) from error

    client.persist(file.url, go_on)


def _append(
    client: Client, file: RemoteFile, partial: Path, advance: Callable[[int], None]
) -> None:
    # Unbuffered: what has arrived is on disk when the process is killed.
    with partial.open("ab", buffering=0) as out:
        have = out.tell()
        if have == file.size:
            return
        with client.open(file.url, {"Range": f"bytes={have}-"} if have else {}) as response:
            if have and not _continues(response, have):
                out.truncate(0)
                advance(-have)
                if response.status_code != HTTPStatus.OK:
                    raise _PassingError("no such range")
                have = 0
            while have <= file.size and (chunk := response.raw.read1(CHUNK, decode_content=False)):
                out.write(chunk)
                have += len(chunk)
                advance(len(chunk))
                if client.stop.is_set():
                    raise StoppedError
    if have > file.size:
        partial.unlink()
        raise CorruptedError(
            f"{file.name}: {file.url} has more than the {file.size} bytes that the record names; "
            "it is refused"
        )
    if have < file.size:
        raise _PassingError("cut off")


def _continues(response: requests.Response, start: int) -> bool:
    partial = response.status_code == HTTPStatus.PARTIAL_CONTENT
    return partial and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
