"""Training pairs read as other projects read them, and trained on as they train: for peers.py.

Each loader holds the same pairs in its own form on disk and changes one image at a time with
torchvision's transforms, in the ranges of params.yaml. A batch is images ``(B, 3, S, S)``, token
ids ``(B, T)`` and classes ``(B,)``.
"""

import io
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim import AdamW
from torch.utils.data import DataLoader, Dataset, default_collate
from torchvision import transforms

from pairdx.core.schema import LABELS
from pairdx.models.common.predictor import device
from pairdx.models.fusion.network import Batch, PairClassifier
from pairdx.models.fusion.params import ClassifierParams
from pairdx.pairs.images import ImageInput
from pairdx.pairs.params import Augmentation
from pairdx.pairs.store import Pairs
from pairdx.pairs.text import Vocabulary
from pairdx.training.fusion.classifier import one_cycle

Sample = tuple[Tensor, Tensor, int]
Batches = Iterable[tuple[Tensor, Tensor, Tensor]]
SHARD = 500  # pairs a tar file


@dataclass(frozen=True)
class Prepare:
    """One pair as a sample: its image resized, changed and normalised, its caption tokenised."""

    change: Callable[[Image.Image], Tensor]
    vocabulary: Vocabulary

    @classmethod
    def of(
        cls, image: ImageInput, augment: Augmentation | None, vocabulary: Vocabulary
    ) -> "Prepare":
        """As a network's inputs and params.yaml say."""
        square = (image.size, image.size)
        resize = transforms.Resize(square, transforms.InterpolationMode.BICUBIC)
        end = [transforms.ToTensor(), transforms.Normalize(image.mean, image.std)]
        return cls(transforms.Compose([resize, *_random(augment), *end]), vocabulary)

    def __call__(self, image: Image.Image, caption: str, label: str) -> Sample:
        """Return image ``(3, S, S)``, token ids ``(T,)`` and class."""
        tokens = self.vocabulary.encode([caption])[0]
        return self.change(image.convert("RGB")), tokens, LABELS.index(label)


def _random(augment: Augmentation | None) -> list[nn.Module]:
    if augment is None:
        return []
    turn = transforms.RandomAffine(augment.rotation, scale=(1, 1 + augment.scale))
    colours = (augment.brightness, augment.contrast, augment.saturation, augment.hue)
    return [
        transforms.RandomHorizontalFlip(augment.flip),
        *([turn] if augment.rotation or augment.scale else []),
        *([transforms.ColorJitter(*colours)] if any(colours) else []),
    ]


@dataclass(frozen=True)
class Files(Dataset[Sample]):
    """One file an image, opened anew in every epoch."""

    paths: list[Path]
    captions: list[str]
    labels: list[str]
    prepare: Prepare

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.paths)

    def __getitem__(self, row: int) -> Sample:
        """Read one pair."""
        return self.prepare(Image.open(self.paths[row]), self.captions[row], self.labels[row])


def files(pairs: Pairs, folder: Path, prepare: Prepare, batch: int, workers: int) -> Batches:
    """The naive reference: image files, PIL, a Dataset and its DataLoader."""
    paths = [folder / str(row) for row in range(len(pairs))]
    for path, image in zip(paths, pairs.images, strict=True):
        path.write_bytes(image)
    data = Files(paths, pairs.captions, pairs.labels, prepare)
    return DataLoader(data, batch, shuffle=True, num_workers=workers)


def hugging_face(pairs: Pairs, folder: Path, prepare: Prepare, batch: int, workers: int) -> Batches:
    """Hugging Face `datasets`: a Parquet file, its images decoded by the library."""
    import datasets

    datasets.disable_progress_bars()
    images = [{"bytes": image, "path": None} for image in pairs.images]
    columns = {"image": images, "caption": pairs.captions, "label": pairs.labels}
    pq.write_table(pa.table(columns), folder / "pairs.parquet")
    data = datasets.Dataset.from_parquet(str(folder / "pairs.parquet"), cache_dir=str(folder))

    def transform(rows: dict[str, list[Any]]) -> dict[str, list[Sample]]:
        named = (rows["image"], rows["caption"], rows["label"])
        return {"sample": [prepare(*row) for row in zip(*named, strict=True)]}

    data = data.cast_column("image", datasets.Image()).with_transform(transform)
    return DataLoader(data, batch, shuffle=True, num_workers=workers, collate_fn=_samples)


def _samples(rows: list[dict[str, Sample]]) -> Any:  # noqa: ANN401
    return default_collate([row["sample"] for row in rows])


def webdataset(pairs: Pairs, folder: Path, prepare: Prepare, batch: int, workers: int) -> Batches:
    """`webdataset`: tar files read in order, shuffled in a buffer."""
    import webdataset as wds

    with wds.ShardWriter(f"file:{folder}/%04d.tar", maxcount=SHARD, verbose=0) as shards:
        for row, image in enumerate(pairs.images):
            texts = {"txt": pairs.captions[row], "cls.txt": pairs.labels[row]}
            shards.write({"__key__": f"{row:06d}", "image": image, **texts})

    def sample(entry: dict[str, bytes]) -> Sample:
        image = Image.open(io.BytesIO(entry["image"]))
        return prepare(image, entry["txt"].decode(), entry["cls.txt"].decode())

    names = [str(path) for path in sorted(folder.glob("*.tar"))]
    data = wds.WebDataset(names, shardshuffle=len(names), empty_check=False)
    order = random.Random(torch.initial_seed())
    rows = data.shuffle(SHARD, rng=order).map(sample).batched(batch, default_collate)
    return wds.WebLoader(rows, batch_size=None, num_workers=workers)


Loader = Callable[[Pairs, Path, Prepare, int, int], Batches]
PEERS: dict[str, Loader] = {
    "one file an image": files,
    "Hugging Face `datasets`": hugging_face,
    "`webdataset`": webdataset,
}


@dataclass
class Plain:
    """The plain loop: float32, AdamW as it comes, one step after another."""

    network: PairClassifier
    batches: Batches
    params: ClassifierParams
    clock: Callable[[], float] = time.perf_counter
    waited: float = 0.0  # seconds for batches

    def train(self, steps: int, after_epoch: Callable[[], object] = lambda: None) -> None:
        """Train for `epochs`, of so many steps in all."""
        params = self.params
        optimizer = AdamW(self.network.parameters(), lr=params.lr, weight_decay=params.weight_decay)
        scheduler = one_cycle(optimizer, params, steps)
        loss = nn.CrossEntropyLoss(label_smoothing=params.label_smoothing)
        for _ in range(params.epochs):
            self.network.train()
            for images, tokens, targets in self._timed():
                optimizer.zero_grad()
                cost = loss(self.network(Batch(images, tokens)), targets)
                cost.backward()
                optimizer.step()
                scheduler.step()
                cost.item()
            after_epoch()

    def _timed(self) -> Batches:
        """Move batches to the device, and count the time that they take."""
        begun = self.clock()
        for batch in self.batches:
            images, tokens, targets = (part.to(device()) for part in batch)
            self.waited += self.clock() - begun
            if len(images) > 1:  # BatchNorm needs two; our loop leaves a last single one out, too
                yield images, tokens, targets
            begun = self.clock()
