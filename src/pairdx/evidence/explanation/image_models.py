"""What explaining an image needs of a model: decoded images in, logits out, and its encoder.

Shapes: ``B`` images, ``S`` pixels a side, ``T`` tokens, ``K`` classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pairdx.models.clinvla.clinvla import ClinVla
from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.common.predictor import Predictor
from pairdx.models.fusion.classifier import Classifier, to_device
from pairdx.models.fusion.network import Batch
from pairdx.pairs.images import ImageInput

Tokens = Tensor | None  # (B, T); None for a model that reads images alone


@dataclass(frozen=True)
class ImageModel:
    """A model as a function of uint8 images ``(B, 3, S, S)`` and, if it reads them, tokens.

    Args:
        encoder: the image encoder, whose layers can be looked into.
        input: how images are decoded for it.
        once: one pass through the network: images, tokens -> logits ``(B, K)``.
        tokenize: captions as token ids.
        mirrored: whether the model predicts on the image and its mirror image.
    """

    encoder: nn.Module
    input: ImageInput
    once: Callable[[Tensor, Tokens], Tensor]
    tokenize: Callable[[Sequence[str]], Tokens]
    mirrored: bool = False

    @torch.no_grad()
    def probabilities(self, images: Tensor, tokens: Tokens) -> Tensor:
        """Predict as the model does, ``(B, K)``, float64."""
        logits = self.once(images, tokens)
        if self.mirrored:
            logits = (logits + self.once(images.flip(-1), tokens)) / 2
        return logits.double().softmax(-1).cpu()

    def grey(self) -> Tensor:
        """The colour that stands for nothing, uint8 ``(3, 1, 1)``: the mean it was trained with."""
        mean = torch.tensor(self.input.mean)
        return (mean * 255).round().to(torch.uint8).reshape(3, 1, 1)


def image_model(model: Predictor) -> ImageModel | None:
    """Look at ``model`` as one that reads images; None if it does not."""
    match model:
        case Classifier():
            return _of_classifier(model)
        case ClipClassifier():
            return _of_clip(model)
        case ClinVla():
            return _of_clinvla(model)
    return None


def _of_classifier(model: Classifier) -> ImageModel | None:
    fit, vocabulary = model.inputs.image, model.inputs.vocabulary
    if fit is None or model.network.image is None:
        return None

    def once(images: Tensor, tokens: Tokens) -> Tensor:
        return model.network(to_device(Batch(fit.normalise(images), tokens)))

    tokenize = vocabulary.encode if vocabulary else _no_tokens
    return ImageModel(model.network.image, fit, once, tokenize, model.average_mirror)


def _of_clip(model: ClipClassifier) -> ImageModel:
    model.model.eval()
    with torch.no_grad():
        prompts = model.encode_prompts()
    visual = model.model.visual
    assert isinstance(visual, nn.Module)  # noqa: S101 -- for the type checker: every CLIP has one
    return ImageModel(
        visual, model.image_input, lambda images, _: model.logits(images, prompts), _no_tokens
    )


def _of_clinvla(model: ClinVla) -> ImageModel:
    model.model.adapters.eval()
    with torch.no_grad():
        prompts = model.encode_prompts(model.classify)
    return ImageModel(
        model.model.base.visual,
        model.base.image_input,
        lambda images, _: model.logits(images, prompts, model.classify),
        _no_tokens,
    )


def _no_tokens(captions: Sequence[str]) -> None:
    del captions
