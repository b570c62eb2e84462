"""Training data where they are used: on the GPU, if it has room.

PairDx's images at 224 pixels are 3.4 GB: copied from the computer's memory, a batch of 128 takes
a share of ResNet-18's step on it.
"""

import torch
from torch import Tensor

from pairdx.models.common.predictor import device

SHARE = 0.25  # of a GPU's free memory; the rest is for the network, its optimiser and a batch


def place(data: Tensor) -> Tensor:
    """Move a split's images, tokens or classes to the GPU, or leave them where they are."""
    if device().type != "cuda":
        return data
    free, _ = torch.cuda.mem_get_info(device())
    return data.to(device()) if data.nbytes <= SHARE * free else data


def take(data: Tensor, rows: Tensor) -> Tensor:
    """Take some rows, on the device of the model; where ``rows`` are pinned, nobody waits for them.

    ``index_select`` copies whole rows; ``data[rows]`` copies bytes, in twelve times the time
    (`benchmarks/input_pipeline.py`).
    """
    there = rows.to(data.device, non_blocking=rows.is_pinned())
    return data.index_select(0, there).to(device())


def pinned(rows: Tensor) -> Tensor:
    """Put row numbers where a GPU fetches them without anybody waiting."""
    return rows.pin_memory() if device().type == "cuda" else rows
