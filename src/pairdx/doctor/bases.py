"""The models that ClinVLA and the label audit start from: can they be used for that?"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pairdx.core.errors import PairdxError
from pairdx.core.params import Section
from pairdx.doctor.costs import outline
from pairdx.doctor.findings import Finding, found_by
from pairdx.doctor.models import ZERO_SHOT
from pairdx.evidence.labels.params import AuditLabelsParams
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip.params import ZeroShotParams
from pairdx.models.clip.towers import transformer_clip
from pairdx.models.common.card import ModelCard
from pairdx.training.clip.params import PretrainClipParams

PRETRAINED = Path("models/clip_base")
UNTUNED = {Path("models") / name: name for name in ZERO_SHOT}
LEARNED = {Path("models") / name for name in ("pairdx_clip", "clinvla")}  # from PairDx's labels


def examine_bases(sections: dict[str, Section]) -> Iterator[Finding]:
    """Look at `clinvla.base` and `audit_labels.base`."""
    adapted = cast(ClinVlaParams, sections["clinvla"]).base
    yield found_by("clinvla.base", adapted, lambda: _adapted(Path(adapted), sections))
    auditor = cast(AuditLabelsParams, sections["audit_labels"]).base
    yield found_by("audit_labels.base", auditor, lambda: _auditor(Path(auditor), sections))


def _adapted(base: Path, sections: dict[str, Section]) -> str:
    """Say where the base of adapters comes from; it must be a CLIP of transformers."""
    if base == PRETRAINED:
        params = cast(PretrainClipParams, sections["pretrain_clip"])
        _towers(params.model, None)
        return _pretrained(params)
    if base in UNTUNED:
        clip = cast(ZeroShotParams, sections[UNTUNED[base]])
        _towers(clip.model, clip.pretrained)
        return f"made by the stage zero_shot@{base.name}"
    return _of_kind(base, ("clip",))


def _auditor(base: Path, sections: dict[str, Section]) -> str:
    """Say where the auditor's eyes come from; they must not have learned the labels."""
    if base == PRETRAINED:
        return _pretrained(cast(PretrainClipParams, sections["pretrain_clip"]))
    if base in UNTUNED:
        return f"made by the stage zero_shot@{base.name}"
    if base in LEARNED:
        raise PairdxError(f"has learned the labels that it audits; {_allowed()}")
    return _of_kind(base, ("clip", "clinvla"))


def _pretrained(params: PretrainClipParams) -> str:
    if params.epochs == 0:
        raise PairdxError("random weights, as pretrain_clip.epochs is 0; name another, or raise it")
    return "made by the stage pretrain_clip"


def _towers(model: str, pretrained: str | None) -> None:
    clip = outline(model, pretrained)
    if clip is not None:  # what a fetch brings is looked at when it is there
        transformer_clip(clip, model)


def _of_kind(base: Path, kinds: tuple[str, ...]) -> str:
    if not (base / "model.json").is_file():
        raise PairdxError(f"no model.json there; {_allowed()}")
    kind = ModelCard.load(base).kind
    if kind not in kinds:
        raise PairdxError(f"a model of kind {kind!r}; {' or '.join(kinds)} is needed; {_allowed()}")
    return "there"


def _allowed() -> str:
    return f"allowed are {', '.join(map(str, (PRETRAINED, *UNTUNED)))}, or a folder of your own"
