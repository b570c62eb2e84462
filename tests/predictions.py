"""Tables of predictions, and the same as arrays, from classes by their position in LABELS."""

import numpy as np
import pyarrow as pa

from pairdx.core.schema import LABELS, PREDICTIONS, write_table
from pairdx.statistics.scores.classification import Predictions


def predictions(actual, predicted, articles=None, probabilities=None):
    """A model that is sure of what it says, and pairs of an article each; unless told."""
    actual, predicted = np.asarray(actual), np.asarray(predicted)
    articles = np.arange(len(actual)) if articles is None else np.asarray(articles)
    sure = np.eye(6)[predicted] if probabilities is None else probabilities
    return Predictions(articles, actual, predicted, sure)


def write_predictions(path, model, ids=None, articles=None):
    """Write the table that :func:`pairdx.prediction.predict.predict_pairs` would give.

    Args:
        path: of the table.
        model: what it says of every pair.
        ids: of the pairs; None: `pair0000`, ...
        articles: their names; None: `a0`, ...
    """
    columns = {
        "id": ids or [f"pair{row:04}" for row in range(len(model.actual))],
        "article_id": articles or [f"a{article}" for article in model.articles],
        "label": [LABELS[k] for k in model.actual],
        "predicted": [LABELS[k] for k in model.predicted],
        **{f"p_{label}": model.probabilities[:, k] for k, label in enumerate(LABELS)},
    }
    write_table(pa.table(columns, PREDICTIONS), path, PREDICTIONS)
    return path
