"""The split that the publishers of a data set have made: ``splits.csv`` beside the raw pairs."""

import csv
from collections.abc import Mapping
from pathlib import Path

from pairdx.core.contracts import AGAIN
from pairdx.core.csv_lines import csv_writer
from pairdx.core.errors import PairdxError
from pairdx.core.outputs import new_file
from pairdx.core.schema import SPLITS

SPLITS_CSV = "splits.csv"


def write_splits_csv(raw: Path, splits: Mapping[str, str]) -> None:
    """Write the split of each pair, by id."""
    with (
        new_file(raw / SPLITS_CSV) as partial,
        partial.open("w", encoding="utf-8", newline="") as lines,
    ):
        writer = csv_writer(lines)
        writer.writerow(("id", "split"))
        writer.writerows(sorted(splits.items()))


def read_splits_csv(raw: Path) -> dict[str, str]:
    """Return the split of each pair, by id.

    Raises:
        PairdxError: the raw pairs have no published split, or one of another name.
    """
    path = raw / SPLITS_CSV
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            splits = {row.get("id"): row.get("split") for row in csv.DictReader(lines)}
    except FileNotFoundError:
        raise PairdxError(
            "split.group_by = 'published': the raw pairs have no published split; allowed are "
            "article, case and none, or set download.source to pairdx_release"
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise PairdxError(f"{path}: not a readable CSV file ({error}); {AGAIN}") from None
    for id_, split in splits.items():
        if id_ is None or split not in SPLITS:
            raise PairdxError(
                f"{path}: split = {split!r} (id {id_!r}); allowed are {', '.join(SPLITS)}: {AGAIN}"
            )
    return {str(id_): str(split) for id_, split in splits.items()}
