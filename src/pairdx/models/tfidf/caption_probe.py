"""A model of captions that costs a second: TF-IDF and logistic regression, for measuring data.

Shapes: N captions, K classes in the order of ``LABELS``.
"""

from collections.abc import Sequence

import numpy as np

from pairdx.core.schema import LABELS
from pairdx.models.tfidf.tfidf import TfidfParams, train_tfidf
from pairdx.statistics.intervals.bootstrap import Floats

# As in section `tfidf` of params.yaml, so that a change there runs no stage again that measures.
TFIDF = TfidfParams(ngrams=2, min_count=2, max_features=20_000, inverse_regularisation=10.0)


def classify_captions(known: Sequence[str], targets: Sequence[int], asked: Sequence[str]) -> Floats:
    """Fit on captions whose classes are known; probabilities of the others, (N, K).

    A class that nothing known is of has none.
    """
    model = train_tfidf(list(known), list(targets), TFIDF)
    probabilities = np.zeros((len(asked), len(LABELS)))
    probabilities[:, model.model.classes_] = model.model.predict_proba(
        model.vectorizer.transform(asked)
    )
    return probabilities
