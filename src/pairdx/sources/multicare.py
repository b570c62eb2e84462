"""A MultiCaRe 2.x release on disk (Zenodo record 14994046), or a drawn one of the same shape.

Of the 15 files of a release the labels and captions are read, and of ``cases.parquet`` only the
ages and sexes: the case texts beside them are 158 MB. Everything is done on whole columns, so
that the 130,791 rows take seconds.
"""

import csv
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pairdx.errors import PairdxError
from pairdx.schema import COHORT
from pairdx.sources.archives import open_zip

LABELS_CSV = "captions_and_labels.csv"
CASES = "cases.parquet"
ARCHIVES = tuple(f"PMC{digit}.zip" for digit in range(1, 10))
FILES = (
    *ARCHIVES,
    "abstracts.parquet",
    LABELS_CSV,
    "case_images.parquet",
    CASES,
    "data_dictionary.csv",
    "metadata.parquet",
)
SYNTHETIC = "synthetic_truth.parquet"  # beside the 15 files of a drawn release, and of no other
COLUMNS = (
    "file",
    "main_image",
    "patient_id",
    "license",
    "caption",
    "image_type",
    "image_subtype",
)
FILE_NAME = r"^PMC\d+_[^/\\:]+\.[A-Za-z]+$"


def copy_release(release: Path, out: Path) -> None:
    """Copy the release's files into the folder ``out``; ``release`` itself is left as it is.

    Raises:
        PairdxError: a file is missing or empty, or an archive was cut short.
    """
    for name in FILES:
        path = release / name
        if not path.is_file() or path.stat().st_size == 0:
            raise PairdxError(
                f"{path}: missing or empty; download.path must hold the release's 15 files: "
                f"{', '.join(FILES)}"
            )
        if name in ARCHIVES:
            open_zip(path).close()
    drawn = (SYNTHETIC,) if (release / SYNTHETIC).is_file() else ()
    for name in (*FILES, *drawn):
        shutil.copyfile(release / name, out / name)


def read_rows(raw: Path) -> pa.Table:
    """Return one row a sub-image with the columns of ``COHORT``; ``label`` is the image type.

    Raises:
        PairdxError: a file or column is missing or cannot be read, a file name is not of the form
            the archives are laid out by, or a row occurs twice.
    """
    labels = _read_labels(raw / LABELS_CSV)
    file, patient = labels["file"], labels["patient_id"]
    _refuse(labels.filter(pc.invert(pc.match_substring_regex(file, FILE_NAME))), raw, "file")
    article = pc.replace_substring_regex(file, r"_.*$", "")
    volume = pc.utf8_slice_codeunits(file, 0, 4)
    stem = pc.replace_substring_regex(file, r"\.[^.]*$", "")
    case = _read_cases(raw / CASES)
    case = case.take(pc.index_in(patient, value_set=case["case_id"].combine_chunks()))
    source = "synthetic sample" if (raw / SYNTHETIC).exists() else "MultiCaRe"
    columns = {
        "id": _join(patient, "_", stem),
        "archive": _join(volume, "", pa.scalar(".zip")),
        "member": _join(_join(volume, "/", pc.utf8_slice_codeunits(file, 0, 5)), "/", file),
        "caption": labels["caption"],
        "label": labels["image_type"],
        "subtype": labels["image_subtype"],
        "case_id": patient,
        "article_id": article,
        "figure_id": _join(article, "_", labels["main_image"]),
        "age": case["age"],
        "sex": pc.utf8_lower(case["gender"]),
        "license": labels["license"],
        "source": pa.array([source] * len(labels), pa.string()),
    }
    rows = pa.table([columns[name] for name in COHORT.names], COHORT.names).cast(COHORT)
    counts = pc.value_counts(rows["id"].combine_chunks())
    twice = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        raise PairdxError(
            f"{raw / LABELS_CSV}: patient_id and file must be unique together; "
            f"{twice[0]['values'].as_py()!r} occurs {twice[0]['counts'].as_py()} times"
        )
    return rows


def _join(left: pa.ChunkedArray, separator: str, right: pa.ChunkedArray | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(left, right, separator)


def _refuse(rows: pa.Table, raw: Path, column: str) -> None:
    if len(rows):
        raise PairdxError(
            f"{raw / LABELS_CSV}: {column} = {rows[column][0].as_py()!r}; a name such as "
            "PMC10000323_figure_undivided_1_1.webp is needed, by which the archives are laid out"
        )


def _read_labels(path: Path) -> pa.Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines), [])
        for column in COLUMNS:
            if column not in header:
                raise PairdxError(
                    f"{path}: column {column!r} is missing, there are {', '.join(header)}; "
                    "a MultiCaRe 2.x release is needed (1.x has other labels)"
                )
        return pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(block_size=16 * 2**20),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=COLUMNS, column_types=dict.fromkeys(COLUMNS, pa.string())
            ),
        )
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; the release is incomplete") from None
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise PairdxError(f"{path}: not a readable CSV file ({error})") from error


def _read_cases(path: Path) -> pa.Table:
    """Return ``case_id``, ``age`` and ``gender`` of every case, and read nothing else."""
    try:
        with pq.ParquetFile(path) as file:
            paths = [file.schema.column(i).path for i in range(len(file.schema))]
            leaves = [_leaf(path, paths, name) for name in ("case_id", "age", "gender")]
            nested = file.read(columns=leaves)["cases"]
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; the release is incomplete") from None
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise PairdxError(f"{path}: not a readable Parquet table ({reason})") from error
    cases = pc.list_flatten(nested)
    return pa.table(
        {
            "case_id": pc.struct_field(cases, "case_id"),
            "age": pc.cast(pc.struct_field(cases, "age"), pa.float64()),
            "gender": pc.struct_field(cases, "gender"),
        }
    )


def _leaf(path: Path, leaves: list[str], name: str) -> str:
    """Find the nested column whatever its writer called the list's elements."""
    for leaf in leaves:
        if leaf.startswith("cases.") and leaf.endswith(f".{name}"):
            return leaf
    raise PairdxError(f"{path}: column 'cases' has no field {name!r}; there are {leaves}")
