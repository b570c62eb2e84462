"""Taking in PairDx as its authors publish it (Zenodo record 17452236), with their own split.

Described are ``image_metadata.csv`` (identifier, modality, image file name, caption, split) and
``images/``. The record's list of files is not known to us. So whatever csv and zips it has are
looked through, and columns, classes and splits may be spelt in other ways.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.download.image_files import Gallery
from pairdx.download.local import NOTE, local_release
from pairdx.download.params import DownloadParams
from pairdx.download.record import download_record
from pairdx.download.transfer import digest
from pairdx.readers.spreadsheet import unprotect
from pairdx.sources.folder import NORMALISED
from pairdx.sources.imported import BadRowError, Rejection, Row, report, write_pairs
from pairdx.sources.multicare import PART
from pairdx.sources.provenance import Provenance, write_provenance
from pairdx.sources.published_split import write_splits_csv

METADATA = "image_metadata.csv"
SPELLINGS = {  # of columns; letters and digits alone, the likeliest first
    "id": ("identifier", "id", "imageid", "pairid", "sampleid", "uid", "fileid"),
    "label": ("modality", "label", "class", "category", "imagetype", "imagemodality"),
    "image": ("imagefilename", "filename", "imagefile", "imagename", "imagepath", "image", "file"),
    "caption": ("caption", "imagecaption", "captiontext", "text", "description"),
    "split": ("split", "subset", "partition", "set", "datasplit"),
}
SPLIT_SPELLINGS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
MULTICARE_NAME = re.compile(rf".*(PMC\d+)(_.*?)(?:{PART})?")


def import_pairdx(params: DownloadParams, out: Path) -> None:
    """Lay the published pairs down in the folder ``out``, their split in ``splits.csv``.

    Raises:
        PairdxError: there is no table of pairs or it lacks a column; a row cannot be used and
            ``params.bad_rows`` is "stop"; what a download raises.
    """
    release = local_release(Path(params.path))
    if release is None:
        files, version = download_record(params, params.pairdx_record)
        checked = "md5 of the record"
    else:
        files, version, checked = _find(release), "", "nothing"
    rows: list[Row] = []
    rejected: list[Rejection] = []
    splits: dict[str, str] = {}
    with Gallery(files) as gallery:
        table = _table(gallery)
        for line, row in _read(table, gallery.read(table)):
            try:
                rows.append(_check(row, gallery, splits))
            except BadRowError as error:
                value = row.get(error.field, "")
                rejected.append(Rejection(line, row.get("id", ""), error.field, value, str(error)))
        report(table, rejected, len(rows), drop_bad_rows=params.bad_rows == "drop")
        write_pairs(out, rows, rejected, gallery.read)
    write_splits_csv(out, splits)
    md5 = {name: digest(path, "md5") for name, path in files.items()}
    write_provenance(out, Provenance("PairDx", params.pairdx_record, version, checked, md5))


def _find(release: Path) -> dict[str, Path]:
    return {
        path.relative_to(release).as_posix(): path
        for path in sorted(release.rglob("*"))
        if path.is_file() and path != release / NOTE
    }


def _table(gallery: Gallery) -> str:
    """Return the name of the table of pairs."""
    tables = gallery.names(METADATA) or gallery.names(".csv")
    if len(tables) != 1:
        raise PairdxError(
            f"PairDx: {METADATA} is needed, once; there are {', '.join(tables) or 'no csv files'}"
        )
    return tables[0]


def _read(table: str, content: bytes) -> Iterator[tuple[int, Row]]:
    """Yield line numbers and rows under our names of the columns."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        columns = _columns(table, list(reader.fieldnames or []))
        for row in reader:
            yield (
                reader.line_num,
                {ours: (row[theirs] or "").strip() for ours, theirs in columns.items()},
            )
    except (UnicodeDecodeError, csv.Error) as error:
        raise PairdxError(f"{table}: not a readable CSV file in UTF-8 ({error})") from error


def _columns(table: str, header: list[str]) -> dict[str, str]:
    plain = {re.sub(r"[^a-z0-9]", "", column.lower()): column for column in reversed(header)}
    columns = {}
    for ours, spellings in SPELLINGS.items():
        theirs = [plain[spelling] for spelling in spellings if spelling in plain]
        if not theirs:
            raise PairdxError(
                f"{table}: no column for the {ours}, which may be called "
                f"{', '.join(spellings)}; there are {', '.join(header) or 'none'}"
            )
        columns[ours] = theirs[0]
    return columns


def _check(row: Row, gallery: Gallery, splits: dict[str, str]) -> Row:
    """Return the normalised row and note its split, or raise for the first thing wrong with it."""
    if not row["id"] or row["id"] in splits:
        raise BadRowError("id", "an identifier is needed that no other row has")
    label = _label(row["label"])
    split = SPLIT_SPELLINGS.get(row["split"].lower())
    if split is None:
        raise BadRowError("split", f"allowed are {', '.join(SPLIT_SPELLINGS)}")
    images = gallery.find(row["image"])
    if len(images) != 1:
        found = f"several: {', '.join(images[:3])}" if images else "none"
        raise BadRowError("image", f"one file of this name is needed, there are {found}")
    splits[row["id"]] = split
    return {
        **dict.fromkeys(NORMALISED, ""),
        **_origin(row["id"], images[0]),
        "id": row["id"],
        "image": images[0],
        "caption": unprotect(row["caption"]),
        "label": label,
        "source": "PairDx",
    }


def _label(text: str) -> str:
    plain = re.sub(r"[^a-z]+", "_", text.lower()).strip("_")
    for label in LABELS:
        if plain in (label, f"{label}s"):
            return label
    raise BadRowError("label", f"allowed are {', '.join(LABELS)}, spaces and capitals as you like")


def _origin(id_: str, image: str) -> Row:
    """Return article and figure as MultiCaRe's names tell them; else the pair stands alone."""
    for name in (Path(image).stem, id_):
        if match := MULTICARE_NAME.fullmatch(name):
            article = match[1]
            return {"article_id": article, "case_id": article, "figure_id": article + match[2]}
    return {"article_id": id_, "case_id": id_, "figure_id": id_}
