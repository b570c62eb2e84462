"""The table that the label audit leaves: one row a pair of PairDx, of all splits."""

import pyarrow as pa

from pairdx.schema import LABELS

AUDIT = pa.schema(
    [
        ("id", pa.string()),
        ("article_id", pa.string()),
        ("split", pa.string()),
        ("label", pa.string()),
        ("suggested", pa.string()),  # the most probable class
        ("quality", pa.float64()),  # 0: surely wrong, 1: surely right
        ("suspect", pa.bool_()),
        *[(f"p_{label}", pa.float64()) for label in LABELS],
    ]
)
