"""The rows of data/raw, whatever source they came from."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pairdx.core.errors import PairdxError
from pairdx.sources import folder, multicare


def read_chunks(raw: Path) -> Iterator[pa.Table]:
    """Yield one row a pair with the columns of ``COHORT``, and any label the source has.

    Raises:
        PairdxError: the folder holds neither a MultiCaRe release nor imported pairs.
    """
    if (raw / multicare.LABELS_CSV).exists():
        return multicare.read_chunks(raw)
    if (raw / folder.PAIRS_CSV).exists():
        return iter([folder.read_rows(raw)])
    raise PairdxError(
        f"{raw}: neither {multicare.LABELS_CSV} (a MultiCaRe release) nor {folder.PAIRS_CSV} "
        "(imported pairs) is there; run `dvc repro download`"
    )


def archives(raw: Path) -> tuple[str, ...]:
    """Return the names of the zips that the rows of ``raw`` speak of."""
    return multicare.ARCHIVES if (raw / multicare.LABELS_CSV).exists() else (folder.IMAGES_ZIP,)
