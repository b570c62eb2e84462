"""The label audit's own model: cheap, and no relative of the models that are compared.

Caption: logistic regression on TF-IDF. Image: extremely randomised trees on the embedding of a
frozen CLIP that has not seen PairDx's labels, and on the image at 8 x 8 pixels. The two are pooled
as if they were independent given the class: the product of their probabilities, square-rooted so
that agreement is not counted twice. Of the sample's planted flips this finds more than one linear
model over all features does (docs/label_audit.md).

Shapes: N pairs, F features, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from pairdx.core.decode import decode
from pairdx.core.schema import LABELS
from pairdx.models.common.predictor import Embedder
from pairdx.models.tfidf.caption_probe import classify_captions
from pairdx.pairs.store import Pairs

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SIDE = 8  # pixels


@dataclass(frozen=True)
class Evidence:
    """What the model may look at."""

    captions: Sequence[str]
    images: Floats  # (N, F)

    def take(self, rows: Integers) -> "Evidence":
        """Take some rows."""
        return Evidence([self.captions[row] for row in rows], self.images[rows])


def look_at(pairs: Pairs, embedder: Embedder) -> Evidence:
    """Gather the features of ``pairs``; their labels are not read."""
    small = np.array([_small(image) for image in pairs.images], dtype=np.float64)
    return Evidence(pairs.captions, np.hstack([embedder.embed_images(pairs.images), small]))


def join(parts: Sequence[Evidence]) -> Evidence:
    """Put several splits one behind another."""
    captions = [caption for part in parts for caption in part.captions]
    return Evidence(captions, np.concatenate([part.images for part in parts]))


def fit_and_predict(
    known: Evidence, labels: Integers, asked: Evidence, trees: int, seed: int
) -> Floats:
    """Fit on the pairs whose labels are given, and classify the others: (N, K), rows sum to 1.

    A class that no label names gets the least probability there is.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(trees, random_state=seed).fit(known.images, labels)
    by_caption = classify_captions(known.captions, labels.tolist(), asked.captions)
    # Laplace's rule: trees that all agree are sure to one in so many, not for ever.
    votes = np.zeros_like(by_caption)
    votes[:, forest.classes_] = forest.predict_proba(asked.images) * trees
    by_image = (votes + 1) / (trees + len(LABELS))
    pooled = np.sqrt(np.maximum(by_caption, np.finfo(np.float64).tiny) * by_image)
    return pooled / pooled.sum(axis=1, keepdims=True)


def _small(image: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(decode(image).resize((SIDE, SIDE), Image.Resampling.BOX)).ravel()
