"""Models' answers to corrupted pairs, as an array of what is wrong.

Shapes: N pairs, F models, K corruptions, S severities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pairdx.core.errors import PairdxError
from pairdx.core.schema import CORRUPTED, UNCHANGED, read_table
from pairdx.statistics.intervals.bootstrap import Booleans, Integers


@dataclass(frozen=True)
class Corrupted:
    """Which answers are wrong; severity 0 is the unchanged pair."""

    articles: Integers  # (N,), from 0
    models: list[str]
    kinds: Mapping[str, str]  # corruption -> the part of the pair that it changes
    wrong: Booleans  # (N, F, K, 1 + S)
    read: Booleans  # (F, K): whether the model reads what is corrupted

    def places(self, part: str) -> list[int]:
        """Return which of the K corruptions change ``part``."""
        return [place for place, changed in enumerate(self.kinds.values()) if changed == part]


def read_corrupted(path: Path, kinds: Mapping[str, str], severities: Sequence[int]) -> Corrupted:
    """Read a table of CORRUPTED.

    A model without rows of a corruption does not read what it changes: its answers are those to
    the unchanged pairs.

    Args:
        path: the table.
        kinds: the corruptions in the order of reports, and the part of a pair that each changes.
        severities: of each.

    Raises:
        PairdxError: the table is missing or damaged, or an answer to a pair is missing.
    """
    table = read_table(path, CORRUPTED).to_pandas()
    if table.empty:
        raise PairdxError(f"{path}: no rows; run `dvc repro` to predict again")
    table["wrong"] = table["predicted"] != table["label"]
    cells = table.pivot(index="id", columns=["model", "corruption", "severity"], values="wrong")
    models = list(table["model"].unique())  # as they were asked
    asked = set(zip(table["model"], table["corruption"], strict=True))
    read = np.array([[(model, kind) in asked for kind in kinds] for model in models])
    wanted = [
        (model, kind, severity) if severity and read[f, k] else (model, UNCHANGED, 0)
        for f, model in enumerate(models)
        for k, kind in enumerate(kinds)
        for severity in (0, *severities)
    ]
    answers = cells.reindex(columns=pd.MultiIndex.from_tuples(wanted))
    if answers.isna().to_numpy().any():
        missing = wanted[int(answers.isna().to_numpy().any(axis=0).argmax())]
        raise PairdxError(f"{path}: answers of {missing} are missing; run `dvc repro`")
    wrong = answers.to_numpy(dtype=bool).reshape(len(cells), len(models), len(kinds), -1)
    articles = table.groupby("id")["article_id"].first().to_numpy(str)
    return Corrupted(np.unique(articles, return_inverse=True)[1], models, kinds, wrong, read)
