"""What a Zenodo record holds: its files, their sizes and checksums, as its API tells them."""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pairdx.core.errors import PairdxError
from pairdx.download.transfer import Client, RemoteFile
from pairdx.sources.archives import is_safe


@dataclass(frozen=True)
class Record:
    """One version of a data set."""

    number: int
    version: str
    files: tuple[RemoteFile, ...]


def read_record(client: Client, api: str, number: int) -> Record:
    """Ask ``api`` for the record ``number``, and take no other one for it.

    The number that stands for all versions of a data set leads to the newest of them: results
    would change with every version that is published, so it is refused.

    Raises:
        PairdxError: there is no such record, the answer is another one or of another form.
    """
    url = f"{api}/records/{number}"
    answer = client.json(url)
    try:
        found = int(answer["id"])
        if found != number:
            raise PairdxError(
                f"{url}: {number} is no version but leads to one, today to {found}; "
                "name the version itself"
            )
        files = tuple(_file(api, number, entry) for entry in answer["files"])
        version = str(answer.get("metadata", {}).get("version") or "")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PairdxError(
            f"{url}: not the answer of Zenodo's API ({type(error).__name__}: {error}); check "
            "download.api"
        ) from error
    if not files:
        raise PairdxError(f"{url}: the record lists no files; they may be restricted")
    return Record(number, version, files)


def _file(api: str, number: int, entry: dict[str, Any]) -> RemoteFile:
    name = str(entry["key"])
    algorithm, _, digest = str(entry["checksum"]).rpartition(":")
    algorithm = algorithm or "md5"
    if not is_safe(name) or algorithm not in hashlib.algorithms_guaranteed:
        raise ValueError(f"file {name!r} with checksum {entry['checksum']!r}")
    # Not the API's own link to the content: unlike the page's, it knows no ranges.
    url = f"{api.removesuffix('/api')}/records/{number}/files/{quote(name)}?download=1"
    return RemoteFile(name, int(entry["size"]), algorithm, digest.lower(), url)
