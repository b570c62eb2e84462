"""The images of a split, a batch after another, wherever they lie.

    on the GPU, if it has room               gathered there
    in the map of the cache, model on a CPU  gathered there
    in the map of the cache, model on a GPU  gathered by a thread, copied beside the step before
    still encoded                            decoded by processes, then likewise

A CPU gathers 100,000 images of 224 pixels a second and trains on a few dozen: nothing is gained by
gathering them ahead (`benchmarks/input_pipeline.py`).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from joblib import cpu_count  # those that this process may use
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from pairdx.core.errors import PairdxError
from pairdx.models.common.predictor import device
from pairdx.pairs.images import ImageInput
from pairdx.pairs.pixel_cache import decoded
from pairdx.training.common.placement import place, take


class Images:
    """The images of a split, uint8 ``(N, 3, S, S)``; none is normalised or augmented."""

    def __init__(self, images: Sequence[bytes], fit: ImageInput) -> None:
        pixels = decoded(images, fit)  # None: the cache may not hold them
        self._pixels = None if pixels is None else place(pixels)
        self._encoded = Encoded(images, fit)
        self._rows = len(images)
        self._feed: Feed | None = None

    def prefetch(self, batches: Sequence[Tensor]) -> None:
        """Have these rows, ``(B,)`` each, ready when they are taken, in this order."""
        if self._pixels is None:
            self._feed = Feed(self._encoded, batches, workers=cpu_count())
        elif self._pixels.device.type != device().type:
            self._feed = Feed(Gathered(self._pixels), batches, workers=0)

    def batches(self, size: int) -> Iterator[Tensor]:
        """Take all in their order, ``size`` at once, the rest at the end."""
        parts = torch.arange(self._rows).split(size)
        self.prefetch(parts)
        return map(self.take, parts)

    def take(self, rows: Tensor) -> Tensor:
        """Take some, ``(B, 3, S, S)``, on the device of the model; announced or not.

        Raises:
            PairdxError: they are still encoded, and one cannot be read.
        """
        if self._feed is not None and self._feed.is_next(rows):
            return self._feed.take()
        if self._pixels is None:
            return self._encoded.decode(rows.tolist()).to(device())
        return take(self._pixels, rows)


class Encoded(Dataset[Tensor | PairdxError]):
    """Images that are decoded when they are asked for."""

    def __init__(self, images: Sequence[bytes], fit: ImageInput) -> None:
        self._images, self._fit = images, fit

    def decode(self, rows: list[int]) -> Tensor:
        """Decode a batch, ``(B, 3, S, S)``, by threads."""
        return self._fit.decode_all([self._images[row] for row in rows])

    def __getitem__(self, rows: list[int]) -> Tensor | PairdxError:
        """Decode a batch in a worker; torch would tell its error in twenty lines."""
        try:
            return torch.stack([self._fit.decode(self._images[row]) for row in rows])
        except PairdxError as error:
            return error


class Gathered(Dataset[Tensor]):
    """Images that lie decoded in memory, or in a file that is mapped into it."""

    def __init__(self, pixels: Tensor) -> None:
        self._pixels = pixels

    def __getitem__(self, rows: list[int]) -> Tensor:
        """Gather a batch, ``(B, 3, S, S)``."""
        return self._pixels.index_select(0, torch.tensor(rows))


class Feed:
    """Batches of images on their way to the device of the model, one ahead of who takes them.

    Args:
        images: gives the images of a list of rows.
        batches: these rows, in the order in which they will be taken.
        workers: processes that fetch several batches at once; 0: a thread fetches the next one.
    """

    def __init__(
        self,
        images: Dataset[Tensor] | Dataset[Tensor | PairdxError],
        batches: Sequence[Tensor],
        workers: int,
    ) -> None:
        cuda = device().type == "cuda"
        self._batches = iter([*batches, None])
        self._next = next(self._batches)
        loader: DataLoader[Tensor | PairdxError] = DataLoader(
            images,
            sampler=[rows.tolist() for rows in batches],
            batch_size=None,
            num_workers=workers,
            multiprocessing_context="fork" if workers else None,  # what is mapped is not copied
            generator=torch.Generator(),  # the global one belongs to training: the same weights
            pin_memory=cuda,
        )
        self._loaded = iter(loader)
        self._stream = torch.cuda.Stream(device()) if cuda else None
        self._thread = ThreadPoolExecutor(1)
        self._coming = self._thread.submit(self._fetch)

    def is_next(self, rows: Tensor) -> bool:
        """Whether these rows are those of the batch that comes next."""
        return self._next is not None and torch.equal(self._next, rows)

    def take(self) -> Tensor:
        """Return the next batch, ``(B, 3, S, S)``, and have the one after it fetched."""
        batch = self._coming.result()
        if self._stream is not None:
            now = torch.cuda.current_stream()
            now.wait_stream(self._stream)
            batch.record_stream(now)  # its memory is in use until then
        self._next = next(self._batches)
        if self._next is not None:
            self._coming = self._thread.submit(self._fetch)
        return batch

    def _fetch(self) -> Tensor:
        batch = next(self._loaded)
        if isinstance(batch, PairdxError):
            raise batch
        if self._stream is None:
            return batch
        with torch.cuda.stream(self._stream):  # beside what is computed
            return batch.to(device(), non_blocking=True)
