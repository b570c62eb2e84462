"""How large a run is: images, pairs and bytes, as far as params and what lies on disk tell."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from pairdx.core.errors import PairdxError
from pairdx.core.params import Section
from pairdx.curate.filter.params import FilterParams
from pairdx.curate.splits.balance import BalanceParams
from pairdx.curate.splits.split import SplitParams
from pairdx.download.params import DownloadParams

# MultiCaRe, Zenodo record 14994046: images of the six classes, counted in its label table.
RELEASE_CLASSES = {
    "chart": 4_877,
    "electrography": 1_974,
    "endoscopy": 3_356,
    "medical_photograph": 24_822,
    "ophthalmic_imaging": 3_818,
    "radiology": 65_640,
}
PUBLISHED = 22_665  # pairs of PairDx as published; its classes' sizes are not
RELEASE_BYTES = 2_900_000_000
RELEASE_IMAGE_BYTES = 16_000
ADULTS = {"drop": 0.73, "keep": 0.82}  # share of its images, by filter.unknown_age
SAMPLE_IMAGE_BYTES = 9_400  # measured on the drawn release of the default profile
SAMPLE_CLASSES = {  # of the default profile's draw, before duplicates are taken out
    "chart": 0.093,
    "electrography": 0.085,
    "endoscopy": 0.085,
    "medical_photograph": 0.147,
    "ophthalmic_imaging": 0.087,
    "radiology": 0.177,
}
MAX_IMAGE_BYTES = 60_000  # a JPEG of quality 95 and 512 pixels a side


@dataclass(frozen=True)
class Scale:
    """Counts are what the run has at most; ``cohort`` is what is scanned."""

    raw_bytes: int
    image_bytes: int
    cohort: int
    pairs: int
    train: int
    held_out: int  # validation and test together


def measure(sections: dict[str, Section]) -> Scale:
    """Work out how large the run of these params is.

    Raises:
        PairdxError: the user's own table of pairs cannot be read.
    """
    download = cast(DownloadParams, sections["download"])
    split = cast(SplitParams, sections["split"])
    raw, image, classes = _source(download, cast(FilterParams, sections["filter"]))
    pairs = _balanced(classes, cast(BalanceParams, sections["balance"]))
    train = round(pairs * (1 - split.validation - split.test))
    return Scale(raw, image, sum(classes.values()), pairs, train, pairs - train)


def _source(download: DownloadParams, keep: FilterParams) -> tuple[int, int, dict[str, int]]:
    """Return the bytes of data/raw, those of one image, and the images of each class."""
    if download.source == "folder":
        size = sum(path.stat().st_size for path in Path(download.folder).rglob("*"))
        labels = pairs_column(Path(download.folder), "label")
        classes = {label: labels.count(label) for label in set(labels)}
        return size, size // max(len(labels), 1), classes
    if download.source == "sample":
        total = download.sample_images
        classes = {label: round(share * total) for label, share in SAMPLE_CLASSES.items()}
        return total * SAMPLE_IMAGE_BYTES, SAMPLE_IMAGE_BYTES, classes
    if download.source == "pairdx_release":
        classes = dict.fromkeys(RELEASE_CLASSES, PUBLISHED // len(RELEASE_CLASSES))
        return PUBLISHED * RELEASE_IMAGE_BYTES, RELEASE_IMAGE_BYTES, classes
    share = ADULTS[keep.unknown_age] if keep.min_age > 0 else 1
    classes = {label: round(share * count) for label, count in RELEASE_CLASSES.items()}
    return RELEASE_BYTES, RELEASE_IMAGE_BYTES, classes


def pairs_column(folder: Path, name: str) -> list[str]:
    """Read one column of a user's pairs.csv; empty where there is no such column.

    Raises:
        PairdxError: there is no such table, or it cannot be read.
    """
    path = folder / "pairs.csv"
    options = pa_csv.ParseOptions(newlines_in_values=True)
    try:
        table = pa_csv.read_csv(path, parse_options=options)
    except (OSError, pa.ArrowException) as error:
        raise PairdxError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from None
    column = table[name].to_pylist() if name in table.column_names else []
    return [str(value) for value in column if value is not None]


def _balanced(classes: dict[str, int], balance: BalanceParams) -> int:
    there = sum(classes.values())
    if balance.total is not None:
        return min(balance.total, there)
    if balance.cap_per_class is None:
        return there
    return sum(min(balance.cap_per_class, count) for count in classes.values())
