"""What model.json says of an exported network: all that a stranger needs to run it."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pairdx.models.common.inputs import Images, Said, Tokens

Target = Literal["onnx", "openvino"]
Backend = Literal["torch"] | Target
Precision = Literal["fp32", "bf16", "int8"]


class ExportedSettings(Said):
    """Section ``settings`` of the model.json of an exported model."""

    network: str  # the file that a backend opens
    backends: tuple[Target, ...] = Field(min_length=1)  # that can; the first one does
    precision: Precision
    images: Images | None  # None: it reads none; the network normalises the uint8 images itself
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
