"""What models make of pairs whose image or caption was made worse.

A picture is corrupted once for all models and encoded without loss, so that each model decodes and
fits it as it would any other.
"""

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from tqdm import tqdm

from pairdx.core.errors import PairdxError
from pairdx.core.schema import CORRUPTED, LABELS, UNCHANGED
from pairdx.evidence.robustness import caption_corruptions, image_corruptions
from pairdx.evidence.robustness.image_corruptions import CAPTION, IMAGE, SEVERITIES
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import PARTS, Part
from pairdx.pairs.store import Pairs
from pairdx.pairs.strata import take
from pairdx.prediction.predict import OpenedModel

PAIRS_AT_ONCE = 64  # at five severities and 224 pixels 60 MB of pictures

Map = Callable[[Callable[..., Any], Iterable[Any], Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True)
class Version:
    """Some pairs under one corruption at one severity."""

    kind: str
    severity: int
    changed: tuple[Part, ...]
    images: Sequence[bytes]
    captions: Sequence[str]


def open_models(folders: Sequence[Path], names: Sequence[str] | None) -> list[OpenedModel]:
    """Open the models ``names``; without names, those that are trained.

    Raises:
        PairdxError: there is no model of a name, or one is damaged.
    """
    known = [folder.name for folder in folders]
    for name in names or ():
        if name not in known:
            raise PairdxError(f"robustness.models: {name!r}; allowed are {', '.join(known)}")
    if names is None:
        names = [folder.name for folder in folders if ModelCard.load(folder).trained]
    return [OpenedModel.open(folder) for folder in folders if folder.name in names]


def predict_corrupted(
    models: Sequence[OpenedModel], pairs: Pairs, side: int, seed: int
) -> pa.Table:
    """Classify pairs as they are and at every corruption and severity, as a table of CORRUPTED.

    A model has no rows for the corruptions of what it does not read.
    """
    parts = []
    starts = range(0, len(pairs), PAIRS_AT_ONCE)
    for start in tqdm(starts, desc="corrupt", unit="chunk", disable=None):
        chunk = take(pairs, range(start, min(start + PAIRS_AT_ONCE, len(pairs))))
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow and NumPy free the GIL
            for versions in _versions(chunk, side, seed, pool.map):
                parts += [
                    _rows(model, chunk, versions)
                    for model in models
                    if not model.reads.isdisjoint(versions[0].changed)
                ]
    return pa.concat_tables(parts)


def _versions(pairs: Pairs, side: int, seed: int, each: Map) -> Iterator[list[Version]]:
    """Yield the pairs as they are, and then each kind of corruption at its severities."""
    pictures = list(each(image_corruptions.working_copy, pairs.images, [side] * len(pairs)))
    plain = [image_corruptions.encode(picture) for picture in pictures]
    yield [Version(UNCHANGED, 0, PARTS, plain, pairs.captions)]
    for kind in IMAGE:
        yield [
            _worse_images(pairs, pictures, kind, severity, seed, each) for severity in SEVERITIES
        ]
    for kind in CAPTION:
        yield [_worse_captions(pairs, plain, kind, severity, seed) for severity in SEVERITIES]


def _worse_images(
    pairs: Pairs,
    pictures: Sequence[Image.Image],
    kind: str,
    severity: int,
    seed: int,
    each: Map,
) -> Version:
    def worse(picture: Image.Image, pair_id: str) -> bytes:
        generator = _generator(pair_id, kind, seed)
        return image_corruptions.encode(
            image_corruptions.corrupt(picture, kind, severity, generator)
        )

    images = list(each(worse, pictures, pairs.ids))
    return Version(kind, severity, ("image",), images, pairs.captions)


def _worse_captions(
    pairs: Pairs, images: Sequence[bytes], kind: str, severity: int, seed: int
) -> Version:
    captions = [
        caption_corruptions.corrupt(caption, kind, severity, _generator(pair_id, kind, seed))
        for pair_id, caption in zip(pairs.ids, pairs.captions, strict=True)
    ]
    return Version(kind, severity, ("caption",), images, captions)


def _generator(pair_id: str, kind: str, seed: int) -> np.random.Generator:
    """A generator of each pair's own: neither its place nor its company changes what is drawn."""
    return np.random.default_rng([seed, zlib.crc32(f"{kind}/{pair_id}".encode())])


def _rows(model: OpenedModel, pairs: Pairs, versions: Sequence[Version]) -> pa.Table:
    """Classify the pairs in all versions at once: a CLIP-like model then embeds prompts once."""
    images = [image for version in versions for image in version.images]
    captions = [caption for version in versions for caption in version.captions]
    best = model.predict(images, captions).argmax(1)
    columns = {
        "id": pairs.ids * len(versions),
        "article_id": pairs.articles * len(versions),
        "label": pairs.labels * len(versions),
        "model": [model.name] * len(best),
        "corruption": [version.kind for version in versions for _ in pairs.ids],
        "severity": [version.severity for version in versions for _ in pairs.ids],
        "predicted": [LABELS[row] for row in best],
    }
    return pa.table(columns, CORRUPTED)
