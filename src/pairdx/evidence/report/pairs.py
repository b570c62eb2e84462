"""The chapter on the data: what was left out by each step, splits, licences, a few pairs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.decode import decode
from pairdx.core.schema import LABELS, PAIRS, SPLITS, read_images, read_table
from pairdx.evidence.report.blocks import (
    Block,
    Cards,
    Chapter,
    Charts,
    Points,
    Table,
    Words,
    name,
    part,
)
from pairdx.evidence.report.charts import stacked
from pairdx.evidence.report.records import Records
from pairdx.pages.gallery import Card, Picture
from pairdx.pages.pictures import thumbnail

SIDE = 320  # pixels of a sample picture's longer side
SYNTHETIC = "synthetic"  # is in the source of every drawn pair
UNKNOWN = "unknown"
OTHERS = "others"  # than the six classes
COLUMNS = ("id", "caption", "label", "split", "article_id", "license", "source")


@dataclass(frozen=True)
class Pairs:
    """The pairs of all splits, but for their images, and the tables that hold those."""

    folder: Path
    table: pa.Table

    @classmethod
    def read(cls, folder: Path) -> "Pairs":
        """Read `<split>.parquet` of every split.

        Raises:
            PairdxError: one is missing or damaged.
        """
        tables = [read_table(folder / f"{split}.parquet", PAIRS, COLUMNS) for split in SPLITS]
        return cls(folder, pa.concat_tables(tables))

    @property
    def sources(self) -> list[str]:
        """Where they come from."""
        return sorted({source or "unknown source" for source in self._column("source")})

    @property
    def drawn(self) -> bool:
        """Whether any is drawn, and no picture of a patient."""
        return any(SYNTHETIC in source for source in self.sources)

    @property
    def articles(self) -> int:
        """How many articles they come from."""
        return len(set(self._column("article_id")))

    def counts(self, column: str) -> Counter[tuple[str, str]]:
        """How many pairs there are by value of a column and split."""
        values = [value or UNKNOWN for value in self._column(column)]
        return Counter(zip(values, self._column("split"), strict=True))

    def one_a_class(self, seed: int) -> list[dict[str, Any]]:
        """Draw a test pair of each class by lot."""
        generator = np.random.default_rng(seed)
        rows = self.table.filter(pc.field("split") == "test").to_pylist()
        found = [[row for row in rows if row["label"] == label] for label in LABELS]
        return [of[generator.integers(len(of))] for of in found if of]

    def _column(self, column: str) -> list[Any]:
        return list(self.table[column].to_pylist())


def chapter(records: Records, pairs: Pairs, seed: int) -> Chapter:
    """Lay out what is known of the pairs."""
    parts = (
        part("Where the pairs come from", partial(_origin, records, pairs)),
        part("What each step leaves", partial(_attrition, records)),
        part("What screening masked and dropped", partial(_screening, records)),
        part("Classes and splits", partial(_splits, records)),
        part("Licences", partial(_licences, pairs)),
        part("A pair of each class", partial(_samples, pairs, seed)),
    )
    return Chapter("data", "The data", parts)


def _origin(records: Records, pairs: Pairs) -> list[Block]:
    told = f"{pairs.table.num_rows:,} pairs from {pairs.articles:,} articles; source: "
    told += ", ".join(pairs.sources)
    if source := records.metric("filter").get("source"):
        told += f" ({', '.join(f'{name(key)} {value}' for key, value in source.items() if value)})"
    return [Words(f"{told}.")]


def attrition(records: Records) -> dict[str, dict[str, int]]:
    """Images left by each step, of each class, from all that was found to the pairs of PairDx."""
    screened, split = records.metric("scrub")["by_class"], records.metric("split")
    left = {
        label: sum(count for action, count in actions.items() if action != "dropped")
        for label, actions in screened.items()
    }
    parted = {label: sum(of[label] for of in split["counts"].values()) for label in LABELS}
    steps = {**records.metric("filter")["steps"], "screened": left}
    steps |= {"distinct": split["balance"]["distinct"], "chosen": parted}
    return {
        step: {label: count for label, count in counts.items() if label != "total"}
        for step, counts in steps.items()
    }


def _attrition(records: Records) -> list[Block]:
    steps = attrition(records)
    labels = list(dict.fromkeys((*LABELS, *(one for counts in steps.values() for one in counts))))
    rows = [
        {"step": name(step), "label": label if label in LABELS else OTHERS, "images": images}
        for step, counts in steps.items()
        for label, images in counts.items()
    ]
    first, *_, last = (sum(counts.values()) for counts in steps.values())
    told = f"Images left by each step, by class: of {first:,} there are {last:,} left."
    table = Table(
        "Images left by each step, by class",
        ("Step", "All", *map(name, labels)),
        tuple(
            (name(step), *(f"{count:,}" for count in (sum(counts.values()), *_of(counts, labels))))
            for step, counts in steps.items()
        ),
    )
    return [Charts((stacked(rows, (*LABELS, OTHERS), told, told),)), table]


def _of(counts: dict[str, int], labels: Sequence[str]) -> list[int]:
    return [counts.get(label, 0) for label in labels]


def _screening(records: Records) -> list[Block]:
    scrub = records.metric("scrub")
    actions: Counter[str] = sum((Counter(of) for of in scrub["by_class"].values()), Counter())
    told = ", ".join(f"{actions[action]:,} {action}" for action in ("kept", "masked", "cropped"))
    sentences = [
        f"Pairs: {told}, {actions['dropped']:,} dropped; a person was asked to look at "
        f"{scrub['borderline']:,} that the rules were unsure of.",
        "No screen finds everything: look at the pairs before they leave your hands.",
    ]
    sentences += [
        f"Of {of['planted']} identifiers that the sample planted in {where}, {of['found']} "
        "were found; real ones are harder."
        for where, of in (scrub["planted"] or {}).items()  # none are known of real pairs
    ]
    rows = tuple(
        (name(reason), f"{sum(of.values()):,}", *(f"{of.get(label, 0):,}" for label in LABELS))
        for reason, of in scrub["by_reason"].items()
    )
    header = ("Reason", "All", *map(name, LABELS))
    table = Table("Pairs that were masked, cropped or dropped, by reason and class", header, rows)
    return [Points(tuple(sentences)), *([table] if rows else [])]


def _splits(records: Records) -> list[Block]:
    split = records.metric("split")
    rows = tuple(
        (split_name, *(f"{count:,}" for count in (of["total"], *_of(of, LABELS))))
        for split_name, of in split["counts"].items()
    )
    shared = split["leakage"]["train_test"]
    told = ", ".join(f"{name(what)}: {one['shared']:,}" for what, one in shared.items())
    balance = split["balance"]
    return [
        Table("Pairs of each split, by class", ("Split", "All", *map(name, LABELS)), rows),
        Words(
            f"Before, {balance['exact_duplicates']:,} exact and {balance['near_duplicates']:,} "
            f"near duplicates were dropped. What training and test share: {told}."
        ),
    ]


def _licences(pairs: Pairs) -> list[Block]:
    counts = pairs.counts("license")
    rows = []
    for licence in sorted({licence for licence, _ in counts}):
        of = [counts[licence, split] for split in SPLITS]
        share = sum(of) / pairs.table.num_rows
        rows.append((licence, *(f"{count:,}" for count in (*of, sum(of))), f"{share:.0%}"))
    header = ("Licence", *SPLITS, "All", "Share")
    told = "Each pair carries its own licence; those with NC do not allow commercial use."
    return [Words(told), Table("Pairs by licence and split", header, tuple(rows))]


def _samples(pairs: Pairs, seed: int) -> list[Block]:
    rows = pairs.one_a_class(seed)
    images = read_images(pairs.folder / "test.parquet", [row["id"] for row in rows])
    told = "Drawn by lot from the test pairs"
    if pairs.drawn:
        told += ". None is a picture of a patient: pairdx painted them, and made up the captions"
    cards = [_card(row, images[row["id"]]) for row in rows]
    return [Words(f"{told}."), Cards(tuple(cards))]


def _card(row: dict[str, Any], image: bytes) -> Card:
    label, drawn = name(row["label"]), SYNTHETIC in (row["source"] or "")
    picture = Picture(
        thumbnail(decode(image), SIDE),
        f"{label}: painted by pairdx, no patient" if drawn else f"image of class {label}",
    )
    caption = ((row["caption"], 0.0),) if row["caption"] else ()
    facts = (("licence", row["license"] or UNKNOWN), ("source", row["source"] or UNKNOWN))
    tags = ("synthetic", row["label"]) if drawn else (row["label"],)
    return Card(row["id"], tags, (picture,), caption, facts)
