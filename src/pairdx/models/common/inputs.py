"""What model.json says of a model's inputs, so that whoever knows no line of ours makes the same.

An image becomes RGB, then a square by ``resize`` and ``interpolation``, then numbers by ``pixels``.
A caption becomes words by ``words``, then ids: those of the vocabulary count from ``first_word``.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pairdx.pairs.images import ImageInput, Resize
from pairdx.pairs.text import EDGES, FIRST_WORD, PADDING, UNKNOWN, Vocabulary

VOCABULARY = "vocabulary.json"  # beside the model.json of whatever reads captions by ids


Pixels = Literal["(RGB / 255 - mean) / std", "RGB from 0 to 255: the network does the rest"]
OUTSIDE: Pixels = "(RGB / 255 - mean) / std"
INSIDE: Pixels = "RGB from 0 to 255: the network does the rest"


class Said(BaseModel):
    """Part of a model.json; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Images(Said):
    """An image as uint8 ``(N, 3, size, size)``, RGB, and how it is normalised."""

    size: int = Field(ge=1)
    resize: Resize  # squash | shortest (edges are cut off) | longest (padded with black)
    interpolation: Literal["Pillow's BICUBIC"] = "Pillow's BICUBIC"
    mean: tuple[float, float, float]  # of pixels from 0 to 1
    std: tuple[float, float, float]
    pixels: Pixels = OUTSIDE

    @classmethod
    def of(cls, fit: ImageInput, *, inside: bool) -> "Images":
        """Describe how a model of the project decodes its images; `inside` it, it normalises."""
        pixels = INSIDE if inside else OUTSIDE
        return cls(size=fit.size, resize=fit.resize, mean=fit.mean, std=fit.std, pixels=pixels)

    @property
    def fit(self) -> ImageInput:
        """How they are decoded."""
        return ImageInput(self.size, self.mean, self.std, self.resize)


class Tokens(Said):
    """A caption as int64 ``(N, max_tokens)``: ids of its words, as many as are read."""

    max_tokens: int = Field(ge=1)
    vocabulary: str  # a file: words in the order of their ids, of which `first_word` is the first
    padding: int = PADDING
    unknown: int = UNKNOWN  # also the one token of a caption without words
    first_word: int = FIRST_WORD
    words: Literal["lower case, parted at white space, without `edges` at their ends"] = (
        "lower case, parted at white space, without `edges` at their ends"
    )
    edges: str = EDGES

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "Tokens":
        """Describe how a model of the project tokenises its captions."""
        return cls(max_tokens=vocabulary.max_tokens, vocabulary=VOCABULARY)


class ModelInputs(Said):
    """What a network reads; None: it does not."""

    images: Images | None
    tokens: Tokens | None

    @classmethod
    def of(
        cls, fit: ImageInput | None, vocabulary: Vocabulary | None = None, *, inside: bool = False
    ) -> "ModelInputs":
        """Describe the inputs of a model of the project; `inside`: it normalises images itself."""
        return cls(
            images=Images.of(fit, inside=inside) if fit else None,
            tokens=Tokens.of(vocabulary) if vocabulary else None,
        )
