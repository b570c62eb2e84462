"""What Python programs and notebooks call: `pairdx.load` and `pairdx.read` (docs/predict.md).

Shapes: ``N`` pairs, ``E`` width of an embedding.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pairdx.commands.predict.images import fault_of, image_bytes
from pairdx.core.decode import decode
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, SPLITS, read_table
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Embedder, Part, Predictor
from pairdx.pairs.store import StoredImages
from pairdx.prediction.predict import load_model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Embeddings", "Model", "PairdxError", "Predictions", "Split", "load", "read"]

Rows: TypeAlias = NDArray[Any]
Picture: TypeAlias = (
    str | PathLike[str] | bytes | Image.Image
)  # a path, an encoded image, or a decoded one
BATCH = 32
IN_PNG = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")  # modes that PNG keeps as they are


@dataclass(frozen=True)
class Predictions:
    """What a model says of ``N`` pairs."""

    labels: list[str]  # the most probable class of each
    probabilities: NDArray[np.float64]  # (N, 6), in the order of Model.labels; rows sum to 1

    def to_pandas(self) -> "pd.DataFrame":
        """A row a pair: ``label``, and ``p_<label>`` of each class."""
        import pandas as pd

        chances = {f"p_{label}": self.probabilities[:, k] for k, label in enumerate(LABELS)}
        return pd.DataFrame({"label": self.labels, **chances})


@dataclass(frozen=True)
class Embeddings:
    """Unit vectors of one space, float32 ``(N, E)``; None for what was not given."""

    images: NDArray[np.float32] | None
    captions: NDArray[np.float32] | None


@dataclass(frozen=True)
class Model:
    """A model of the comparison, or an exported one."""

    folder: Path
    card: ModelCard
    predictor: Predictor

    @property
    def name(self) -> str:
        """What the comparison calls it."""
        return self.card.model

    @property
    def labels(self) -> tuple[str, ...]:
        """The six classes, in the order of the probabilities."""
        return LABELS

    @property
    def reads(self) -> frozenset[Part]:
        """What it looks at: ``image``, ``caption`` or both."""
        return self.predictor.reads

    def predict(
        self,
        images: Picture | Sequence[Picture],
        captions: str | Sequence[str] | None = None,
        batch: int = BATCH,
    ) -> Predictions:
        """Classify pairs, a batch at a time.

        Args:
            images: one or several, each a path, an encoded image or one of Pillow's.
            captions: as many; None: they have none.
            batch: how many at once.

        Raises:
            PairdxError: an image cannot be read, or there are more or fewer captions.
        """
        pictures = _several(images)
        texts = _texts(captions, len(pictures))

        def classify(encoded: list[bytes], start: int) -> NDArray[np.float64]:
            return self.predictor.predict(encoded, texts[start : start + batch])

        rows = [np.empty((0, len(LABELS))), *_each_batch(pictures, batch, classify)]
        probabilities = np.concatenate(rows)
        return Predictions([LABELS[best] for best in probabilities.argmax(1)], probabilities)

    def embed(
        self,
        images: Picture | Sequence[Picture] | None = None,
        captions: str | Sequence[str] | None = None,
        batch: int = BATCH,
    ) -> Embeddings:
        """Embed images, captions or both; they need not be pairs.

        Raises:
            PairdxError: the model is none that embeds, or an image cannot be read.
        """
        model = self.predictor
        if not isinstance(model, Embedder):
            raise PairdxError(f"{self.folder}: not a CLIP-like model; only these embed")
        vectors = texts = None
        if images is not None:
            embed = lambda encoded, _: model.embed_images(encoded)  # noqa: E731
            vectors = np.concatenate(list(_each_batch(_several(images), batch, embed)))
        if captions is not None:
            texts = model.embed_captions(_texts(captions))
        return Embeddings(vectors, texts)


@dataclass(frozen=True)
class Split:
    """The pairs of a split: ``frame`` in memory, ``images`` encoded, read as they are asked for."""

    frame: "pd.DataFrame"  # id, caption, label and the other columns of data/pairdx
    images: Sequence[bytes]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.images)

    def picture(self, row: int) -> Image.Image:
        """One image, decoded as the models see it."""
        return decode(self.images[row])


def load(folder: str | PathLike[str], backend: str | None = None) -> Model:
    """Open a model folder: `models/<model>` of the pipeline, or one that `pairdx export` wrote.

    Args:
        folder: it.
        backend: ``torch``, ``onnx`` or ``openvino``; None: what its card names first.

    Raises:
        PairdxError: there is no model in it, it is damaged, or it is none for ``backend``.
    """
    path = Path(folder)
    return Model(path, ModelCard.load(path), load_model(path, backend))


def read(folder: str | PathLike[str], split: str) -> Split:
    """Open a split of a folder of pairs, such as `data/pairdx`.

    Raises:
        PairdxError: there is no such split, or its table is damaged.
    """
    if split not in SPLITS:
        raise PairdxError(f"split = {split!r}; allowed are {', '.join(SPLITS)}")
    path = Path(folder) / f"{split}.parquet"
    columns = [name for name in PAIRS.names if name != "image"]
    return Split(read_table(path, PAIRS, columns).to_pandas(), StoredImages(path))


def _several(images: Picture | Sequence[Picture]) -> Sequence[Picture]:
    return [images] if isinstance(images, str | PathLike | bytes | Image.Image) else images


def _texts(captions: str | Sequence[str] | None, count: int | None = None) -> list[str]:
    """The captions of so many images, or those that are given."""
    if captions is None:
        return [""] * (count or 0)
    texts = [captions] if isinstance(captions, str) else list(captions)
    for row, caption in enumerate(texts):
        if not isinstance(caption, str):
            raise PairdxError(
                f"captions[{row}] = {caption!r}; text is needed, '' where there is none"
            )
    if count not in (None, len(texts)):
        raise PairdxError(f"{count} images and {len(texts)} captions; one an image is needed")
    return texts


def _each_batch(
    images: Sequence[Picture], size: int, work: Callable[[list[bytes], int], Rows]
) -> Iterator[Rows]:
    """Yield what ``work`` makes of each batch of encoded images, given where it begins."""
    pictures = iter(images)
    for start in range(0, len(images), size):
        encoded = [_encode(one, start + row) for row, one in enumerate(islice(pictures, size))]
        try:
            yield work(encoded, start)
        except PairdxError:
            for row, data in enumerate(encoded, start):
                if fault := fault_of(data):
                    raise PairdxError(f"images[{row}]: {fault}") from None
            raise


def _encode(image: Picture, row: int) -> bytes:
    if isinstance(image, bytes):
        return image
    if isinstance(image, Image.Image):
        return _lossless(image)
    if not isinstance(image, str | PathLike):
        raise PairdxError(
            f"images[{row}] is {type(image).__name__}; a path, bytes or a Pillow image"
        )
    try:
        return image_bytes(Path(image))
    except PairdxError as error:
        raise PairdxError(f"images[{row}], {image}: {error}") from None


def _lossless(image: Image.Image) -> bytes:
    """Encode an image so that the decoder of the pipeline finds all that it had."""
    turned, file = ImageOps.exif_transpose(image), io.BytesIO()
    if image.mode in IN_PNG:
        turned.save(file, "PNG", compress_level=1)
    else:
        turned.save(file, "TIFF")
    return file.getvalue()
