"""What a Zenodo record holds: its files, their sizes and checksums, as its API tells them."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from pairdx.core.errors import PairdxError
from pairdx.download.transfer import Client, RemoteFile
from pairdx.sources.archives import is_safe

ALGORITHMS = ("md5", "sha1", "sha256", "sha512")  # Zenodo's own is the first
MOST_BYTES = 2**50  # of a file: a petabyte


def _safe(name: str) -> str:
    if not is_safe(name):
        raise ValueError("a name that stays in its folder is needed")
    return name


class _File(BaseModel):
    """What the API says of one file."""

    key: Annotated[str, AfterValidator(_safe)]
    size: int = Field(ge=0, le=MOST_BYTES)
    checksum: Annotated[
        str, StringConstraints(pattern=rf"^(({'|'.join(ALGORITHMS)}):)?[0-9A-Fa-f]+$")
    ]


class _Metadata(BaseModel):
    version: str | None = None


class _Answer(BaseModel):
    """What the API says of a record; the rest of it is not read."""

    id: int
    files: list[_File]
    metadata: _Metadata = _Metadata()


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
    answer = client.json(url, _Answer)
    if answer.id != number:
        raise PairdxError(
            f"{url}: {number} is no version but leads to one, today to {answer.id}; "
            "name the version itself"
        )
    if not answer.files:
        raise PairdxError(f"{url}: the record lists no files; they may be restricted")
    files = tuple(_remote(api, number, file) for file in answer.files)
    return Record(number, answer.metadata.version or "", files)


def _remote(api: str, number: int, file: _File) -> RemoteFile:
    algorithm, _, digest = file.checksum.rpartition(":")
    # Not the API's own link to the content: unlike the page's, it knows no ranges.
    url = f"{api.removesuffix('/api')}/records/{number}/files/{quote(file.key)}?download=1"
    return RemoteFile(file.key, file.size, algorithm or ALGORITHMS[0], digest.lower(), url)
