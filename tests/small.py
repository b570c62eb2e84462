"""Settings and pairs small enough that a model learns from them in a second."""

import io
import json
from pathlib import Path

import pyarrow as pa
import torch
import yaml
from PIL import Image
from releases import encode, picture

from pairdx.core.params import read
from pairdx.core.schema import LABELS, PAIRS, SPLITS, write_table
from pairdx.models.clip.params import ZeroShotModel, ZeroShotParams
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs.store import Pairs
from pairdx.pairs.text import Vocabulary, WordVectors

TOP = Path(__file__).parents[1]
COLOURS = ["white", "red", "green", "blue", "yellow", "magenta"]  # one a class
STILL = dict.fromkeys(
    ("flip", "rotation", "scale", "brightness", "contrast", "saturation", "hue"), 0.0
) | {"networks": ["classifier", "pairdx_clip", "pretrain_clip", "clinvla"]}


def section(model, /, **changes):
    """A section of params.yaml with some keys changed, and with what it shares with others.

    Training is at full precision: `auto` is another one on another CPU.
    """
    content = read(TOP / "params.yaml")
    values = content.get(model.inherits, {}) | content[model.section]
    values |= {key: content[key] for key in model.shared}
    if "intervals" in model.shared:
        own = {key: changes.pop(key) for key in ("resamples", "confidence") if key in changes}
        values["intervals"] = values["intervals"] | own
    if "precision" in model.shared:
        values["precision"] = "float32"
    return model.model_validate(values | changes)


def write_params(folder, /, start="params.yaml", compared=None, **changes):
    """Write params.yaml, or a profile as such, with some keys changed (`section__key=value`)."""
    content = read(TOP / start)
    if compared is not None:
        content["compared"] = list(compared)
    for name, value in changes.items():
        *parents, last = name.split("__")
        values = content
        for key in parents:
            values = values.setdefault(key, {})
        values[last] = value
    (folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def zero_shot(**changes):
    """The first model of section `zero_shot`, with some keys changed."""
    values = read(TOP / "params.yaml")["zero_shot"]["clip"]
    return ZeroShotModel.model_validate(values | changes)


PROMPTS = ZeroShotParams.load(TOP / "params.yaml").prompts("clip")


def tiny_fusion(**changes):
    """Section `fusion` for a network of a few thousand weights."""
    small = {
        "image_encoder": "test_resnet",
        "image_weights": None,
        "image_size": 32,
        "hidden": 16,
        "text_width": 8,
        "augment": STILL,
    }
    return section(FusionParams, **small | changes)


def drawn(count, side=32):
    """Pairs that are told apart at a glance: each class has a colour and a word."""
    labels = [LABELS[row % len(LABELS)] for row in range(count)]
    images = []
    for row in range(count):
        colour = Image.new("RGB", (side, side), COLOURS[row % len(COLOURS)])
        images.append(encode(Image.blend(picture(row, (side, side)), colour, 0.8)))
    return Pairs(
        ids=[f"pair_{row:03}" for row in range(count)],
        articles=[f"article_{row}" for row in range(count)],
        cases=[f"case_{row}" for row in range(count)],
        figures=[f"figure_{row}" for row in range(count)],
        labels=labels,
        captions=[f"A {label} of patient {row}." for row, label in enumerate(labels)],
        images=images,
    )


def write_pairs(path, pairs):
    """Write pairs as a table of a split, by the name of its file or of train."""
    split = path.stem if path.stem in SPLITS else SPLITS[0]
    sizes = [Image.open(io.BytesIO(image)).size for image in pairs.images]
    columns = {
        "id": pairs.ids,
        "article_id": pairs.articles,
        "case_id": pairs.cases,
        "figure_id": pairs.figures,
        "label": pairs.labels,
        "caption": pairs.captions,
        "image": [{"bytes": image, "path": "image.png"} for image in pairs.images],
        "width": [width for width, _ in sizes],
        "height": [height for _, height in sizes],
        "split": [split] * len(sizes),
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    write_table(pa.Table.from_pylist(rows, PAIRS), path, PAIRS)
    return path


def word_vectors(max_tokens=6, width=8):
    """A vector for the word of each class."""
    torch.manual_seed(0)
    return WordVectors(Vocabulary((*LABELS, "patient"), max_tokens), torch.randn(7, width))


def tiny_clip(folder):
    """open_clip's `local-dir:` form of a two-layer CLIP of 32-pixel images, without weights."""
    vision = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}
    text = {"context_length": 24, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2}
    config = {
        "model_cfg": {"embed_dim": 16, "vision_cfg": vision, "text_cfg": text},
        "preprocess_cfg": {
            "mean": [0.48145466, 0.4578275, 0.40821073],
            "std": [0.26862954, 0.26130258, 0.27577711],
            "resize_mode": "squash",
        },
    }
    folder.mkdir()
    (folder / "open_clip_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder
