"""open_clip_config.json as a folder from elsewhere may hold it: refused before open_clip builds it.

open_clip takes what it finds: a null where a section should be, and for an image tower a name that
makes timm ask a hub, whatever params say.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pairdx.core.inputs import read_json
from pairdx.pairs.images import Deviation, Mean, Resize

CONFIG = "open_clip_config.json"


class _Open(BaseModel):
    """What is named is checked, what else there is is open_clip's own matter."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


class _ImageTower(_Open):
    timm_model_name: str | None = None

    @field_validator("timm_model_name")
    @classmethod
    def _needs_no_hub(cls, name: str | None) -> str | None:
        import timm

        if name is not None and not timm.is_model(name):
            raise ValueError("a model of timm.list_models() is needed, none of a hub or a folder")
        return name


class _TextTower(_Open):
    hf_model_name: str | None = None


class _Model(_Open):
    embed_dim: int = Field(ge=1)
    vision_cfg: _ImageTower
    text_cfg: _TextTower
    quick_gelu: bool = False


class _Preprocessing(_Open):
    size: int | list[int] = 1
    mean: Mean = (0, 0, 0)
    std: Deviation = (1, 1, 1)
    resize_mode: Resize = "squash"


class Config(_Open):
    """The whole file; defaults stand for what open_clip adds."""

    model_cfg: _Model
    preprocess_cfg: _Preprocessing = _Preprocessing()


class _Tower(_Open):
    """config.json of a Hugging Face text tower."""

    auto_map: None = None  # transformers would ask a person whether to run code that it names


def check_tower(path: Path) -> None:
    """Refuse a text tower whose architecture is code.

    Raises:
        PairdxError: it is, or the file holds no architecture.
    """
    read_json(path, _Tower, "an architecture without code of its own", "name another model")


def read_model_config(folder: Path) -> dict[str, Any]:
    """Read ``model_cfg`` as it stands in the file; empty where open_clip will miss the file.

    Raises:
        PairdxError: it is no such configuration, or would ask a hub.
    """
    path = folder / CONFIG
    if not path.exists():
        return {}
    config = read_json(path, Config, "a valid config of open_clip", "get the folder again")
    return config.model_cfg.model_dump(exclude_unset=True)
