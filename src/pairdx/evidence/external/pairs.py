"""Another source's folder of pairs, taken in and screened as the pipeline takes in its own."""

import logging
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SCRUBBED, read_table
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan
from pairdx.curate.scrub.params import IdentifierActions, ScrubParams
from pairdx.curate.scrub.scrub import scrub
from pairdx.evidence.external.overlap import Overlap, overlap
from pairdx.pairs.store import Pairs, to_pairs
from pairdx.prediction.predict import OpenedModel
from pairdx.sources.folder import read_rows
from pairdx.sources.import_folder import import_folder
from pairdx.statistics.scores.classification import Predictions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Screen:
    """How pairs are screened: the two sections of the training data, and where facts are kept."""

    scan: ScanParams
    scrub: ScrubParams
    cache: Path

    def off(self) -> "Screen":
        """Without a look at words, faces and identifiers: pairs as they are, scaled."""
        keep = IdentifierActions.model_validate(
            dict.fromkeys(IdentifierActions.model_fields, "keep")
        )
        return Screen(
            self.scan.model_copy(update={"words": "off", "faces": "off", "named_entities": False}),
            self.scrub.model_copy(update={"identifiers": keep}),
            self.cache,
        )


@dataclass(frozen=True)
class ExternalPairs:
    """The pairs of a folder that can be used, and what is to be known about them."""

    pairs: Pairs
    rejected: int  # rows that cannot be used
    masked: int  # pairs of whose image something was filled or cut off
    dropped: int  # by the screen: no picture, or nothing left of it
    in_train: Overlap

    def facts(self) -> dict[str, object]:
        """For a metrics file."""
        empty = sum(not caption.strip() for caption in self.pairs.captions)
        return {
            "rejected_rows": self.rejected,
            "images_masked": self.masked,
            "screened_out": self.dropped,
            "without_caption": empty,
            "in_train": self.in_train.counts(),
        }


def read_external(
    folder: Path, known: pa.Table, screen: Screen, *, drop_bad_rows: bool
) -> ExternalPairs:
    """Check a folder of pairs and screen them as the training pairs were.

    A model that never saw a recorder's block takes one for something else: pairs from elsewhere
    must have lost what the training pairs lost.

    Args:
        folder: with ``pairs.csv``.
        known: the training pairs, from ``read_training_images``.
        screen: of the training pairs; its ``off()`` leaves the pairs as they are.
        drop_bad_rows: go on without rows that cannot be used.

    Raises:
        PairdxError: the folder or a row of it cannot be used.
    """
    with TemporaryDirectory() as scratch:
        raw = Path(scratch)
        rejected = import_folder(
            folder, raw, drop_bad_rows=drop_bad_rows, setting="external.bad_rows"
        )
        table, masked, dropped = screened(raw, screen)
    if not len(table):
        raise PairdxError(
            f"{folder}: scrub drops all of its {dropped} pairs; lower scrub.min_side "
            f"({screen.scrub.min_side} pixels), or set an action `drop` of scrub to `mask`"
        )
    pairs = to_pairs(table)
    found = overlap(table, known)
    if found.any:
        log.warning(
            "%s: %d of %d pairs are in the training split as well (%d by id, %d by pixels, %d by "
            "picture): what is measured on them is memory",
            folder,
            found.any,
            len(pairs),
            found.ids,
            found.pixels,
            found.near,
        )
    return ExternalPairs(pairs, rejected, masked, dropped, found)


def screened(raw: Path, screen: Screen) -> tuple[pa.Table, int, int]:
    """Scan and scrub imported pairs, as the stages of these names do.

    Args:
        raw: a folder that ``import_folder`` has filled; the tables are written into it.
        screen: the params.

    Returns:
        A table of ``SCRUBBED``, how many images were filled or cut, how many pairs were dropped.
    """
    out = raw / "scrubbed.parquet"
    cohort = read_rows(raw)
    facts = scan(raw, cohort, screen.scan, screen.cache)
    done = scrub(raw, cohort, facts, screen.scrub, {}, out).rows
    masked = sum(bool(row["masked"]) and row["action"] != "dropped" for row in done)
    dropped = sum(row["action"] == "dropped" for row in done)
    return read_table(out, SCRUBBED), masked, dropped


def predict(model: OpenedModel, pairs: Pairs) -> Predictions:
    """Classify pairs, ready to be scored."""
    probabilities: NDArray[np.float64] = model.predict(pairs.images, pairs.captions)
    return Predictions(
        articles=np.unique(pairs.articles, return_inverse=True)[1],
        actual=np.array([LABELS.index(label) for label in pairs.labels]),
        predicted=probabilities.argmax(1),
        probabilities=probabilities,
    )
