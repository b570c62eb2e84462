"""Another source's folder of pairs, taken in as the pipeline takes in its own."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tqdm import tqdm

from pairdx.core.decode import decode
from pairdx.core.schema import LABELS
from pairdx.curate.scrub.images import clean_image
from pairdx.evidence.external.overlap import Overlap, fingerprint, overlap
from pairdx.pairs.store import COLUMNS, Pairs
from pairdx.prediction.predict import OpenedModel
from pairdx.sources.import_folder import check_folder
from pairdx.statistics.scores.classification import Predictions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExternalPairs:
    """The pairs of a folder that can be used, and what is to be known about them."""

    pairs: Pairs
    rejected: int  # rows that cannot be used
    in_train: Overlap

    def facts(self) -> dict[str, object]:
        """For a metrics file."""
        empty = sum(not caption.strip() for caption in self.pairs.captions)
        return {
            "rejected_rows": self.rejected,
            "without_caption": empty,
            "in_train": self.in_train.counts(),
        }


def read_external(
    folder: Path, known: pa.Table, max_side: int, *, drop_bad_rows: bool
) -> ExternalPairs:
    """Check a folder of pairs and bring its images into the form in which PairDx keeps its own.

    Nothing is screened: masking would change what is measured.

    Args:
        folder: with ``pairs.csv``.
        known: the training pairs, from ``read_training_images``.
        max_side: pixels; a longer side is scaled down to it.
        drop_bad_rows: go on without rows that cannot be used.

    Raises:
        PairdxError: the folder or a row of it cannot be used.
    """
    rows, rejected = check_folder(folder, drop_bad_rows=drop_bad_rows, setting="external.bad_rows")
    rows.sort(key=lambda row: row["id"])
    images: list[bytes] = []
    fingerprints: list[tuple[str, bytes | None]] = []
    for row in tqdm(rows, desc=str(folder), unit="image", disable=None):
        data = (folder / row["image"]).read_bytes()
        fingerprints.append(fingerprint(decode(data), known))
        images.append(clean_image(data, max_side).data)
    ids, articles, cases, figures, labels, captions = (
        [row[name] for row in rows] for name in COLUMNS[:-1]
    )
    pairs = Pairs(ids, articles, cases, figures, labels, captions, images)
    found = overlap(ids, fingerprints, known)
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
    return ExternalPairs(pairs, len(rejected), found)


def predict(model: OpenedModel, pairs: Pairs) -> Predictions:
    """Classify pairs, ready to be scored."""
    probabilities: NDArray[np.float64] = model.predict(pairs.images, pairs.captions)
    return Predictions(
        articles=np.unique(pairs.articles, return_inverse=True)[1],
        actual=np.array([LABELS.index(label) for label in pairs.labels]),
        predicted=probabilities.argmax(1),
        probabilities=probabilities,
    )
