"""The ends that an interval must have, from scipy and numpy alone."""

import numpy as np
from scipy.stats import norm, t


def wide_ends(values, articles, confidence=0.95):
    """Quantiles of the resamples, as far out as Student's t is from a normal distribution."""
    reach = t.isf((1 - confidence) / 2, articles - 1) * np.sqrt(articles / (articles - 1))
    return tuple(np.quantile(values, norm.cdf([-reach, reach])))
