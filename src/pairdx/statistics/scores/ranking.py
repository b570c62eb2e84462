"""Scores of ranked lists in which equal candidates are in no particular order.

Each is the expectation over all orders of what ties, so that a model which maps everything to one
point scores what chance does, and no score depends on the order of the rows.

Shapes: Q queries, G candidates.
"""

import numpy as np
import numpy.typing as npt

# Types of its own: training reads this module, and shall not depend on how intervals are made.
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


def precision_at(k: int, similarity: Floats, hit: Booleans) -> Floats:
    """Expected hits among the first k, over the most that could be there; NaN without any hit.

    Args:
        k: how far the list is read.
        similarity: of each candidate, (Q, G); minus infinity for what is no candidate.
        hit: what is looked for, (Q, G).
    """
    kth = min(k, similarity.shape[1]) - 1
    last = -np.partition(-similarity, kth, axis=1)[:, [kth]]  # (Q, 1)
    above, tied = similarity > last, similarity == last
    places = np.minimum(k, np.isfinite(similarity).sum(axis=1)) - above.sum(axis=1)
    # The places left for what ties with the last are filled at random.
    hits = (above & hit).sum(axis=1) + places / tied.sum(axis=1) * (tied & hit).sum(axis=1)
    return divide(hits, np.minimum(k, hit.sum(axis=1)))


def first_hit(similarity: Floats, hit: Booleans) -> tuple[Integers, Integers, Integers]:
    """Where the best hit is: candidates above it, candidates and hits as similar as it, (Q,)."""
    best = np.where(hit, similarity, -np.inf).max(axis=1, keepdims=True)
    tied = similarity == best
    return (similarity > best).sum(axis=1), tied.sum(axis=1), (tied & hit).sum(axis=1)


def recall_at(k: int, above: Integers, tied: Integers, hits: Integers) -> Floats:
    """Probability that a hit is among the first k, (Q,); arguments from :func:`first_hit`."""
    from scipy.stats import hypergeom

    return 1 - hypergeom.pmf(0, tied, hits, np.clip(k - above, 0, tied))


def reciprocal_rank(above: Integers, tied: Integers, hits: Integers) -> Floats:
    """Expected value of one over the rank of the first hit, (Q,)."""
    ranks = 1.0 / (above + 1)  # where nothing ties with the hits
    ties = np.flatnonzero(tied != hits)
    if len(ties):
        places = np.column_stack([above, tied, hits])[ties]
        distinct, rows = np.unique(places, axis=0, return_inverse=True)
        ranks[ties] = np.array([_reciprocal_rank(*place) for place in distinct.tolist()])[rows]
    return ranks


def _reciprocal_rank(above: int, tied: int, hits: int) -> float:
    from scipy.stats import hypergeom

    # The chance that the first j of the tied hold no hit; its falls are those of a first hit at j.
    missed = hypergeom.pmf(0, tied, hits, np.arange(tied + 1))
    return float((-np.diff(missed) / (above + np.arange(1, tied + 1))).sum())


def divide(numerator: Floats, denominator: Floats | Integers, otherwise: float = np.nan) -> Floats:
    """Divide, giving ``otherwise`` where the denominator is 0."""
    result = np.full(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)), otherwise)
    return np.divide(numerator, denominator, out=result, where=denominator > 0)
