"""Weights of the paper's architectures, drawn at random, in the forms in which they are published.

They stand in for the published ones where only time, memory and files count: OpenAI's CLIP
ViT-B/32, BiomedCLIP with its WordPiece tokenizer, torchvision's ResNet-18, and 300-d vectors of
400,000 words. `rehearsal.py` writes them; nothing that is measured with them says anything about
accuracy.
"""

from collections.abc import Iterator
from itertools import count, islice, product
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import BertWordPieceTokenizer
from torchvision.models import resnet18

from pairdx.core.outputs import new_folder, write_json, write_text
from pairdx.models.clip.folder import CONFIG, WEIGHTS, open_model
from pairdx.models.weights.registry import find

CLIP = "ViT-B-32-quickgelu"
BIOMEDBERT = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract"
BIOMEDCLIP = {
    "embed_dim": 512,
    "vision_cfg": {
        "timm_model_name": "vit_base_patch16_224",
        "timm_model_pretrained": False,
        "timm_pool": "",
        "timm_proj": "linear",
    },
    "text_cfg": {
        "hf_model_name": BIOMEDBERT,
        "hf_tokenizer_name": BIOMEDBERT,
        "hf_proj_type": "mlp",
        "hf_pooler_type": "cls_last_hidden_state_pooler",
        "context_length": 256,
    },
}
PREPROCESS = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
}
PIECES = 30_522  # of BERT's vocabulary
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS, WIDTH = 400_000, 300


def write_weights(root: Path, seed: int) -> tuple[Path, Path]:
    """Write what is not there yet; return the files of ResNet-18 and of the word vectors.

    The two CLIPs lie where `pairdx weights` looks for them, below ``root``.
    """
    torch.manual_seed(seed)
    for name, write in {"clip-vit-b32": _write_clip, "biomedclip": _write_biomedclip}.items():
        if not (root / name).is_dir():
            with new_folder(root / name) as folder:
                write(folder)
    images, vectors = root / "resnet18.pth", root / "vectors.txt"
    if not images.is_file():
        torch.save(resnet18().state_dict(), images)
    if not vectors.is_file():
        _write_vectors(vectors, seed)
    return images, vectors


def _write_clip(folder: Path) -> None:
    opened = open_model(CLIP, None, untrained=True)
    write_json(folder / CONFIG, opened.config)
    save_file(opened.model.state_dict(), folder / WEIGHTS)


def _write_biomedclip(folder: Path) -> None:
    files = [file.name for file in find("biomedclip").files]
    config, bert, tokens, settings, special, vocabulary, weights = (folder / n for n in files)
    write_json(config, {"model_cfg": BIOMEDCLIP, "preprocess_cfg": PREPROCESS})
    write_json(settings, {"do_lower_case": True, "tokenizer_class": "BertTokenizer"})
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    write_json(special, dict(zip(names, SPECIAL, strict=True)))
    write_text(vocabulary, "\n".join(_pieces()) + "\n")
    BertWordPieceTokenizer(str(vocabulary), lowercase=True).save(str(tokens))
    opened = open_model(f"local-dir:{folder}", None, untrained=True)
    write_json(bert, opened.model.text.config.to_dict())  # type: ignore[union-attr,operator]
    torch.save(opened.model.state_dict(), weights)


def _pieces() -> list[str]:
    """Letters and their combinations, alone and as ends of words: every caption has tokens."""
    combined = (
        "".join(letters) for n in (1, 2, 3) for letters in product(ascii_lowercase, repeat=n)
    )
    pieces = [piece for word in combined for piece in (word, f"##{word}")]
    return [*SPECIAL, *islice(pieces, PIECES - len(SPECIAL))]


def _words() -> Iterator[str]:
    """Letters and their combinations, the short ones first."""
    for length in count(1):
        yield from map("".join, product(ascii_lowercase, repeat=length))


def _write_vectors(path: Path, seed: int) -> None:
    """As GloVe publishes them: a word and its numbers a line."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8") as lines:
        for word in islice(_words(), WORDS):
            numbers = " ".join(f"{value:.4f}" for value in rng.normal(0, 0.4, WIDTH))
            lines.write(f"{word} {numbers}\n")
