"""The pretrained weights that params name: what each is, where it comes from, how it is known.

Below ``weights.dir`` every weight has a folder of its name, whose files are called as they are at
their source: a machine without a network can be given them by hand.

Sizes are those that the sources state, some of them rounded. A checksum is given where the source
publishes one; where it does not, the first fetch pins what came.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from pairdx.core.checkout import kept
from pairdx.core.errors import PairdxError
from pairdx.core.params import Section


@dataclass(frozen=True)
class WeightFile:
    """One file: ``hf://owner/repo/file`` names a file on the Hugging Face hub."""

    name: str
    source: str
    size: int  # bytes, about
    digest: str | None = None  # `sha256:...` or `md5:...`, or the start of one; None: not published


@dataclass(frozen=True)
class Weights:
    """A model's weights, or a table of word vectors."""

    what: str
    licence: str
    params: str  # how params.yaml names them
    files: tuple[WeightFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files, about."""
        return sum(file.size for file in self.files)


_CLIP = "hf://timm/vit_base_patch32_clip_224.openai"
_BIOMEDCLIP = "hf://microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224"
_BIOMEDBERT = "hf://microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract"

WEIGHTS = {
    "clip-vit-b32": Weights(
        what="OpenAI CLIP ViT-B/32",
        licence="MIT",
        params="zero_shot.clip.model: ViT-B-32-quickgelu, pretrained: openai",
        files=(
            WeightFile("open_clip_config.json", f"{_CLIP}/open_clip_config.json", 556),
            WeightFile(
                "open_clip_model.safetensors", f"{_CLIP}/open_clip_model.safetensors", 605_000_000
            ),
        ),
    ),
    "biomedclip": Weights(
        what="BiomedCLIP, PubMedBERT + ViT-B/16",
        licence="MIT",
        params=f"zero_shot.biomedclip.model: hf-hub:{_BIOMEDCLIP.removeprefix('hf://')}",
        files=(
            WeightFile("open_clip_config.json", f"{_BIOMEDCLIP}/open_clip_config.json", 707),
            # The architecture of the text tower: open_clip would ask the hub for it at each load.
            WeightFile("config.json", f"{_BIOMEDBERT}/config.json", 1_000),
            WeightFile("tokenizer.json", f"{_BIOMEDCLIP}/tokenizer.json", 679_000),
            WeightFile("tokenizer_config.json", f"{_BIOMEDCLIP}/tokenizer_config.json", 1_000),
            WeightFile("special_tokens_map.json", f"{_BIOMEDCLIP}/special_tokens_map.json", 1_000),
            WeightFile("vocab.txt", f"{_BIOMEDCLIP}/vocab.txt", 225_000),
            WeightFile(
                "open_clip_pytorch_model.bin",
                f"{_BIOMEDCLIP}/open_clip_pytorch_model.bin",
                784_000_000,
            ),
        ),
    ),
    "resnet18": Weights(
        what="torchvision ResNet-18, IMAGENET1K_V1",
        licence="BSD-3-Clause (torchvision); trained on ImageNet",
        params="classifier.image_encoder: resnet18, image_weights: imagenet",
        files=(
            WeightFile(
                "resnet18-f37072fd.pth",
                "https://download.pytorch.org/models/resnet18-f37072fd.pth",
                44_700_000,
                "sha256:f37072fd",  # torchvision's names end in the start of the checksum
            ),
        ),
    ),
    "glove-wiki-gigaword-300": Weights(
        what="GloVe 6B, 300-d, word2vec text of gensim-data",
        licence="PDDL-1.0",
        params="word_vectors.source: gensim, name: glove-wiki-gigaword-300",
        files=(
            WeightFile(
                "glove-wiki-gigaword-300.gz",
                "https://github.com/RaRe-Technologies/gensim-data/releases/download/"
                "glove-wiki-gigaword-300/glove-wiki-gigaword-300.gz",
                394_362_229,
                "md5:29e9329ac2241937d55b852e8284e89b",
            ),
        ),
    ),
    "glove-6b": Weights(
        what="GloVe 6B, 50-d to 300-d, as published",
        licence="PDDL-1.0",
        params="word_vectors.source: gensim, name: glove-6b",
        files=(
            WeightFile(
                "glove.6B.zip",
                "hf://stanfordnlp/glove/glove.6B.zip",
                862_000_000,
                "sha256:617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
            ),
        ),
    ),
}

# How params name a CLIP model and its weights.
_CLIP_MODELS = {
    ("ViT-B-32-quickgelu", "openai"): "clip-vit-b32",
    (_CLIP.replace("hf://", "hf-hub:"), None): "clip-vit-b32",
    (_BIOMEDCLIP.replace("hf://", "hf-hub:"), None): "biomedclip",
}


def find(name: str) -> Weights:
    """Return the weights of this name.

    Raises:
        PairdxError: there are none.
    """
    if name not in WEIGHTS:
        raise PairdxError(f"weights {name!r}: not known; allowed are {', '.join(WEIGHTS)}")
    return WEIGHTS[name]


def of_clip(model: str, pretrained: str | None) -> str | None:
    """Name the weights of a CLIP model; None where open_clip itself finds them."""
    return _CLIP_MODELS.get((model, pretrained))


def of_images(encoder: str, weights: str | None) -> str | None:
    """Name the weights of an image encoder; None where it has none, or those of a file.

    Raises:
        PairdxError: `imagenet` is asked for an encoder other than ResNet-18.
    """
    if weights != "imagenet":
        return None
    if encoder != "resnet18":
        raise PairdxError(
            f"image_weights = 'imagenet' is for resnet18; name a file for {encoder!r}"
        )
    return "resnet18"


def of_words(source: str, name: str) -> str | None:
    """Name the word vectors; None where they are trained, a file's, or another of gensim-data."""
    return name if source == "gensim" and name in WEIGHTS else None


class WeightsParams(Section):
    """A folder a weight, filled by `pairdx weights fetch`, by the stages, or by hand."""

    section: ClassVar[str] = "weights"
    dir: str = Field(min_length=1)

    @property
    def folder(self) -> Path:
        """The place as a path."""
        return kept(self.dir)
