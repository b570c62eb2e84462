"""How far out a percentile interval must end where articles are few.

The middle 95 % of the resamples are too narrow an interval: resamples of A articles scatter by
sqrt((A - 1) / A) too little, and their tails are a normal distribution's where Student's t with
A - 1 degrees of freedom would be due. Hesterberg 2015, "What Teachers Should Know About the
Bootstrap", moves the ends out by both ("expanded percentile interval").
`benchmarks/interval_coverage.py` says what that is worth here.
"""

import numpy as np
from scipy.special import ndtr, stdtrit


def expanded(confidence: float, articles: int) -> float:
    """The confidence to ask a percentile interval for, so that ``confidence`` is what it has.

    Args:
        confidence: wanted, from 0 to 1.
        articles: how many are resampled, 2 or more.
    """
    end = stdtrit(articles - 1, (1 - confidence) / 2)  # of Student's t
    return float(1 - 2 * ndtr(np.sqrt(articles / (articles - 1)) * end))
