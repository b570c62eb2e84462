"""ClinVLA (Hao, Liu and Chen 2025) as a model folder: a few adapters and the name of their base.

A folder holds ``adapters.safetensors``, a few per cent of a model, and our ``model.json``, which
says where the base model lies and which weights it must have. Images are embedded alone: another
view of a finding helps in training, where the missing one has a learned token; a model that got
more than the others at the test would not be comparable.

Shapes: ``B`` batch, ``K`` classes, ``E`` width of the joint embedding.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from pairdx.core.errors import PairdxError, shortened
from pairdx.core.inputs import regular
from pairdx.core.schema import LABELS
from pairdx.models.clinvla.adapted_clip import AdaptedClip
from pairdx.models.clinvla.adapters import ClinVlaAdapters
from pairdx.models.clinvla.params import AdapterShape, ClinVlaSettings, Job
from pairdx.models.clip.clip import ClipClassifier, Comparison
from pairdx.models.clip.towers import transformer_clip
from pairdx.models.common.card import ModelCard
from pairdx.models.common.explainable import ImageModel
from pairdx.models.common.graph import Graph
from pairdx.models.common.inputs import ModelInputs
from pairdx.models.common.predictor import Part, Predictor, device, probabilities
from pairdx.models.common.state_dicts import read_weights

BATCH = 64
WEIGHTS = "adapters.safetensors"


@dataclass(frozen=True)
class ClinVla(Predictor):
    """A base model with its prompts, and the adapters around it.

    ``classify`` names the task adapters that classify: those that align images with captions
    (zero-shot, by prompts), or those fine-tuned for it.
    """

    base: ClipClassifier
    model: AdaptedClip
    classify: Job

    @property
    def reads(self) -> frozenset[Part]:
        """The image alone, as its base."""
        return self.base.reads

    def encode_images(self, images: Tensor, job: Job) -> Tensor:
        """Embed uint8 images ``(B, 3, S, S)``, each alone, on the unit sphere, ``(B, E)``."""
        pixels = self.base.image_input.normalise(images.to(device()))
        return functional.normalize(self.model.encode_alone(pixels, job), dim=-1)

    def encode_captions(self, captions: Sequence[str], job: Job) -> Tensor:
        """Embed captions on the unit sphere, ``(B, E)``."""
        tokens = self.base.tokenizer(list(captions)).to(device())
        return functional.normalize(self.model.encode_text(tokens, job)[0], dim=-1)

    def encode_prompts(self, job: Job) -> Tensor:
        """Embed each class as the normalised mean of its sentences, ``(K, E)``."""
        embedded, _ = self.model.encode_text(self.base.prompt_tokens, job)  # (K * templates, E)
        embedded = functional.normalize(embedded, dim=-1)
        return functional.normalize(embedded.unflatten(0, (len(LABELS), -1)).mean(1), dim=-1)

    def logits(self, images: Tensor, prompts: Tensor, job: Job) -> Tensor:
        """Compare uint8 images with embedded prompts ``(K, E)``; returns ``(B, K)``."""
        return self.model.adapters.logit_scale.exp() * self.encode_images(images, job) @ prompts.T

    @torch.inference_mode()
    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """See :class:`pairdx.models.common.predictor.Predictor`; the captions are not read."""
        del captions
        self.model.adapters.eval()
        prompts, decode = self.encode_prompts(self.classify), self.base.image_input.decode_all
        rows = [self.logits(decode(part), prompts, self.classify) for part in _batches(images)]
        return probabilities(torch.cat(rows))

    def image_model(self) -> ImageModel:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        self.model.adapters.eval()
        with torch.no_grad():
            prompts = self.encode_prompts(self.classify)
        return ImageModel(
            self.model.base.visual,
            self.base.image_input,
            lambda images, _: self.logits(images, prompts, self.classify),
        )

    def graph(self) -> Graph:
        """See :meth:`pairdx.models.clip.clip.ClipClassifier.graph`."""
        adapters, fit = self.model.adapters.eval(), self.base.image_input
        with torch.no_grad():
            vectors = adapters.logit_scale.exp() * self.encode_prompts(self.classify)
        return Graph(Comparison(_AdaptedTower(self.model, self.classify), fit, vectors), fit)

    @torch.inference_mode()
    def embed_images(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """See :class:`pairdx.models.common.predictor.Embedder`."""
        self.model.adapters.eval()
        decode = self.base.image_input.decode_all
        rows = [self.encode_images(decode(part), "alignment") for part in _batches(images)]
        return torch.cat(rows).cpu().numpy()

    @torch.inference_mode()
    def embed_captions(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """See :class:`pairdx.models.common.predictor.Embedder`."""
        self.model.adapters.eval()
        rows = [self.encode_captions(part, "alignment") for part in _batches(captions)]
        return torch.cat(rows).cpu().numpy()

    def save(self, folder: Path, card: ModelCard) -> None:
        """Write the adapters and the card."""
        weights = self.model.adapters.state_dict()
        contiguous = {key: value.cpu().contiguous() for key, value in weights.items()}
        save_file(contiguous, folder / WEIGHTS)
        card.save(folder)

    @classmethod
    def load(cls, folder: Path, card: ModelCard) -> "ClinVla":
        """Read what :meth:`save` wrote, and its base.

        Raises:
            PairdxError: a file is missing or damaged, or the base is another one.
        """
        settings = card.settings_as(ClinVlaSettings, folder)
        base = folder / settings.base
        found, trained_on = digest_of(base), settings.base_sha256
        if found != trained_on:
            raise PairdxError(
                f"{base}: weights {found[:12]}, but the adapters in {folder} were trained on "
                f"{trained_on[:12]}; train them again"
            )
        shape = settings.model_dump(include=set(AdapterShape.model_fields))
        model = cls.build(base, settings.classify, **shape)
        try:
            model.model.adapters.load_state_dict(read_weights(folder / WEIGHTS))
        except RuntimeError as error:
            reason = shortened(error)
            raise PairdxError(f"{folder}: {WEIGHTS} and model.json differ ({reason})") from error
        return model

    @classmethod
    def build(
        cls,
        base_folder: Path,
        classify: Job,
        **shape: Any,  # noqa: ANN401 -- int and float
    ) -> "ClinVla":
        """Put new adapters around the model in ``base_folder``.

        Raises:
            PairdxError: there is none, or adapters do not fit it.
        """
        base = ClipClassifier.load(base_folder, ModelCard.load(base_folder))
        clip = transformer_clip(base.model, str(base_folder))
        adapters = ClinVlaAdapters(
            (clip.visual.transformer.width, clip.visual.transformer.layers),
            (clip.transformer.width, clip.transformer.layers),
            clip.visual.output_dim,
            clip.logit_scale,
            **shape,
        )
        return cls(base, AdaptedClip(clip, adapters.to(device()).eval()), classify)


class _AdaptedTower(nn.Module):
    """The image tower with its adapters: normalised images ``(B, 3, S, S)`` -> ``(B, E)``."""

    def __init__(self, model: AdaptedClip, job: Job) -> None:
        super().__init__()
        self.visual, self.adapters = model.base.visual, model.adapters  # to be moved with it
        self.model, self.job = model, job

    def forward(self, pixels: Tensor) -> Tensor:
        """Embed images, each alone."""
        return self.model.encode_alone(pixels, self.job)


def load(folder: Path, card: ModelCard) -> ClinVla:
    """Open a model folder of this kind (see :class:`pairdx.models.common.predictor.Predictor`)."""
    return ClinVla.load(folder, card)


def card(name: str, description: str, model: ClinVla, base: Path, out: Path) -> ModelCard:
    """Describe trained adapters that will lie in ``out``."""
    adapters = model.model.adapters
    added = sum(weight.numel() for weight in adapters.parameters())
    settings = {
        # Relative to the folder, so that both can be moved together.
        "base": Path(os.path.relpath(base, out)).as_posix(),
        "base_sha256": digest_of(base),
        "classify": model.classify,
        "trained_parameters": added,
        **adapters.shape,
    }
    frozen = sum(weight.numel() for weight in model.base.model.parameters())
    inputs = ModelInputs.of(model.base.image_input)
    return ModelCard(name, "clinvla", description, True, frozen + added, settings, inputs)


def digest_of(base: Path) -> str:
    """The sha256 of a base model's weights.

    Raises:
        PairdxError: there are none.
    """
    path = base / "open_clip_model.safetensors"
    try:
        with regular(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PairdxError(f"{path}: cannot be read ({error.strerror}); run `dvc repro`") from None


def _batches(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[at : at + BATCH] for at in range(0, len(items), BATCH)]
