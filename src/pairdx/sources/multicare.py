"""A MultiCaRe 2.x release on disk (Zenodo record 14994046), or a drawn one of the same shape.

Of the 15 files of a release the labels and captions are read, and of ``cases.parquet`` only the
ages and sexes: the case texts beside them are 158 MB. Everything is done on whole columns, so
that the 130,791 rows take seconds, and a block of the CSV file at a time, so that it does not
matter for the memory how many there are.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT, MAX_AGE

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
    "patient_id",
    "license",
    "caption",
    "image_type",
    "image_subtype",
)
CASE = pa.schema([("case_id", pa.string()), ("age", pa.float64()), ("gender", pa.string())])
BLOCK = 16 * 2**20  # bytes of the CSV file; about 40,000 rows
FILE_NAME = r"^PMC\d+_[^/\\:]+\.[A-Za-z]+$"
# article _ figure _ part _ order _ number of parts. The column main_image names the figure, too,
# but with the case in front: one that is attached to two cases has two names there.
PART = r"_[A-Za-z]+_\d+_\d+$"


def read_rows(raw: Path) -> pa.Table:
    """Return all that `read_chunks` yields as one table, where memory is no concern."""
    return pa.concat_tables([COHORT.empty_table(), *read_chunks(raw)])


def read_chunks(raw: Path) -> Iterator[pa.Table]:
    """Yield one row a sub-image with the columns of ``COHORT``; ``label`` is the image type.

    Raises:
        PairdxError: a file or column is missing or cannot be read, a file name is not of the form
            the archives are laid out by, no row has a caption, or a row occurs twice. The last
            two are known at the end only.
    """
    path = raw / LABELS_CSV
    cases = _read_cases(raw / CASES)
    source = "synthetic sample" if (raw / SYNTHETIC).exists() else "MultiCaRe"
    ids: list[pa.ChunkedArray] = []
    captions = 0
    for labels in _read_labels(path):
        rows = _pairs(labels, cases, source, path)
        ids.append(rows["id"])
        captions += pc.sum(pc.greater(pc.binary_length(rows["caption"]), 0)).as_py() or 0
        yield rows
    if ids and not captions:
        raise PairdxError(f"{path}: column 'caption' is empty in every row; get the file again")
    _refuse_repeated(pa.chunked_array([part for chunk in ids for part in chunk.chunks]), path)


def _pairs(labels: pa.Table, cases: pa.Table, source: str, path: Path) -> pa.Table:
    file, patient = labels["file"], labels["patient_id"]
    _refuse_names(labels.filter(pc.invert(pc.match_substring_regex(file, FILE_NAME))), path)
    article = pc.replace_substring_regex(file, r"_.*$", "")
    volume = pc.utf8_slice_codeunits(file, 0, 4)
    stem = pc.replace_substring_regex(file, r"\.[^.]*$", "")
    case = cases.take(pc.index_in(patient, value_set=cases["case_id"]))
    columns = {
        "id": _join(patient, "_", stem),
        "archive": _join(volume, "", pa.scalar(".zip")),
        "member": _join(_join(volume, "/", pc.utf8_slice_codeunits(file, 0, 5)), "/", file),
        "caption": labels["caption"],
        "label": labels["image_type"],
        "subtype": labels["image_subtype"],
        "case_id": patient,
        "article_id": article,
        "figure_id": pc.replace_substring_regex(stem, PART, ""),
        "age": case["age"],
        "sex": pc.utf8_lower(case["gender"]),
        "license": labels["license"],
        "source": pa.array([source] * len(labels), pa.string()),
    }
    return pa.table([columns[name] for name in COHORT.names], COHORT.names).cast(COHORT)


def _join(left: pa.ChunkedArray, separator: str, right: pa.ChunkedArray | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(left, right, separator)


def _refuse_names(rows: pa.Table, path: Path) -> None:
    if len(rows):
        raise PairdxError(
            f"{path}: file = {rows['file'][0].as_py()!r}; a name such as "
            "PMC10000323_figure_undivided_1_1.webp is needed, by which the archives are laid out"
        )


def _refuse_repeated(ids: pa.ChunkedArray, path: Path) -> None:
    if pc.count_distinct(ids).as_py() == len(ids):
        return
    counts = pc.value_counts(ids)
    twice = counts.filter(pc.greater(counts.field("counts"), 1))[0]
    raise PairdxError(
        f"{path}: patient_id and file must be unique together; "
        f"{twice['values'].as_py()!r} occurs {twice['counts'].as_py()} times"
    )


def _read_labels(path: Path) -> Iterator[pa.Table]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines), [])
        for column in COLUMNS:
            if column not in header:
                raise PairdxError(
                    f"{path}: column {column!r} is missing, there are {', '.join(header)}; "
                    "a MultiCaRe 2.x release is needed (1.x has other labels)"
                )
        with pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(block_size=BLOCK),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=COLUMNS, column_types=dict.fromkeys(COLUMNS, pa.string())
            ),
        ) as reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])
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
            batches = [_flatten(batch, path) for batch in file.iter_batches(columns=leaves)]
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; the release is incomplete") from None
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise PairdxError(f"{path}: not a readable Parquet table ({reason})") from error
    return pa.Table.from_batches(batches, CASE).combine_chunks()


def _flatten(batch: pa.RecordBatch, path: Path) -> pa.RecordBatch:
    cases = pc.list_flatten(batch["cases"])
    age = pc.struct_field(cases, "age")
    if not (pa.types.is_floating(age.type) or pa.types.is_integer(age.type)):
        raise PairdxError(
            f"{path}: field 'age' of the cases is of type {age.type}; numbers of years are needed"
        )
    age = pc.if_else(pc.fill_null(pc.is_nan(age.cast(pa.float64())), False), None, age)  # unknown
    _refuse_ages(age, path)
    columns = [pc.struct_field(cases, "case_id"), age, pc.struct_field(cases, "gender")]
    return pa.RecordBatch.from_arrays(columns, CASE.names).cast(CASE)


def _refuse_ages(ages: pa.Array, path: Path) -> None:
    odd = ages.filter(pc.or_(pc.less(ages, 0), pc.greater(ages, MAX_AGE)))
    if len(odd):
        raise PairdxError(f"{path}: age = {odd[0].as_py()}; years from 0 to {MAX_AGE} are needed")


def _leaf(path: Path, leaves: list[str], name: str) -> str:
    """Find the nested column whatever its writer called the list's elements."""
    for leaf in leaves:
        if leaf.startswith("cases.") and leaf.endswith(f".{name}"):
            return leaf
    raise PairdxError(f"{path}: column 'cases' has no field {name!r}; there are {leaves}")
