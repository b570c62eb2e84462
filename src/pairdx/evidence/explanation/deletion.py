"""Deletion and insertion (RISE: Petsiuk, Das and Saenko 2018): does an explanation hold?

What an explanation calls important is taken away first: the probability of the class should fall
fast, so that the area below its curve is small. Then it is put back first into an input without
anything: the probability should rise fast, the area be large. Both are compared with random
orders, because areas depend on the model and on the input more than on the explanation.

Unlike RISE, which inserts into a blurred image, both directions share one empty input (grey, or a
caption without words), so that a curve runs from one to the other. Removing in a random order is
inserting in the reverse of it, so the same random curves serve both.

Shapes: ``U`` units (regions of an image, words), ``S`` steps, ``R`` variants of the input.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pairdx.models.common.explainable import Bools, ImageModel, Tokens
from pairdx.statistics.intervals.bootstrap import Floats, Integers

Probability = Callable[[Bools], Floats]  # which units are removed (R, U) -> of the class (R,)


@dataclass(frozen=True)
class Curves:
    """The class's probability at 0 to ``S`` steps, ``(S + 1,)`` each."""

    deletion: Floats
    insertion: Floats
    random: Floats  # deletion, mean of some random orders; insertion is its reverse


def curves(
    probability: Probability,
    weights: Floats,
    steps: int,
    random_orders: int,
    generator: np.random.Generator,
) -> Curves:
    """Remove and insert the units by their ``weights`` ``(U,)``, the largest first."""
    order = np.argsort(-weights, kind="stable")
    chance = [generator.permutation(len(weights)) for _ in range(random_orders)]
    # Insertion is the deletion of the reversed order, read from its end.
    orders = [order, order[::-1], *chance]
    inner = np.concatenate([removed(one, steps)[1:-1] for one in orders])
    ends = np.repeat([[False], [True]], len(weights), axis=1)
    values = probability(np.concatenate([ends, inner]))
    whole, empty, rest = values[0], values[1], values[2:].reshape(len(orders), steps - 1)
    traces = np.column_stack(
        [np.full(len(orders), whole), rest, np.full(len(orders), empty)]
    )  # (2 + random_orders, S + 1)
    return Curves(traces[0], traces[1][::-1], traces[2:].mean(0))


def removed(order: Integers, steps: int) -> Bools:
    """Which units are gone after each step, ``(S + 1, U)``: none at first, all at last."""
    counts = np.floor(np.arange(steps + 1) / steps * len(order) + 0.5)  # halves go up
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order))
    return rank < counts[:, None]


def area(curve: Floats) -> float:
    """The area below a curve over the share from 0 to 1 (trapezoids)."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def image_probability(
    model: ImageModel, image: Tensor, tokens: Tokens, side: int, target: int
) -> Probability:
    """The probability of ``target`` for one uint8 image ``(3, S, S)`` without some regions.

    Regions are the cells of a ``side`` x ``side`` grid, row by row; a removed one is grey.
    """

    def probability(gone: Bools) -> Floats:
        grid = torch.from_numpy(gone).reshape(-1, 1, side, side)
        mask = functional.interpolate(grid.float(), size=image.shape[1:]) > 0  # nearest
        images = torch.where(mask, model.grey(), image)
        rows = None if tokens is None else tokens.expand(len(images), -1)
        return model.probabilities(images, rows)[:, target].numpy()

    return probability
