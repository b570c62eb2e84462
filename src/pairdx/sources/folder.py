"""Pairs that came from a user's own folder, as `import_folder` has laid them down."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT

PAIRS_CSV = "pairs.csv"
IMAGES_ZIP = "images.zip"
REJECTED_CSV = "rejected.csv"
NORMALISED = (
    "id",
    "image",
    "caption",
    "label",
    "subtype",
    "case_id",
    "article_id",
    "figure_id",
    "age",
    "sex",
    "license",
    "source",
)


def read_rows(raw: Path) -> pa.Table:
    """Return one row a pair with the columns of ``COHORT``.

    Raises:
        PairdxError: ``pairs.csv`` is missing or is not of the form that the import writes.
    """
    path = raw / PAIRS_CSV
    types = dict.fromkeys(NORMALISED, pa.string()) | {"age": pa.float64()}
    try:
        pairs = pa_csv.read_csv(
            path,
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=NORMALISED,
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except (FileNotFoundError, pa.ArrowException) as error:
        raise PairdxError(
            f"{path}: not readable ({error}); delete {raw} and run `dvc repro`"
        ) from error
    archive = pa.array([IMAGES_ZIP] * len(pairs), pa.string())
    caption = pc.fill_null(pairs["caption"], "")
    pairs = pairs.rename_columns({"image": "member"}).append_column("archive", archive)
    pairs = pairs.set_column(pairs.schema.get_field_index("caption"), "caption", caption)
    return pairs.select(COHORT.names).cast(COHORT)
