"""Whether a model is right as often as it says: reliability and expected calibration error.

Guo et al. 2017, "On Calibration of Modern Neural Networks": the probability of the predicted class
is sorted into bins of equal width, (0, 1/B], ..., ((B - 1)/B, 1], and each bin's mean confidence is
held against its accuracy.

Shapes: R resamples, N pairs, B bins.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def bin_edges(bins: int) -> Floats:
    """Edges of ``bins`` bins of equal width from 0 to 1."""
    return np.linspace(0, 1, bins + 1)


def bin_of(confidence: Floats, bins: int) -> npt.NDArray[np.int64]:
    """The bin of each confidence; an upper edge belongs to the bin below it."""
    return np.digitize(confidence, bin_edges(bins)[1:-1], right=True)


def expected_calibration_error(
    weights: Floats, confidence: Floats, correct: Booleans, bins: int
) -> Floats:
    """Mean gap between accuracy and confidence over bins, weighted by their pairs, (R,).

    Args:
        weights: how often each pair is counted, (R, N).
        confidence: probability of the predicted class, (N,).
        correct: whether the prediction is the label, (N,).
        bins: number of bins.
    """
    gaps = np.zeros((len(confidence), bins))  # (N, B)
    gaps[np.arange(len(confidence)), bin_of(confidence, bins)] = correct - confidence
    return np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1)


def reliability(confidence: Floats, correct: Booleans, bins: int) -> pd.DataFrame:
    """One row a bin that has pairs: its edges, mean confidence, accuracy and count."""
    edges = bin_edges(bins)
    pairs = pd.DataFrame({"confidence": confidence, "accuracy": correct.astype(np.float64)})
    groups = pairs.groupby(bin_of(confidence, bins))
    table = groups.mean()
    table["count"] = groups.size()
    table["lower"] = edges[table.index]
    table["upper"] = edges[table.index + 1]
    return table.reset_index(drop=True)
