"""How well a model finds images by images, images by captions, and captions by images.

What the scores mean is settled here, because none of it goes without saying:

- **By class** (``p_at_k``, the ClinVLA paper's tables): a hit has the query's class. The share of
  hits among the first k is divided by k, or by the number of hits there are if that is smaller, so
  that a perfect search of a small class scores 1.
- **By pair** (``r_at_k``, ``mrr``): a hit is the caption's own image, or the image's own caption.
  ``r_at_k`` is the share of queries with a hit among the first k, ``mrr`` the mean of one over the
  first hit's rank. An image has no image of its own: there, a hit is another part of its figure.
- **Itself.** A query image is not in what it searches; by class, neither are the other parts of
  its figure, which were cut from one picture and prove nothing about the class.
- **Shared captions.** A caption that several pairs share is one caption, searched once and found
  once, with all their images and classes as hits. Pairs without a caption take part as images only.
- **Ties.** Scores are expectations over all orders of what is equally similar (to six digits): a
  model that maps everything to one point scores what chance does, whatever the order of the rows.
- **Nothing to find.** A query without any hit says nothing about the model and is left out.

Intervals come from drawing the queries' articles; the searched set stays as it is.

Shapes: Q queries, G gallery, R resamples, E width of the embedding, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS, LABELS, read_table
from pairdx.evidence.retrieval.params import RetrieveParams
from pairdx.statistics.intervals.bootstrap import SHARE, Floats, Integers, article_weights
from pairdx.statistics.intervals.reported import rounded, with_interval
from pairdx.statistics.scores.ranking import (
    Booleans,
    divide,
    first_hit,
    precision_at,
    recall_at,
    reciprocal_rank,
)

PRECISION_AT = (5, 10, 50)
SHORT = {"image_to_image": "i2i", "text_to_image": "t2i", "image_to_text": "i2t"}
RECALL_AT = (1, 5, 10)
SAME = 6  # digits of a similarity, beyond which two are equal
CELLS_AT_ONCE = 2**21  # similarities, 16 MB: bounds the memory at any number of pairs


@dataclass(frozen=True)
class Search:
    """Queries and what they search; classes as rows of zeros and ones, groups by number."""

    queries: Floats  # (Q, E)
    gallery: Floats  # (G, E)
    query_classes: Booleans  # (Q, K)
    gallery_classes: Booleans  # (G, K)
    query_groups: Integers  # (Q,): with the same number as a gallery entry, they belong together
    gallery_groups: Integers  # (G,)
    articles: Integers  # (Q,), from 0
    images: bool = False  # the gallery is the queries


def read_searches(path: Path) -> dict[str, Search]:
    """Read an embeddings table as the three searches, by name.

    Without any caption there is one: images by images.

    Raises:
        PairdxError: the table is empty, or an embedding is no number or of another width.
    """
    table = read_table(path, EMBEDDINGS)
    if table.num_rows < 2:
        raise PairdxError(f"{path}: {table.num_rows} rows; a search needs two pairs or more")
    columns = {name: table[name].to_pylist() for name in ("article_id", "figure_id", "label")}
    articles, figures = (_numbers(columns[name]) for name in ("article_id", "figure_id"))
    classes = np.array([[label == known for known in LABELS] for label in columns["label"]])
    images, texts = (_matrix(table, name, path) for name in ("image", "text"))
    captions = [(caption or "").casefold().strip() for caption in table["caption"].to_pylist()]
    groups = _numbers(captions)
    said = np.array([bool(caption) for caption in captions])
    by_image = Search(images, images, classes, classes, figures, figures, articles, images=True)
    if not said.any():
        return {"image_to_image": by_image}
    groups = np.where(said, groups, -1)  # found by no caption
    kept, first, place = np.unique(groups[said], return_index=True, return_inverse=True)
    first = np.flatnonzero(said)[first]
    of_caption = np.zeros((len(kept), classes.shape[1]), dtype=bool)  # (C, K)
    np.logical_or.at(of_caption, place, classes[said])
    return {
        "image_to_image": by_image,
        "text_to_image": Search(
            texts[first], images, of_caption, classes, kept, groups, articles[first]
        ),
        "image_to_text": Search(images, texts[first], classes, of_caption, groups, kept, articles),
    }


def summarise(searches: dict[str, Search], params: RetrieveParams, seed: int) -> dict[str, Any]:
    """Every score of every search with its interval, and what chance scores."""
    return {
        **{name: _summary(search, params, seed) for name, search in searches.items()},
        "chance": {
            name: {one: rounded(_mean(values)) for one, values in score(_blind(search)).items()}
            for name, search in searches.items()
        },
    }


def score(search: Search) -> dict[str, Floats]:
    """Every score of every query, (Q,); NaN for a query without a hit."""
    at_once = max(1, CELLS_AT_ONCE // len(search.gallery))
    starts = range(0, len(search.queries), at_once)
    parts = [_score(search, slice(start, start + at_once)) for start in starts]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _score(search: Search, rows: slice) -> dict[str, Floats]:
    """Score some of the queries."""
    similarity = np.round(search.queries[rows] @ search.gallery.T, SAME)  # (Q, G)
    same_group = search.query_groups[rows, None] == search.gallery_groups
    same_class = (search.query_classes[rows].astype(int) @ search.gallery_classes.T) > 0
    by_class = by_pair = similarity
    if search.images:
        itself = np.arange(len(search.gallery))[rows, None] == np.arange(len(search.gallery))
        by_class = np.where(same_group, -np.inf, similarity)
        by_pair = np.where(itself, -np.inf, similarity)
        same_class, same_group = same_class & ~same_group, same_group & ~itself
    scores = {f"p_at_{k}": precision_at(k, by_class, same_class) for k in PRECISION_AT}
    place = first_hit(by_pair, same_group)
    by_rank = {f"r_at_{k}": recall_at(k, *place) for k in RECALL_AT}
    by_rank["mrr"] = reciprocal_rank(*place)
    found = same_group.any(axis=1)
    return scores | {name: np.where(found, values, np.nan) for name, values in by_rank.items()}


def _summary(search: Search, params: RetrieveParams, seed: int) -> dict[str, float | int | None]:
    """Means over the queries that have a hit, how many these are, and intervals by article."""
    scores = score(search)
    summary: dict[str, float | int | None] = {
        "queries": len(search.queries),
        "queries_by_class": int((~np.isnan(scores["p_at_5"])).sum()),
        "queries_by_pair": int((~np.isnan(scores["mrr"])).sum()),
    }
    values = np.column_stack(list(scores.values()))  # (Q, M)
    counted, filled = (~np.isnan(values)).astype(np.float64), np.nan_to_num(values)
    generator = np.random.default_rng(seed)
    resampled = np.concatenate(
        [
            divide(weights @ filled, weights @ counted)
            for weights in article_weights(search.articles, params.resamples, generator)
        ]
    )  # (R, M)
    for column, (name, each) in enumerate(scores.items()):
        articles = search.articles[~np.isnan(each)]
        summary |= with_interval(
            name, _mean(each), resampled[:, column], params.confidence, articles, SHARE
        )
    return summary


def _mean(values: Floats) -> float:
    """The mean over the queries that have a hit; NaN where none has."""
    return float(np.nan if np.isnan(values).all() else np.nanmean(values))


def _blind(search: Search) -> Search:
    """The same search by a model that sees nothing: everything ties."""
    blank = {"queries": np.zeros_like(search.queries), "gallery": np.zeros_like(search.gallery)}
    return Search(**{**search.__dict__, **blank})


def _numbers(names: Sequence[str]) -> Integers:
    return np.unique(np.asarray(names, dtype=str), return_inverse=True)[1]


def _matrix(table: pa.Table, column: str, path: Path) -> Floats:
    """A column of lists as rows, without a Python object a number."""
    widths = pc.list_value_length(table[column]).unique()
    if len(widths) != 1 or not widths[0].as_py():
        raise PairdxError(f"{path}: {column} has rows of different lengths; run `dvc repro`")
    values = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in table[column].chunks]
    return np.concatenate(values).astype(np.float64).reshape(len(table), -1)


def precisions(told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The headline: precision at 5 by model and search, as short as a table's header wants it.

    Args:
        told: what :func:`summarise` says of each model.
    """
    return {
        "p5": {
            name: {
                short: summary[search]["p_at_5"]
                for search, short in SHORT.items()
                if search in summary  # pairs without captions leave the search of images
            }
            for name, summary in told.items()
        }
    }
