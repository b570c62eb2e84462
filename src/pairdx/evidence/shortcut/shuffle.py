"""Derangements: everyone gets somebody else's, and never one of their own group."""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

ASKED = 64


def derange(groups: Integers, generator: np.random.Generator) -> Integers:
    """Draw a permutation that gives each of ``N`` a partner of another group.

    Where a group is larger than all others together this cannot be for all of its members: as
    many of them as can be are served, the rest get one of their own group, or themselves.

    Args:
        groups: the number of each one's group, (N,).
        generator: what is drawn from.

    Returns:
        ``(N,)`` partners.
    """
    partner = generator.permutation(len(groups))
    for here in np.flatnonzero(groups == groups[partner]).tolist():
        if groups[here] != groups[partner[here]]:
            continue  # an earlier exchange has served it
        there = _willing(groups, partner, here, generator)
        if there is not None:
            partner[[here, there]] = partner[[there, here]]
    return partner


def _willing(
    groups: Integers, partner: Integers, here: int, generator: np.random.Generator
) -> int | None:
    """Draw one who takes the partner of ``here``, and has one for it, without missing out.

    A few are asked before all are: nearly always one of them is willing.
    """
    some: Integers = generator.integers(len(groups), size=ASKED)
    for asked in (some, np.arange(len(groups))):
        willing = (groups[asked] != groups[partner[here]]) & (
            groups[partner[asked]] != groups[here]
        )
        if willing.any():
            return int(generator.choice(asked[willing]))
    return None
