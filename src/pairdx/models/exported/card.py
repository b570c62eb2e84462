"""What model.json says of an exported network: all that a stranger needs to run it."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pairdx.pairs.images import ImageInput, Resize
from pairdx.pairs.text import PADDING, UNKNOWN

Target = Literal["onnx", "openvino"]
Backend = Literal["torch"] | Target
Precision = Literal["fp32", "bf16", "int8"]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Images(_Said):
    """The input ``images``: uint8 ``(N, 3, size, size)``, RGB; the network normalises it itself."""

    size: int = Field(ge=1)
    resize: Resize  # squash | shortest (edges are cut off) | longest (padded with black)
    interpolation: Literal["Pillow's BICUBIC"] = "Pillow's BICUBIC"
    mean: tuple[float, float, float]  # inside the network; of pixels from 0 to 1
    std: tuple[float, float, float]

    @classmethod
    def of(cls, fit: ImageInput) -> "Images":
        """Describe how a model of the project decodes its images."""
        return cls(size=fit.size, resize=fit.resize, mean=fit.mean, std=fit.std)

    @property
    def fit(self) -> ImageInput:
        """How they are decoded."""
        return ImageInput(self.size, self.mean, self.std, self.resize)


class Tokens(_Said):
    """The input ``tokens``: int64 ``(N, max_tokens)``, ids of the words of a caption."""

    max_tokens: int = Field(ge=1)
    vocabulary: str  # a file: words in the order of their ids, of which `first_word` is the first
    padding: int = PADDING
    unknown: int = UNKNOWN
    first_word: int = 2


class ExportedSettings(_Said):
    """Section ``settings`` of the model.json of an exported model."""

    network: str  # the file that a backend opens
    backends: tuple[Target, ...] = Field(min_length=1)  # that can; the first one does
    precision: Precision
    images: Images | None  # None: it reads none
    tokens: Tokens | None
    output: Literal["logits (N, 6): their softmax is the probabilities of labels"] = (
        "logits (N, 6): their softmax is the probabilities of labels"
    )
    labels: tuple[str, ...]
    passes: int = Field(ge=1)  # inside the network: 2 with the mirror image of each image
    files: dict[str, str]  # sha256 of each, the network's and the vocabulary's among them
    calibration: Mapping[str, Any] | None = None  # the pairs that int8's ranges were taken from
    agreement: Mapping[str, Any] | None = None  # with the torch model, on pairs
    source: Mapping[str, Any]  # model.json of the torch model
    versions: Mapping[str, str]

    @model_validator(mode="after")
    def _has_a_sum_of_what_is_opened(self) -> Self:
        opened = {self.network, *([self.tokens.vocabulary] if self.tokens else [])}
        if missing := opened - self.files.keys():
            raise ValueError(f"files has no sha256 of {', '.join(sorted(missing))}")
        return self
