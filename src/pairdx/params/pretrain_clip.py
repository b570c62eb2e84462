"""Section `pretrain_clip`: a small CLIP for the profiles that have no published one to adapt."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.training import ClipTrainingParams


class PretrainClipParams(ClipTrainingParams):
    """Trained from random weights on curated pairs outside PairDx."""

    section: ClassVar[str] = "pretrain_clip"
    model: str = Field(min_length=1)  # local-dir:... or an open_clip name; weights are not read
    epochs: int = Field(ge=0)  # 0: left as it is, where `clinvla.base` names another model
