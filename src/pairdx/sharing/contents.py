"""What a data set to be passed on holds: counted in its tables, and held against the metrics."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import read_json
from pairdx.core.schema import LABELS, PAIRS, SPLITS, read_table
from pairdx.sharing import statements
from pairdx.sources.provenance import summary

DRAWN = "synthetic sample"  # the source of pairs that a program drew
UNKNOWN = "unknown"  # where a row names no licence or source
COLUMNS = ("id", "label", "split", "article_id", "license", "source", "age", "sex")
ARTICLES = "metadata.parquet"  # of a MultiCaRe release: what each article is called


@dataclass(frozen=True)
class Contents:
    """The rows of all splits without images and captions, and how they came about."""

    rows: pa.Table  # COLUMNS
    attrition: Mapping[str, Mapping[str, int]]  # step -> total and classes, as filter counted
    split: Mapping[str, Any]  # metrics/split.json
    scrub: Mapping[str, Any]  # metrics/scrub.json
    record: Mapping[str, Any] | None  # name, record, version of the release; None: of none
    articles: Mapping[str, Mapping[str, Any]]  # by article_id, as far as the release tells

    @cached_property
    def sources(self) -> list[str]:
        """The names of the sources, in order."""
        return sorted(self.counts("source"))

    @property
    def drawn(self) -> bool:
        """Whether a program drew the pairs."""
        return DRAWN in self.sources

    @property
    def released(self) -> bool:
        """Whether the pairs are of a published release, or drawn in the likeness of one."""
        return self.drawn or self.record is not None

    @property
    def labelling(self) -> str:
        """Who gave the labels, and what follows."""
        if self.drawn:
            return statements.DRAWN_LABELLING
        return statements.LABELLING if self.record else statements.OWN_LABELLING

    @property
    def biases(self) -> tuple[str, ...]:
        """Those that are known."""
        if self.drawn:
            return statements.DRAWN_BIASES
        return statements.BIASES if self.record else (statements.OWN,)

    @property
    def residual_risk(self) -> tuple[str, ...]:
        """What may still identify a person."""
        return statements.DRAWN_RISK if self.drawn else statements.RESIDUAL_RISK

    @property
    def limits(self) -> tuple[str, ...]:
        """What is to be known before a number measured on the pairs is believed."""
        return (self.labelling, *statements.LIMITS)

    def counts(self, column: str) -> dict[str, int]:
        """How many pairs have each value of a column, the most frequent first."""
        found = Counter(value or UNKNOWN for value in self.rows[column].to_pylist())
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def read_contents(data: Path, raw: Path, metrics: Path) -> Contents:
    """Read what is known of the data set in the folder ``data``.

    Args:
        data: the splits.
        raw: the release that they were curated from; what is not there is left unsaid.
        metrics: what filter, scrub and split counted.

    Raises:
        PairdxError: a table or a metric is missing, or the metrics are of other pairs.
    """
    tables = {name: read_table(data / f"{name}.parquet", PAIRS, COLUMNS) for name in SPLITS}
    split = _metric(metrics / "split.json")
    _check_counts(tables, split, metrics / "split.json")
    return Contents(
        pa.concat_tables(tables.values()),
        _metric(metrics / "filter.json")["steps"],
        split,
        _metric(metrics / "scrub.json"),
        summary(raw),
        _articles(raw / ARTICLES),
    )


def _metric(path: Path) -> dict[str, Any]:
    return read_json(path, dict[str, Any], "a metrics file", "run `dvc repro`")


def _check_counts(tables: Mapping[str, pa.Table], split: Mapping[str, Any], path: Path) -> None:
    """Refuse metrics of another run: the datasheet would describe other pairs."""
    for name, table in tables.items():
        labels = table["label"].to_pylist()
        for label in LABELS:
            counted = split["counts"][name][label]
            if labels.count(label) != counted:
                raise PairdxError(
                    f"{path}: counts.{name}.{label} = {counted}, but the table holds "
                    f"{labels.count(label)}; run `dvc repro split`"
                )


def _articles(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    rows = pq.read_table(path, columns=["article_id", "article_metadata"]).to_pylist()
    return {row["article_id"]: row["article_metadata"] or {} for row in rows}
