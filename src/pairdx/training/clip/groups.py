"""Which pairs are positives of each other when images and captions are contrasted."""

import numpy as np
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from pairdx.pairs.store import Pairs


def caption_groups(pairs: Pairs) -> Tensor:
    """Number the pairs ``(N,)``: those of one figure, or with one caption, share a number.

    The links join up: a caption that two figures share makes one group of both.
    """
    links = [(row, f"figure {figure}") for row, figure in enumerate(pairs.figures)]
    links += [
        (row, f"caption {caption.casefold().strip()}")
        for row, caption in enumerate(pairs.captions)
        if caption.strip()
    ]
    names = {name: len(pairs) + k for k, name in enumerate(dict.fromkeys(n for _, n in links))}
    rows, columns = zip(*((row, names[name]) for row, name in links), strict=True)
    nodes = len(pairs) + len(names)
    graph = coo_array((np.ones(len(links)), (rows, columns)), shape=(nodes, nodes))
    groups = connected_components(graph, directed=False)[1][: len(pairs)]
    return torch.from_numpy(groups.astype(np.int64))
