"""Which published version the raw pairs are of: ``source.json`` beside them.

It names no machine's folders and no time, so that it is the same for whoever takes the same way.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import write_json

SOURCE_JSON = "source.json"


@dataclass(frozen=True)
class Provenance:
    """A release, and how sure it is that the files are its own."""

    name: str
    record: int  # on Zenodo
    version: str  # as the record calls it; empty where nobody was asked
    checked: str  # against what the files were checked
    md5: dict[str, str]  # of each file


def write_provenance(raw: Path, provenance: Provenance) -> None:
    """Write ``source.json`` into the folder ``raw``."""
    write_json(raw / SOURCE_JSON, asdict(provenance))


def summary(raw: Path) -> dict[str, Any] | None:
    """Return what a metrics file says of the source; None if the raw pairs are of no release."""
    path = raw / SOURCE_JSON
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {key: content[key] for key in ("name", "record", "version", "checked")}
    except (ValueError, KeyError, TypeError) as error:
        raise PairdxError(f"{path}: not readable ({error}); run `dvc repro download`") from error
