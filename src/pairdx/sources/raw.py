"""The rows of data/raw, whatever source they came from."""

from pathlib import Path

import pyarrow as pa

from pairdx.errors import PairdxError
from pairdx.sources import folder, multicare


def read_rows(raw: Path) -> pa.Table:
    """Return one row a pair with the columns of ``COHORT``, and any label the source has.

    Raises:
        PairdxError: the folder holds neither a MultiCaRe release nor imported pairs.
    """
    if (raw / multicare.LABELS_CSV).exists():
        return multicare.read_rows(raw)
    if (raw / folder.PAIRS_CSV).exists():
        return folder.read_rows(raw)
    raise PairdxError(
        f"{raw}: neither {multicare.LABELS_CSV} (a MultiCaRe release) nor {folder.PAIRS_CSV} "
        "(imported pairs) is there; run `dvc repro download`"
    )
