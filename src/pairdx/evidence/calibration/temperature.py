"""Temperature scaling: one number that makes a model as sure of itself as it should be.

Guo et al. 2017, "On Calibration of Modern Neural Networks": logits are divided by a temperature
that minimises the negative log-likelihood of the validation pairs. What is predicted stays the
same. Tables hold probabilities; their logarithms are logits but for a constant, which a softmax
does not see.

Shapes: N pairs, K classes.
"""

import numpy as np
from scipy.special import log_softmax

from pairdx.statistics.intervals.bootstrap import Floats, Integers

# Beyond, there is nothing to find: a model that is right on all of validation wants 0, one that
# knows nothing wants infinity.
LOWEST, HIGHEST = 0.05, 20.0
SMALLEST = 1e-12  # stands for a probability of 0, which has no logarithm


def scale(probabilities: Floats, temperature: float) -> Floats:
    """Probabilities (N, K) at another temperature: above 1 less sure, below 1 surer."""
    logits = np.log(np.maximum(probabilities, SMALLEST)) / temperature
    return np.exp(log_softmax(logits, axis=1))


def log_loss(probabilities: Floats, actual: Integers) -> Floats:
    """Negative log-likelihood of each pair's label, (N,)."""
    of_label = np.take_along_axis(probabilities, actual[:, None], axis=1)[:, 0]
    return -np.log(np.maximum(of_label, SMALLEST))


def fit_temperature(probabilities: Floats, actual: Integers) -> float:
    """The temperature of the least mean log loss; 1 where no other is better.

    The loss is convex in the inverse temperature: it has one valley, on any scale.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        return float(log_loss(scale(probabilities, np.exp(log_temperature)), actual).mean())

    bounds = (np.log(LOWEST), np.log(HIGHEST))
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-8})
    ends = min((loss(end), end) for end in bounds)
    least, where = min((float(best.fun), float(best.x)), ends)
    return float(np.exp(where)) if least < loss(0.0) - 1e-12 else 1.0
