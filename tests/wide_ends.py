"""The ends that an interval must have, from scipy and numpy alone."""

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t


def wide_ends(point, values, articles, confidence=0.95, difference=False):
    """Student's t about a point where its scale has no ends: log odds, or Fisher's z.

    `articles`: of the pairs.
    """
    sizes = np.unique(articles, return_counts=True)[1]
    effective = sizes.sum() ** 2 / np.square(sizes).sum()
    error = np.std(values) * np.sqrt(len(sizes) / (len(sizes) - 1))
    ends = np.array(t.interval(confidence, effective - 1))
    if difference:
        return tuple(np.tanh(np.arctanh(point) + ends * error / (1 - point**2)))
    return tuple(expit(logit(point) + ends * error / (point * (1 - point))))
