"""The models that ClinVLA and the label audit start from: can they be used for that?"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pairdx.core.errors import PairdxError
from pairdx.core.params import ZERO_SHOT, Section
from pairdx.doctor.costs import outline
from pairdx.doctor.findings import Finding, found_by
from pairdx.evidence.labels.params import AuditLabelsParams
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip.params import ZeroShotModel, ZeroShotParams
from pairdx.models.clip.towers import transformer_clip
from pairdx.models.common.card import ModelCard
from pairdx.training.clip.params import PRETRAINED, PretrainClipParams

LEARNED = {Path("models") / name for name in ("pairdx_clip", "clinvla")}  # from PairDx's labels

Sections = dict[str, Section]


def examine_bases(sections: Sections) -> Iterator[Finding]:
    """Look at `clinvla.base` and `audit_labels.base`."""
    adapted = cast(ClinVlaParams, sections["clinvla"]).base
    yield found_by("clinvla.base", adapted, lambda: _adapted(Path(adapted), sections))
    auditor = cast(AuditLabelsParams, sections["audit_labels"]).base
    yield found_by("audit_labels.base", auditor, lambda: _auditor(Path(auditor), sections))


def _adapted(base: Path, sections: Sections) -> str:
    """Say where the base of adapters comes from; it must be a CLIP of transformers."""
    zero_shot = _zero_shot(sections)
    if base not in zero_shot:
        return _of_kind(base, ("clip",), sections)
    clip = zero_shot[base]
    named = _pretrained(sections).model if clip.model == PRETRAINED else clip.model
    towers = outline(named, clip.pretrained)
    if towers is not None:  # what a fetch brings is looked at when it is there
        transformer_clip(towers, named)
    return f"made by the stage zero_shot@{base.name.removesuffix(ZERO_SHOT)}"


def _auditor(base: Path, sections: Sections) -> str:
    """Say where the auditor's eyes come from; they must not have learned the labels."""
    zero_shot = _zero_shot(sections)
    if base in zero_shot:
        if zero_shot[base].model == PRETRAINED:
            _pretrained(sections)
        return f"made by the stage zero_shot@{base.name.removesuffix(ZERO_SHOT)}"
    if base in LEARNED:
        raise PairdxError(f"has learned the labels that it audits; {_allowed(sections)}")
    return _of_kind(base, ("clip", "clinvla"), sections)


def _pretrained(sections: Sections) -> PretrainClipParams:
    params = cast(PretrainClipParams, sections["pretrain_clip"])
    if params.epochs == 0:
        raise PairdxError("random weights, as pretrain_clip.epochs is 0; name another, or raise it")
    return params


def _of_kind(base: Path, kinds: tuple[str, ...], sections: Sections) -> str:
    allowed = _allowed(sections)
    if not (base / "model.json").is_file():
        raise PairdxError(f"no model.json there; {allowed}")
    kind = ModelCard.load(base).kind
    if kind not in kinds:
        raise PairdxError(f"a model of kind {kind!r}; {' or '.join(kinds)} is needed; {allowed}")
    return "there"


def _zero_shot(sections: Sections) -> dict[Path, ZeroShotModel]:
    """The zero-shot models by the folders that their stages make."""
    models = cast(ZeroShotParams, sections["zero_shot"]).models
    return {Path("models") / f"{key}{ZERO_SHOT}": model for key, model in models.items()}


def _allowed(sections: Sections) -> str:
    return f"allowed are {', '.join(map(str, _zero_shot(sections)))}, or a folder of your own"
