"""CLIP models as six-class classifiers: by the similarity of an image with a sentence a class.

A model folder has open_clip's own ``local-dir:`` form (``open_clip_config.json``,
``open_clip_model.safetensors``), so that any open_clip user can load it, and our ``model.json``
with the sentences.

Shapes: ``B`` batch, ``K`` classes, ``T`` tokens, ``E`` width of the joint embedding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.models.clip.folder import (
    LOCAL,
    Opened,
    Tokenizer,
    check_same_activation,
    open_model,
    quick_gelu,
    save_model,
)
from pairdx.models.clip.params import ClipSettings, Prompts, ZeroShotModel
from pairdx.models.common.card import ModelCard
from pairdx.models.common.explainable import ImageModel
from pairdx.models.common.graph import Graph
from pairdx.models.common.inputs import ModelInputs
from pairdx.models.common.predictor import Part, Predictor, device, probabilities
from pairdx.models.common.state_dicts import read_weights
from pairdx.pairs.images import ImageInput

BATCH = 64
CLASS_VECTORS = "class_vectors.safetensors"


@dataclass(frozen=True)
class ClipClassifier(Predictor):
    """A CLIP model, its tokenizer, and ``prompts[label]``: the sentences of each class.

    Where there are ``class_vectors`` ``(K, E)``, which a linear probe has learnt, these stand for
    the classes, and not the sentences.
    """

    model: nn.Module
    tokenizer: Tokenizer
    config: dict[str, Any]  # open_clip's model_cfg and preprocess_cfg
    prompts: dict[str, list[str]]
    class_vectors: Tensor | None = None

    @property
    def reads(self) -> frozenset[Part]:
        """The image alone: it is compared with sentences of the model's own."""
        return frozenset({"image"})

    @property
    def image_input(self) -> ImageInput:
        """The preprocessing that the model was trained with."""
        cfg = self.config["preprocess_cfg"]
        size = cfg["size"] if isinstance(cfg["size"], int) else cfg["size"][0]
        return ImageInput(size, tuple(cfg["mean"]), tuple(cfg["std"]), cfg["resize_mode"])

    def encode_images(self, images: Tensor) -> Tensor:
        """Embed uint8 images ``(B, 3, S, S)`` on the unit sphere, ``(B, E)``."""
        pixels = self.image_input.normalise(images.to(device()))
        return functional.normalize(self.model.encode_image(pixels), dim=-1)  # type: ignore[operator]

    def encode_captions(self, captions: Sequence[str]) -> Tensor:
        """Embed captions on the unit sphere, ``(B, E)``."""
        return self.encode_tokens(self.tokenizer(list(captions)))

    def encode_tokens(self, tokens: Tensor) -> Tensor:
        """Embed tokenised captions ``(B, T)`` on the unit sphere, ``(B, E)``."""
        return functional.normalize(self.model.encode_text(tokens.to(device())), dim=-1)  # type: ignore[operator]

    @cached_property
    def prompt_tokens(self) -> Tensor:
        """The sentences of all classes, ``(K * templates, T)``, on the device of the model."""
        sentences = [sentence for label in LABELS for sentence in self.prompts[label]]
        with torch.inference_mode(False):  # kept: training may need it after a prediction
            return self.tokenizer(sentences).to(device())

    def encode_prompts(self) -> Tensor:
        """Embed each class as the normalised mean of its sentences, ``(K, E)``."""
        if self.class_vectors is not None:
            return functional.normalize(self.class_vectors, dim=-1)
        embedded = self.encode_tokens(self.prompt_tokens)  # (K * templates, E)
        return functional.normalize(embedded.unflatten(0, (len(LABELS), -1)).mean(1), dim=-1)

    def logits(self, images: Tensor, prompts: Tensor) -> Tensor:
        """Compare uint8 images with embedded prompts ``(K, E)``; returns ``(B, K)``."""
        scale = self.model.logit_scale.exp()  # type: ignore[operator]
        return scale * self.encode_images(images) @ prompts.T

    @torch.inference_mode()
    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """See :class:`pairdx.models.common.predictor.Predictor`; the captions are not read."""
        del captions
        self.model.eval()
        prompts, fit = self.encode_prompts(), self.image_input
        rows = [
            self.logits(fit.decode_all(images[at : at + BATCH]), prompts)
            for at in range(0, len(images), BATCH)
        ]
        return probabilities(torch.cat(rows))

    def image_model(self) -> ImageModel:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        self.model.eval()
        with torch.no_grad():
            prompts = self.encode_prompts()
        visual = self.model.visual
        assert isinstance(visual, nn.Module)  # noqa: S101 -- for the type checker: all have one
        return ImageModel(visual, self.image_input, lambda images, _: self.logits(images, prompts))

    def graph(self) -> Graph:
        """The image tower and one vector a class: what the text tower said of the sentences."""
        with torch.no_grad():
            vectors = self.model.logit_scale.exp() * self.encode_prompts()  # type: ignore[operator]
        network = Comparison(self.model.visual, self.image_input, vectors)  # type: ignore[arg-type]
        return Graph(network, self.image_input)

    @torch.inference_mode()
    def embed_images(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """See :class:`pairdx.models.common.predictor.Embedder`."""
        self.model.eval()
        parts = (images[at : at + BATCH] for at in range(0, len(images), BATCH))
        rows = [self.encode_images(self.image_input.decode_all(part)) for part in parts]
        return torch.cat(rows).cpu().numpy()

    @torch.inference_mode()
    def embed_captions(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """See :class:`pairdx.models.common.predictor.Embedder`."""
        self.model.eval()
        parts = (captions[at : at + BATCH] for at in range(0, len(captions), BATCH))
        return torch.cat([self.encode_captions(part) for part in parts]).cpu().numpy()

    def save(self, folder: Path, card: ModelCard, home: Path | None = None) -> None:
        """Write the model in ``local-dir:`` form, with its card; ``home`` is its final place."""
        opened = Opened(self.model, self.tokenizer, self.config)
        save_model(opened, folder, home or folder)
        if self.class_vectors is not None:
            vectors = self.class_vectors.detach().cpu().contiguous()
            save_file({"class_vectors": vectors}, folder / CLASS_VECTORS)
        card.save(folder)

    @classmethod
    def load(cls, folder: Path, card: ModelCard) -> "ClipClassifier":
        """Read what :meth:`save` wrote.

        Raises:
            PairdxError: a file is missing or damaged.
        """
        settings = card.settings_as(ClipSettings, folder)
        opened = open_model(f"{LOCAL}{folder}", None, untrained=False)
        vectors = None
        if settings.probe:
            vectors = _class_vectors(folder / CLASS_VECTORS).to(device())
        return cls(*opened, settings.prompts, vectors)

    @classmethod
    def create(
        cls, params: ZeroShotModel, prompts: Prompts, seed: int, folder: Path | None = None
    ) -> "ClipClassifier":
        """Load the model that ``params`` names, or draw random weights where it says `untrained`.

        Args:
            params: the model.
            prompts: the sentences of each class.
            seed: of the random weights.
            folder: where the model lies, if it has been fetched already.

        Raises:
            PairdxError: the model is unknown, or its weights are missing or do not fit.
        """
        torch.manual_seed(seed)
        if folder is None:
            return cls(*open_model(params.model, params.pretrained, params.untrained), prompts)
        check_same_activation(params.model, folder)
        return cls(*open_model(f"{LOCAL}{folder}", None, params.untrained), prompts)

    @classmethod
    def untrained(cls, model: str, prompts: dict[str, list[str]], seed: int) -> "ClipClassifier":
        """Draw random weights for an architecture.

        Raises:
            PairdxError: the model is unknown.
        """
        torch.manual_seed(seed)
        return cls(*open_model(model, None, untrained=True), prompts)


def _class_vectors(path: Path) -> Tensor:
    vectors = read_weights(path).get("class_vectors")
    if vectors is None or vectors.ndim != 2 or len(vectors) != len(LABELS):
        raise PairdxError(f"{path}: class_vectors, one a class, are needed; train the model again")
    return vectors


class Comparison(nn.Module):
    """An image tower, and the vector of each class ``(K, E)``, as long as the temperature says."""

    def __init__(self, tower: nn.Module, fit: ImageInput, vectors: Tensor) -> None:
        super().__init__()
        self.tower, self.fit = tower, fit
        self.register_buffer("vectors", vectors)

    def forward(self, images: Tensor) -> Tensor:
        """Classify uint8 images ``(B, 3, S, S)``; returns logits ``(B, K)``."""
        embedded = functional.normalize(self.tower(self.fit.normalise(images)), dim=-1)
        return embedded @ self.vectors.T  # type: ignore[operator]


def load(folder: Path, card: ModelCard) -> ClipClassifier:
    """Open a model folder of this kind (see :class:`pairdx.models.common.predictor.Predictor`)."""
    return ClipClassifier.load(folder, card)


def has_learned(params: ZeroShotModel) -> bool:
    """Whether what ``params`` name was trained: a folder of ours says so in its card."""
    folder = Path(params.model.removeprefix(LOCAL))
    if params.untrained:
        return False
    return not (folder / "model.json").is_file() or ModelCard.load(folder).trained


def card(name: str, description: str, classifier: ClipClassifier, trained: bool) -> ModelCard:
    """Describe a CLIP classifier."""
    parameters = sum(weight.numel() for weight in classifier.model.parameters())
    settings = {
        "prompts": classifier.prompts,
        "quick_gelu": quick_gelu(classifier.config),
        "probe": classifier.class_vectors is not None,
    }
    inputs = ModelInputs.of(classifier.image_input)
    return ModelCard(name, "clip", description, trained, parameters, settings, inputs)
