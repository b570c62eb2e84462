"""All explanations of all models: scored over a sample of pairs, and whole for single cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pairdx.evidence.explanation.cases import ExplainParams
from pairdx.evidence.explanation.explain import ImageMap, WordWeights, map_images, weigh_words
from pairdx.evidence.explanation.scores import (
    mean_curves,
    score_captions,
    score_images,
    summarise_curves,
    summarise_modalities,
)
from pairdx.evidence.explanation.shapley import Contributions, contributions
from pairdx.models.common.explainable import ImageModel
from pairdx.models.common.predictor import Predictor
from pairdx.pairs.store import Pairs
from pairdx.pairs.strata import stratified


@dataclass(frozen=True)
class Explained:
    """Models by what they read; those in both read both."""

    images: Mapping[str, ImageModel]
    captions: Mapping[str, Predictor]

    @classmethod
    def of(cls, models: Mapping[str, Predictor]) -> "Explained":
        """Sort models out."""
        images = {name: model.image_model() for name, model in models.items()}
        return cls(
            {name: model for name, model in images.items() if model is not None},
            {name: model for name, model in models.items() if "caption" in model.reads},
        )


@dataclass(frozen=True)
class Case:
    """One pair in all models, and what image and caption bring to those that read both."""

    row: int
    maps: Mapping[str, ImageMap]
    words: Mapping[str, WordWeights]
    shares: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Study:
    """Numbers for metrics/explain.json, mean curves, and the contributions of every pair."""

    summary: dict[str, Any]
    curves: pd.DataFrame
    contributions: Mapping[str, Contributions]


def study(models: Explained, pairs: Pairs, params: ExplainParams, seed: int) -> Study:
    """Score the explanations on a sample of ``pairs``, and share all among image and caption."""
    rows = stratified(pairs.labels, params.pairs, seed).tolist()
    scored = score_images(models.images, pairs, rows, params, seed)
    scored += score_captions(models.captions, pairs, rows, params, seed)
    shares = {
        name: contributions(model, pairs.images, pairs.captions)
        for name, model in models.images.items()
        if name in models.captions
    }
    summary = summarise_curves(scored, pairs.articles, params, seed)
    summary["modality"] = {
        name: summarise_modalities(share, pairs, params, seed) for name, share in shares.items()
    }
    return Study(summary, mean_curves(scored, params.steps), shares)


def explain_cases(
    models: Explained,
    pairs: Pairs,
    rows: Sequence[int],
    shares: Mapping[str, Contributions],
    cells: int,
) -> list[Case]:
    """Explain some pairs in all models."""
    images, captions = [pairs.images[row] for row in rows], [pairs.captions[row] for row in rows]
    maps = {
        name: map_images(model, images, captions, cells) for name, model in models.images.items()
    }
    words = {
        name: [weigh_words(model, *pair) for pair in zip(images, captions, strict=True)]
        for name, model in models.captions.items()
    }
    return [
        Case(
            row,
            {name: found[at] for name, found in maps.items()},
            {name: found[at] for name, found in words.items()},
            {
                name: (float(share.image[row]), float(share.caption[row]))
                for name, share in shares.items()
            },
        )
        for at, row in enumerate(rows)
    ]
