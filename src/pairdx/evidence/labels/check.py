"""What the labels of the test split are worth, said by the audit's suspects and by readers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pairdx.core.schema import AUDIT, LABELS, read_table
from pairdx.evidence.labels.agreement import Bootstrap, agreement
from pairdx.evidence.labels.rescore import rescore
from pairdx.readers.labels import ReaderLabel, by_reader
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.predictions.tables import read_together


def check(
    predictions: Sequence[Path],
    audit: Path,
    answers: Sequence[ReaderLabel],
    params: IntervalParams,
    seed: int,
) -> dict[str, Any]:
    """Rescore every model without suspects, and compare all with the readers.

    Args:
        predictions: one table a model, of the test split.
        audit: a table of ``AUDIT``, of all splits.
        answers: of all readers.
        params: section ``check_labels``.
        seed: from which resamples are drawn.
    """
    columns = ["id", "article_id", "split", "label", "suspect"]
    rows = read_table(audit, AUDIT, columns).to_pylist()
    test = [row for row in rows if row["split"] == "test"]
    suspects = np.array([row["suspect"] for row in test], dtype=np.bool_)
    ids = [row["id"] for row in test]
    models = read_together(predictions, ids)
    readers, unknown = by_reader(answers, {row["id"] for row in rows})
    classes = {
        name: dict(zip(ids, [LABELS[k] for k in model.predicted], strict=True))
        for name, model in models.items()
    }
    labels = {row["id"]: row["label"] for row in rows}
    bootstrap = Bootstrap({row["id"]: row["article_id"] for row in rows}, params, seed)
    return {
        "suspects": {
            "pairs": len(test),
            "suspects": int(suspects.sum()),
            "models": {
                name: rescore(model, suspects, params, seed) for name, model in models.items()
            },
        },
        "readers": {
            "ignored_no_such_pair": len(unknown),
            **agreement(readers, labels, classes, bootstrap),
        },
    }
