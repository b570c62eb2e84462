"""Encoders, weights and extras that params name: are they known, there, and whole?"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import open_clip
import torch

from pairdx.core.errors import PairdxError
from pairdx.core.params import Section
from pairdx.doctor.findings import Finding, found_by, gigabytes
from pairdx.models.clip.folder import LOCAL, check_model, text_tower_of
from pairdx.models.clip.params import ZeroShotModel, ZeroShotParams
from pairdx.models.fusion.image_encoders import ImageEncoder, load_pretrained
from pairdx.models.fusion.params import ClassifierParams
from pairdx.models.weights.fetch import missing
from pairdx.models.weights.registry import WeightsParams, find, of_clip, of_images, of_words
from pairdx.training.clip.params import PRETRAINED, PairDxClipParams
from pairdx.training.word_vectors.params import WordVectorsParams
from pairdx.training.word_vectors.word_vectors import read_vectors


def weights_of(sections: dict[str, Section]) -> list[str]:
    """Name the registered weights that params need, each once.

    Raises:
        PairdxError: they name weights that do not fit the encoder.
    """
    zero_shot = cast(ZeroShotParams, sections["zero_shot"]).models.values()
    names = [of_clip(clip.model, clip.pretrained) for clip in zero_shot]
    names += [of_images(one.image_encoder, one.image_weights) for one in _classifiers(sections)]
    words = cast(WordVectorsParams, sections["word_vectors"])
    names.append(of_words(words.source, words.name))
    return list(dict.fromkeys(name for name in names if name))


def examine_models(sections: dict[str, Section]) -> Iterator[Finding]:
    """Look at the encoders, the word vectors and the CLIP models that params name."""
    yield from map(_encoder, _classifiers(sections))
    yield _words(cast(WordVectorsParams, sections["word_vectors"]))
    zero_shot = cast(ZeroShotParams, sections["zero_shot"]).models
    for key, model in zero_shot.items():
        yield _clip(key, model)
    if any(map(_needs_transformers, zero_shot.values())):
        yield _extra("biomedclip", "transformers", "BiomedCLIP's text")
    if cast(PairDxClipParams, sections["pairdx_clip"]).tune == "lora":
        yield _extra("lora", "peft", "pairdx_clip.tune: lora")


def _classifiers(sections: dict[str, Section]) -> list[ClassifierParams]:
    """Those that fusion and its baselines share, and fusion's own where its encoder is another."""
    shared, fusion = (cast(ClassifierParams, sections[name]) for name in ("classifier", "fusion"))
    start = [(params.image_encoder, params.image_weights) for params in (shared, fusion)]
    return [shared, fusion] if start[0] != start[1] else [shared]


def examine_weights(names: list[str], weights: WeightsParams) -> Iterator[Finding]:
    """Say of each registered weight whether its files are there."""
    for name in names:
        absent = missing(name, weights.folder)
        size = gigabytes(find(name).size)
        if absent:
            left = gigabytes(sum(file.size for file in absent))
            found = f"{left} to fetch into {weights.folder / name}"
            yield Finding(f"weights {name}", size, found, "fetch")
        else:
            yield Finding(f"weights {name}", size, f"{weights.folder / name}", "ok")


def _encoder(params: ClassifierParams) -> Finding:
    source = params.image_weights or "from scratch"

    def check() -> str:
        with torch.device("meta"):  # shapes are enough to compare
            encoder = ImageEncoder(params.image_encoder)
        if of_images(params.image_encoder, params.image_weights):
            return "weights: see below"
        if params.image_weights is None:
            return "known, starts from random weights"
        load_pretrained(encoder, params.image_encoder, Path(params.image_weights))
        return "known, the file fits"

    return found_by(f"{params.section}.image_encoder", f"{params.image_encoder}, {source}", check)


def _words(params: WordVectorsParams) -> Finding:
    if params.source == "train":
        return Finding("word_vectors", "trained on the captions", "nothing to fetch", "ok")
    if params.source == "file":

        def check() -> str:
            width = read_vectors(Path(params.path or ""), params.dimension, 10).vector_size
            if width != params.dimension:
                raise PairdxError(f"{params.path} has {width} numbers a word: set dimension to it")
            return "there, its first words can be read"

        return found_by("word_vectors.path", f"{params.dimension} numbers a word", check)
    if of_words(params.source, params.name):
        return Finding("word_vectors.name", params.name, "weights: see below", "ok")
    return Finding(
        "word_vectors.name", params.name, "not known here: gensim will ask gensim-data", "note"
    )


def _clip(key: str, params: ZeroShotModel) -> Finding:
    def check() -> str:
        if of_clip(params.model, params.pretrained):
            return "weights: see below"
        if params.model == PRETRAINED:
            return "made by the stage pretrain_clip"
        check_model(params.model, params.pretrained)
        if params.model.startswith(LOCAL):
            return _local_model(params)
        if params.model.startswith("hf-hub:"):
            return "open_clip will fetch it, size unknown"
        return _named_model(params)

    weights = "random weights" if params.untrained else params.pretrained or "with its weights"
    return found_by(f"zero_shot.{key}.model", f"{params.model}, {weights}", check)


def _local_model(params: ZeroShotModel) -> str:
    folder = Path(params.model.removeprefix(LOCAL))
    if not (folder / "open_clip_config.json").is_file():
        raise PairdxError(f"{folder}/open_clip_config.json: no such file")
    if params.untrained:
        return "there"
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("*.bin")):
        raise PairdxError(f"{folder}: holds no weights; set untrained: true to draw random ones")
    return "there, with weights"


def _named_model(params: ZeroShotModel) -> str:
    if params.model not in open_clip.list_models():
        raise PairdxError(f"{params.model!r} is not a model of open_clip.list_models()")
    if params.untrained:
        return "known"
    if params.pretrained and Path(params.pretrained).is_file():
        return "known, the file can be read"
    tags = open_clip.list_pretrained_tags_by_model(params.model)
    if params.pretrained not in tags:
        allowed = ", ".join(tags)
        raise PairdxError(f"pretrained = {params.pretrained!r}; allowed are {allowed}, or a file")
    return "open_clip will fetch it, size unknown"


def _needs_transformers(params: ZeroShotModel) -> bool:
    if of_clip(params.model, params.pretrained) == "biomedclip":
        return True
    try:
        return text_tower_of(params.model) is not None
    except PairdxError:
        return False  # what is wrong with the model is told of itself


def _extra(name: str, package: str, purpose: str) -> Finding:
    needed = f"the package {package}, for {purpose}"
    if find_spec(package) is not None:
        return Finding(f"extra [{name}]", needed, "installed", "ok")
    how = f"not installed: pip install -c requirements.lock -e '.[{name}]'"
    return Finding(f"extra [{name}]", needed, how, "missing")
