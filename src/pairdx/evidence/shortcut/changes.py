"""The shortcut test: pairs from which the telling part was taken, and what models make of them."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from pairdx.evidence.shortcut.modality_words import mask_words, word_pattern
from pairdx.evidence.shortcut.shuffle import derange
from pairdx.models.common.predictor import Part
from pairdx.pairs.store import Pairs
from pairdx.prediction.predict import OpenedModel

SIDE = 224  # of the square of one colour: the shape of a picture gives its class away, too
COLOURS = {"grey_image": (128, 128, 128), "white_image": (255, 255, 255)}

Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """What stands in the place of each pair's image or caption."""

    name: str
    part: Part
    images: Sequence[bytes]
    captions: Sequence[str]


def changes(pairs: Pairs, words: Iterable[str], seed: int) -> list[Change]:
    """Take from the captions, then from the images, what a model may take a shortcut by."""
    captions = {
        "words_masked": mask_words(pairs.captions, word_pattern(words)),
        "shuffled_within": shuffle_within(pairs, seed),
        "shuffled_across": shuffle_across(pairs, seed),
        "empty_caption": [""] * len(pairs),
    }
    images = {name: [_square(colour)] * len(pairs) for name, colour in COLOURS.items()}
    return [
        *(Change(name, "caption", pairs.images, changed) for name, changed in captions.items()),
        *(Change(name, "image", changed, pairs.captions) for name, changed in images.items()),
    ]


def shuffle_within(pairs: Pairs, seed: int) -> list[str]:
    """Give each pair another caption of its own class.

    A caption that more than half of the class shares stays with some of its pairs, and so does the
    caption of a class of one pair: there is no other.
    """
    generator = np.random.default_rng(seed)
    captions = np.array(pairs.captions, dtype=object)
    texts = np.unique(pairs.captions, return_inverse=True)[1]
    shuffled, classes = captions.copy(), pairs.targets.numpy()
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        shuffled[rows] = captions[rows[derange(texts[rows], generator)]]
    return shuffled.tolist()


def shuffle_across(pairs: Pairs, seed: int) -> list[str]:
    """Give each pair a caption of another class.

    Of a class that outnumbers all others together some pairs get one of their own.
    """
    partner = derange(pairs.targets.numpy(), np.random.default_rng(seed))
    return [pairs.captions[row] for row in partner]


def changed_shares(change: Change, pairs: Pairs) -> dict[str, float]:
    """The share of captions that are other words than before, in all and by class present."""
    differs = np.array(change.captions, dtype=object) != np.array(pairs.captions, dtype=object)
    labels = np.array(pairs.labels)
    by_class = {label: differs[labels == label].mean() for label in sorted(set(pairs.labels))}
    shares = {"all": differs.mean(), **by_class}
    return {name: round(float(share), 6) for name, share in shares.items()}


def predict_changed(
    folders: Iterable[Path], changed: Sequence[Change]
) -> dict[str, dict[str, Classes | None]]:
    """Classify the changed pairs: by model and change, (N,); None where it sees no change."""
    predicted: dict[str, dict[str, Classes | None]] = {}
    for folder in tqdm(list(folders), desc="shortcut", unit="model", disable=None):
        model = OpenedModel.open(folder)
        predicted[model.name] = {
            change.name: model.predict(change.images, change.captions).argmax(1)
            if change.part in model.reads
            else None
            for change in changed
        }
    return predicted


def _square(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), colour).save(buffer, "PNG")
    return buffer.getvalue()
