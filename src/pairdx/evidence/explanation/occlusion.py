"""Occlusion of a caption: what the probability of a class loses when one word is left out."""

from typing import TYPE_CHECKING

import numpy as np

from pairdx.models.common.explainable import Reading
from pairdx.statistics.intervals.bootstrap import Floats

if TYPE_CHECKING:
    from torch import Tensor


def occlusion(reading: Reading, target: int) -> Floats:
    """The probability of class ``target`` minus that without each word, ``(T,)``.

    Above 0 the word speaks for the class. The last word of a caption leaves an empty one.
    """
    import torch
    from captum.attr import FeatureAblation

    count = len(reading.words)
    if not count:
        return np.zeros(0)

    def probability(present: "Tensor") -> "Tensor":
        return torch.from_numpy(reading.without(present.numpy() == 0)[:, target])

    ablation = FeatureAblation(probability)
    there = torch.ones((1, count), dtype=torch.float64)
    lost = ablation.attribute(there, baselines=0.0, perturbations_per_eval=count)
    return lost[0].numpy()
