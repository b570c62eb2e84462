"""How much of a prediction each of two inputs brings: their exact Shapley values.

Image and caption are the two players of a game whose worth is the probability of the class that
the model predicts from both. Absent, the image is grey and the caption empty. With two players
there are two orders of arrival, so four coalitions give the exact values, and both values sum to
what the pair gains over nothing at all.

Shapes: ``N`` pairs, ``K`` classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pairdx.models.common.explainable import ImageModel, Tokens
from pairdx.statistics.intervals.bootstrap import Floats, Integers

BATCH = 64


@dataclass(frozen=True)
class Contributions:
    """Of each pair ``(N,)``: the predicted class, its probability without either, their shares.

    To a class that a grey image without a caption is taken for, there is little to add.
    """

    predicted: Integers
    neither: Floats
    image: Floats
    caption: Floats

    @property
    def image_share(self) -> Floats:
        """The image's share of both by size, as MM-SHAP has it (Parcalabescu and Frank 2023).

        NaN where neither input changes anything.
        """
        total = np.abs(self.image) + np.abs(self.caption)
        return np.divide(
            np.abs(self.image), total, out=np.full(len(total), np.nan), where=total > 0
        )


def contributions(
    model: ImageModel, images: Sequence[bytes], captions: Sequence[str]
) -> Contributions:
    """Share the predictions of a model that reads both among image and caption."""
    both, image, caption, neither = coalitions(model, images, captions)
    predicted = both.argmax(1)
    worths = [
        np.take_along_axis(worth, predicted[:, None], 1)[:, 0]
        for worth in (neither, image, caption, both)
    ]
    return Contributions(predicted, worths[0], *shapley_of_two(*worths))


def shapley_of_two(
    neither: Floats, first: Floats, second: Floats, both: Floats
) -> tuple[Floats, Floats]:
    """The Shapley values of two players, from the worths of their four coalitions."""
    of_first = ((first - neither) + (both - second)) / 2
    of_second = ((second - neither) + (both - first)) / 2
    return of_first, of_second


def coalitions(
    model: ImageModel, images: Sequence[bytes], captions: Sequence[str]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Probabilities ``(N, K)`` with both inputs, the image alone, the caption alone, neither."""
    nothing, grey = model.tokenize([""]), model.grey()
    parts = []
    for at in range(0, len(images), BATCH):
        decoded = model.input.decode_all(images[at : at + BATCH])
        tokens = model.tokenize(captions[at : at + BATCH])
        blank = grey.expand_as(decoded)
        parts.append(
            (
                model.probabilities(decoded, tokens),
                model.probabilities(decoded, _repeat(nothing, len(decoded))),
                model.probabilities(blank, tokens),
                model.probabilities(blank[:1], nothing).expand(len(decoded), -1),
            )
        )
    both, image, caption, neither = (
        torch.cat(list(part)).numpy() for part in zip(*parts, strict=True)
    )
    return both, image, caption, neither


def _repeat(tokens: Tokens, rows: int) -> Tensor | None:
    return None if tokens is None else tokens.expand(rows, -1)
