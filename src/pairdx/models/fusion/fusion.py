"""A PairClassifier as a model folder: built from params, saved, loaded, applied, explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from pairdx.core.errors import PairdxError, shortened
from pairdx.core.inputs import read_json
from pairdx.core.outputs import write_json
from pairdx.models.common.card import ModelCard
from pairdx.models.common.explainable import ImageModel, Reading, Tokens, no_tokens
from pairdx.models.common.graph import Graph
from pairdx.models.common.inputs import VOCABULARY, ModelInputs
from pairdx.models.common.predictor import PARTS, Part, Predictor, device, probabilities
from pairdx.models.common.state_dicts import read_weights
from pairdx.models.fusion.image_encoders import ImageEncoder, load_pretrained
from pairdx.models.fusion.network import Batch, CaptionEncoder, PairClassifier, to_device
from pairdx.models.fusion.params import ClassifierParams, ClassifierSettings, NetworkShape
from pairdx.models.fusion.reading import read
from pairdx.pairs.images import ImageInput
from pairdx.pairs.text import FIRST_WORD, Vocabulary, WordVectors

BATCH = 64


@dataclass(frozen=True)
class Inputs:
    """How encoded pairs become a :class:`Batch`; None for what the model does not read."""

    image: ImageInput | None
    vocabulary: Vocabulary | None

    def batch(self, images: Sequence[bytes], captions: Sequence[str]) -> Batch:
        """Decode and tokenise ``B`` pairs."""
        image, words = self.image, self.vocabulary
        decoded = image.normalise(image.decode_all(images)) if image else None
        tokens = words.encode(captions) if words else None
        return Batch(decoded, tokens)


@dataclass(frozen=True)
class Classifier(Predictor):
    """A network and its inputs."""

    network: PairClassifier
    inputs: Inputs
    average_mirror: bool = False

    @property
    def reads(self) -> frozenset[Part]:
        """Both, or what the one encoder reads."""
        inputs = {"image": self.inputs.image, "caption": self.inputs.vocabulary}
        return frozenset(part for part in PARTS if inputs[part] is not None)

    def logits(self, batch: Batch) -> Tensor:
        """Return the logits ``(B, K)``; with `average_mirror` the mean with the mirror image."""
        return self._logits(to_device(batch))

    def _logits(self, batch: Batch) -> Tensor:
        logits = self.network(batch)
        if self.average_mirror and batch.images is not None:
            mirrored = Batch(batch.images.flip(-1), batch.tokens)
            logits = (logits + self.network(mirrored)) / 2
        return logits

    @torch.inference_mode()
    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        self.network.eval()
        rows = [
            self.logits(self.inputs.batch(images[at : at + BATCH], captions[at : at + BATCH]))
            for at in range(0, len(images), BATCH)
        ]
        return probabilities(torch.cat(rows))

    def image_model(self) -> ImageModel | None:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        fit, vocabulary, network = self.inputs.image, self.inputs.vocabulary, self.network
        if fit is None or network.image is None:
            return None

        def once(images: Tensor, tokens: Tokens) -> Tensor:
            return network(to_device(Batch(fit.normalise(images), tokens)))

        tokenize = vocabulary.encode if vocabulary else no_tokens
        return ImageModel(network.image, fit, once, tokenize, self.average_mirror)

    def graph(self) -> Graph:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        image, vocabulary = self.inputs.image, self.inputs.vocabulary
        passes = 2 if self.average_mirror and image else 1
        return Graph(_Whole(self), image, vocabulary, passes)

    def read_caption(self, image: bytes, caption: str) -> Reading:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        if self.inputs.vocabulary is None:
            return super().read_caption(image, caption)
        pixels = self.inputs.batch([image], [caption]).images
        return read(self.network, self.logits, self.inputs.vocabulary, pixels, caption)

    def save(self, folder: Path, card: ModelCard) -> None:
        """Write weights, vocabulary and card into ``folder``."""
        weights = {
            key: value.cpu().contiguous() for key, value in self.network.state_dict().items()
        }
        save_file(weights, folder / "weights.safetensors")
        if self.inputs.vocabulary is not None:
            vocabulary = self.inputs.vocabulary
            content = {"words": vocabulary.words, "max_tokens": vocabulary.max_tokens}
            write_json(folder / VOCABULARY, content)
        card.save(folder)

    @classmethod
    def load(cls, folder: Path, card: ModelCard) -> "Classifier":
        """Read what :meth:`save` wrote.

        Raises:
            PairdxError: a file is missing, damaged, or does not fit the card.
        """
        settings = card.settings_as(ClassifierSettings, folder)
        weights = read_weights(folder / "weights.safetensors")
        caption = vocabulary = None
        try:
            if settings.caption:
                table = weights["caption.vectors.weight"]
                caption = CaptionEncoder(table, settings.text_width, True, settings.text)
                vocabulary = _read_vocabulary(folder / VOCABULARY, table)
            image = ImageEncoder(settings.image_encoder) if settings.image else None
            network = PairClassifier(
                image, caption, settings.hidden, settings.dropout, settings.fusion
            )
            network.load_state_dict(weights)
        except (RuntimeError, KeyError, IndexError) as error:
            reason = shortened(error)
            raise PairdxError(f"{folder}: weights and model.json differ ({reason})") from error
        inputs = Inputs(_image_input(settings, folder), vocabulary)
        return cls(network.to(device()).eval(), inputs, settings.average_mirror)


class _Whole(nn.Module):
    """A classifier from decoded images and token ids to logits."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.classifier, self.network = classifier, classifier.network

    def forward(self, images: Tensor | None = None, tokens: Tensor | None = None) -> Tensor:
        """Classify uint8 ``(B, 3, S, S)`` and ids ``(B, T)``, on the device where they are."""
        fit = self.classifier.inputs.image
        pixels = fit.normalise(images) if fit and images is not None else None
        return self.classifier._logits(Batch(pixels, tokens))


def load(folder: Path, card: ModelCard) -> Classifier:
    """Open a model folder of this kind (see :class:`pairdx.models.common.predictor.Predictor`)."""
    return Classifier.load(folder, card)


def build(
    params: ClassifierParams,
    vectors: WordVectors | None,
    with_image: bool,
    seed: int,
    image_weights: Path | None = None,
) -> Classifier:
    """Build a new classifier; without ``vectors`` it reads images only.

    Args:
        params: the encoders and the head.
        vectors: of the words of captions.
        with_image: whether it reads images.
        seed: of the weights that are drawn.
        image_weights: the file that `imagenet` stands for, if ``params`` say so.

    Raises:
        PairdxError: an encoder is unknown or its weights are missing.
    """
    torch.manual_seed(seed)
    image = caption = None
    if with_image:
        image = ImageEncoder(params.image_encoder, params.freeze_image)
        if params.image_weights is not None:
            source = image_weights or Path(params.image_weights)
            load_pretrained(image, params.image_encoder, source)
    if vectors is not None:
        caption = CaptionEncoder(
            vectors.table(), params.text_width, params.freeze_vectors, params.text
        )
    network = PairClassifier(image, caption, params.hidden, params.dropout, params.joined_by)
    fit = image.input(params.image_size) if image else None
    inputs = Inputs(fit, vectors.vocabulary if vectors else None)
    return Classifier(network.to(device()), inputs, params.average_mirror)


def describe(network: PairClassifier, params: ClassifierParams) -> str:
    """Name the parts of a network."""
    parts = [params.image_encoder] if network.image is not None else []
    if network.caption is not None:
        parts += ["word vectors", *(["self-attention"] if network.caption.attends else [])]
        if network.image is not None and params.joined_by != "concat":
            parts.append(f"{params.joined_by.replace('_', ' ')} fusion")
    return " + ".join([*parts, "MLP"])


def card(
    name: str, description: str, classifier: Classifier, params: ClassifierParams
) -> ModelCard:
    """Describe a trained classifier."""
    network = classifier.network
    settings = {
        "image": network.image is not None,
        "caption": network.caption is not None,
        "fusion": params.joined_by,
        **params.model_dump(include=set(NetworkShape.model_fields)),
    }
    if (fit := classifier.inputs.image) is not None:
        settings |= {"mean": fit.mean, "std": fit.std}
    parameters = sum(weight.numel() for weight in network.parameters())
    inputs = ModelInputs.of(fit, classifier.inputs.vocabulary)
    return ModelCard(name, "fusion", description, True, parameters, settings, inputs)


def _image_input(settings: ClassifierSettings, folder: Path) -> ImageInput | None:
    if not settings.image:
        return None
    if settings.mean is None or settings.std is None:
        raise PairdxError(f"{folder}/model.json: settings.mean or settings.std is missing")
    return ImageInput(settings.image_size, settings.mean, settings.std)


def _read_vocabulary(path: Path, table: Tensor) -> Vocabulary:
    vocabulary = read_json(path, Vocabulary, "a vocabulary", "train the model again")
    try:
        vocabulary.check_rows(len(table) - FIRST_WORD)
    except ValueError as error:
        raise PairdxError(f"{path}: {error}; train the model again") from None
    return vocabulary
