"""How good explanations are, over a sample of pairs: deletion and insertion, and modalities.

24 pairs of 64-pixel images in four models take some 15 s of one core, nearly all of it for the
variants of images that deletion and insertion need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from pairdx.core.schema import LABELS
from pairdx.evidence.explanation.cases import ExplainParams
from pairdx.evidence.explanation.deletion import (
    Curves,
    Probability,
    area,
    curves,
    image_probability,
)
from pairdx.evidence.explanation.explain import ImageMap, map_images, weigh_words
from pairdx.evidence.explanation.gradcam import region_values
from pairdx.evidence.explanation.shapley import Contributions
from pairdx.models.common.explainable import ImageModel
from pairdx.models.common.predictor import Predictor
from pairdx.pairs.store import Pairs
from pairdx.pairs.text import tokenize
from pairdx.statistics.intervals.bootstrap import DIFFERENCE, Floats
from pairdx.statistics.intervals.reported import DIGITS, ENDS, Summary
from pairdx.statistics.intervals.resamples import Resamples


@dataclass(frozen=True)
class Scored:
    """The curves of one explanation of one model, for each pair in ``rows``."""

    input: str  # image | caption
    model: str
    explanation: str
    rows: list[int]
    curves: list[Curves]


def score_images(
    models: Mapping[str, ImageModel],
    pairs: Pairs,
    rows: Sequence[int],
    params: ExplainParams,
    seed: int,
) -> list[Scored]:
    """Remove and insert regions by each model's Grad-CAM."""
    images, captions = [pairs.images[row] for row in rows], [pairs.captions[row] for row in rows]
    found = []
    for name, model in models.items():
        maps = map_images(model, images, captions, params.map_cells)
        traces = [
            _trace(*_regions(model, image, caption, seen, params), params, seed, row)
            for row, image, caption, seen in zip(
                tqdm(rows, f"regions, {name}", disable=None), images, captions, maps, strict=True
            )
        ]
        found.append(Scored("image", name, "grad_cam", list(rows), traces))
    return found


def _regions(
    model: ImageModel, image: bytes, caption: str, seen: ImageMap, params: ExplainParams
) -> tuple[Probability, Floats]:
    """What removing regions of an image does, and what its map says of each."""
    maps = torch.from_numpy(seen.values)[None]
    weights = region_values(maps, params.regions, model.input.size)[0].numpy()
    decoded, tokens = model.input.decode(image), model.tokenize([caption])
    return image_probability(model, decoded, tokens, params.regions, seen.predicted), weights


def score_captions(
    models: Mapping[str, Predictor],
    pairs: Pairs,
    rows: Sequence[int],
    params: ExplainParams,
    seed: int,
) -> list[Scored]:
    """Remove and insert words by each explanation; pairs whose captions have none are left out."""
    rows = [row for row in rows if tokenize(pairs.captions[row])]
    found = []
    for name, model in models.items():
        traces: dict[str, list[Curves]] = {}
        for row in tqdm(rows, f"words, {name}", disable=None):
            weighed = weigh_words(model, pairs.images[row], pairs.captions[row])
            for explanation, weights in weighed.weights.items():
                trace = _trace(weighed.without, weights, params, seed, row)
                traces.setdefault(explanation, []).append(trace)
        found += [Scored("caption", name, kind, rows, traces[kind]) for kind in traces]
    return found


def _trace(
    probability: Probability, weights: Floats, params: ExplainParams, seed: int, row: int
) -> Curves:
    # A generator a pair: every explanation is held against the same random orders.
    generator = np.random.default_rng([seed, row])
    return curves(probability, weights, params.steps, params.random_orders, generator)


def summarise_curves(
    scored: Sequence[Scored], articles: Sequence[str], params: ExplainParams, seed: int
) -> dict[str, Any]:
    """Areas and what they gain over random orders: input -> model -> explanation -> numbers."""
    summary: dict[str, Any] = {}
    for one in scored:
        deletion, insertion, random = (
            np.array([area(getattr(curve, name)) for curve in one.curves])
            for name in ("deletion", "insertion", "random")
        )
        columns = {
            "deletion": deletion,
            "insertion": insertion,
            "random": random,
            "deletion_gain": random - deletion,  # both gains: above 0 is better than chance
            "insertion_gain": insertion - random,
        }
        mine = [articles[row] for row in one.rows]
        models = summary.setdefault(one.input, {}).setdefault(one.model, {})
        models[one.explanation] = _means(columns, mine, params, seed)
    return summary


def summarise_modalities(
    shares: Contributions, pairs: Pairs, params: ExplainParams, seed: int
) -> dict[str, Any]:
    """Mean contributions over all pairs and by class, with intervals."""
    columns = {
        "neither": shares.neither,
        "image": shares.image,
        "caption": shares.caption,
        "image_share": shares.image_share,
    }
    labels, articles = np.asarray(pairs.labels), np.asarray(pairs.articles)
    by_class = {}
    for label in LABELS:
        inside = labels == label
        mine = {name: values[inside] for name, values in columns.items()}
        by_class[label] = _means(mine, articles[inside].tolist(), params, seed)
    return {**_means(columns, pairs.articles, params, seed), "per_class": by_class}


def mean_curves(scored: Sequence[Scored], steps: int) -> pd.DataFrame:
    """The mean curves, one row a point: for `dvc plots`."""
    share, parts = np.arange(steps + 1) / steps, []
    for one in scored:
        deletion, insertion, random = (
            np.mean([getattr(curve, name) for curve in one.curves], axis=0)
            for name in ("deletion", "insertion", "random")
        )
        lines = {
            ("deletion", "by weight"): deletion,
            ("deletion", "random"): random,
            ("insertion", "by weight"): insertion,
            ("insertion", "random"): random[::-1],
        }
        for (change, order), values in lines.items():
            names = {"input": one.input, "model": one.model, "explanation": one.explanation}
            points = {"change": change, "order": order, "share": share, "probability": values}
            parts.append(pd.DataFrame(names | points).round(DIGITS))
    return pd.concat(parts)


def _means(
    columns: Mapping[str, Floats], articles: Sequence[str], params: ExplainParams, seed: int
) -> Summary:
    """The mean of each column over the pairs that have a value, whose ``articles`` are drawn."""
    found: Summary = {"n": len(articles)}
    if not articles:
        nothing = {f"{name}{end}": None for name in columns for end in ENDS}
        return found | nothing
    numbers = np.unique(articles, return_inverse=True)[1]
    drawn = Resamples.draw(numbers, params.resamples, params.confidence, seed)
    for name, values in columns.items():
        found |= drawn.mean(name, values, np.isfinite(values), DIFFERENCE)
    return found
