"""How well images and captions find each other after an epoch. Shapes: ``N`` pairs."""

import numpy as np
from torch import Tensor

from pairdx.evaluate.ranking import precision_at


def precision_both_ways(similarity: Tensor, targets: Tensor) -> float:
    """Precision at 5 by class, the mean of finding images by captions and captions by images.

    Args:
        similarity: of images and captions, ``(N, N)``.
        targets: classes of the pairs, ``(N,)``.
    """
    values = similarity.cpu().double().numpy()
    hit = (targets[:, None] == targets).numpy()
    return round(float(np.mean([precision_at(5, values.T, hit), precision_at(5, values, hit)])), 6)
