"""Opening any CLIP model of open_clip, and saving it as a folder that open_clip opens again.

Beyond open_clip: files are checked before they are read, the wrong activation is an error, and a
Hugging Face text tower (BiomedCLIP's BERT) needs no network once its folder is there.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from safetensors.torch import save_file
from torch import Tensor, nn

from pairdx.core.errors import PairdxError, shortened
from pairdx.core.outputs import write_json
from pairdx.models.clip.config import CONFIG, check_tower, read_model_config
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import device
from pairdx.models.common.state_dicts import check_finite, check_weights

WEIGHTS = "open_clip_model.safetensors"
LOCAL = "local-dir:"
Tokenizer = Callable[[Sequence[str]], Tensor]

# BERT base: Microsoft's biomedical BERTs, old name and new, have this architecture.
_BERT_BASE = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 768,
    "intermediate_size": 3072,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "pad_token_id": 0,
    "type_vocab_size": 2,
    "vocab_size": 30522,
}
_ARCHITECTURES = {
    "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract": _BERT_BASE,
    "microsoft/BiomedNLP-PubMedBERT-base-uncased-abstract": _BERT_BASE,
}


class Opened(NamedTuple):
    """A model, its tokenizer, and open_clip's ``model_cfg`` and ``preprocess_cfg``."""

    model: nn.Module
    tokenizer: Tokenizer
    config: dict[str, Any]


def open_model(name: str, pretrained: str | None, untrained: bool) -> Opened:
    """Open a model by open_clip's name for it; `untrained` draws its weights.

    Raises:
        PairdxError: the model is unknown, or its weights are missing or do not fit.
    """
    import open_clip

    folder = _folder(name)
    try:
        if not untrained:
            check_model(name, pretrained)
        with _text_tower(folder) as text_tower:
            model = open_clip.create_model(
                name,
                pretrained,
                load_weights=not untrained,
                require_pretrained=not untrained,
                pretrained_text=False,  # of a Hugging Face tower: they are part of the weights
                device=device(),
                **text_tower,
            )
            tokenizer = open_clip.get_tokenizer(name)
        model_cfg = open_clip.get_model_config(name)
        check_finite(model.state_dict(), "weights")
    # A configuration from elsewhere makes open_clip, timm and transformers raise nearly anything.
    except Exception as error:
        reason = shortened(error)
        if "transformers" in reason:
            reason += "; pip install 'pairdx[biomedclip]'"
        raise PairdxError(f"CLIP model {name!r}, weights {pretrained!r}: {reason}") from error
    config = {"model_cfg": model_cfg, "preprocess_cfg": model.visual.preprocess_cfg}
    return Opened(model.eval(), tokenizer, json.loads(json.dumps(config)))


def check_model(name: str, pretrained: str | None) -> None:
    """Refuse what can be told from the files of a model without opening it.

    Raises:
        PairdxError: the wrong activation, or a damaged file.
    """
    folder = _folder(name)
    _check_activation(name, pretrained, folder)
    if file := _weight_file(pretrained, folder):
        check_weights(file)


def text_tower_of(name: str) -> str | None:
    """Name the Hugging Face text tower of a folder's or of open_clip's own model, if it has one."""
    import open_clip

    folder = _folder(name)
    named = open_clip.get_model_config(name) if name in open_clip.list_models() else {}
    return (read_model_config(folder) if folder else named).get("text_cfg", {}).get("hf_model_name")


def save_model(opened: Opened, folder: Path, home: Path) -> None:
    """Write open_clip's ``local-dir:`` form into ``folder``, which will be moved to ``home``.

    open_clip reads a Hugging Face text tower's architecture from ``hf_model_name``: it is made to
    name ``home``, so that plain open_clip opens the folder without a network where that path holds.
    """
    model_cfg = opened.config["model_cfg"]
    text_cfg = model_cfg["text_cfg"]
    if text_cfg.get("hf_model_name"):
        _save_text_tower(opened, folder)
        model_cfg = model_cfg | {"text_cfg": text_cfg | {"hf_model_name": home.as_posix()}}
    write_json(folder / CONFIG, opened.config | {"model_cfg": model_cfg})
    weights = {key: value.cpu().contiguous() for key, value in opened.model.state_dict().items()}
    save_file(weights, folder / WEIGHTS)


def quick_gelu(config: dict[str, Any]) -> bool:
    """Tell which activation a model has: QuickGELU, which OpenAI trained with, or GELU."""
    return _quick(config["model_cfg"])


def check_same_activation(name: str, folder: Path) -> None:
    """Refuse a folder whose model has another activation than open_clip's model of this name.

    Raises:
        PairdxError: they differ.
    """
    import open_clip

    named = open_clip.get_model_config(name) if name in open_clip.list_models() else None
    if named is not None:
        _compare(_quick(named), _quick(read_model_config(folder)))


def _folder(name: str) -> Path | None:
    return Path(name.removeprefix(LOCAL)) if name.startswith(LOCAL) else None


def _check_activation(name: str, pretrained: str | None, folder: Path | None) -> None:
    """Refuse weights that were trained with the other activation.

    open_clip warns of it for its own tags only; the model would run, and be worse in silence.
    """
    import open_clip

    if folder is not None:
        built, trained = _quick(read_model_config(folder)), _recorded(folder)
    elif pretrained is None or name not in open_clip.list_models():
        return  # a model of the hub brings both
    else:
        built, trained = _quick(open_clip.get_model_config(name)), None
        if tag := open_clip.get_pretrained_cfg(name, pretrained):
            trained = _quick(tag)
        elif Path(pretrained).is_file():
            trained = _recorded(Path(pretrained).parent)
    _compare(built, trained)


def _quick(config: dict[str, Any]) -> bool:
    return bool(config.get("quick_gelu", False))


def _compare(built: bool, trained: bool | None) -> None:
    if trained is not None and trained != built:
        raise PairdxError(
            f"QuickGELU mismatch: the model has quick_gelu={built}, its weights were trained with "
            f"quick_gelu={trained}; name the model that fits (those of OpenAI end in -quickgelu)"
        )


def _recorded(folder: Path) -> bool | None:
    """Read beside a file of weights which activation they were trained with; None if unsaid."""
    if (folder / "model.json").is_file():
        recorded = ModelCard.load(folder).settings.get("quick_gelu")
        if recorded is not None:
            return bool(recorded)
    return _quick(read_model_config(folder)) if (folder / CONFIG).is_file() else None


def _weight_file(pretrained: str | None, folder: Path | None) -> Path | None:
    """Name the file that open_clip will read the weights from, where it is known."""
    if folder is None:
        return Path(pretrained) if pretrained and Path(pretrained).is_file() else None
    from open_clip.factory import _find_checkpoint_in_dir  # by its names, not by their endings

    found = _find_checkpoint_in_dir(folder)
    return Path(found) if found else None


@contextmanager
def _text_tower(folder: Path | None) -> Iterator[dict[str, Any]]:
    """Yield what makes open_clip read a text tower's architecture from ``folder``, not a hub.

    Raises:
        PairdxError: the folder lacks it.
    """
    text_cfg = read_model_config(folder).get("text_cfg", {}) if folder else {}
    name = text_cfg.get("hf_model_name")
    if folder is None or not name:
        yield {}
        return
    with TemporaryDirectory() as temporary:
        place = folder
        if not (folder / "config.json").is_file():
            if name not in _ARCHITECTURES:
                raise PairdxError(f"{folder}/config.json: no such file; put that of {name} there")
            place = Path(temporary)
            write_json(place / "config.json", _ARCHITECTURES[name])
        check_tower(place / "config.json")
        yield {"text_cfg": text_cfg | {"hf_model_name": str(place), "hf_model_pretrained": False}}


def _save_text_tower(opened: Opened, folder: Path) -> None:
    """Write a Hugging Face tower's architecture and tokenizer, the same bytes wherever they are."""
    tokenizer = opened.tokenizer.tokenizer  # type: ignore[attr-defined]
    tokenizer.backend_tokenizer.no_padding()  # set by the last text that it read
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    for key in ("is_local", "local_files_only", "name_or_path"):  # of this machine
        settings.pop(key, None)
    write_json(path, settings)
    architecture = opened.model.text.config.to_dict()  # type: ignore[union-attr,operator]
    architecture.pop("_name_or_path", None)
    write_json(folder / "config.json", architecture)
