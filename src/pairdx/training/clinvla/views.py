"""Other images of the same finding: the parts of one figure, then the other images of one case.

ClinVLA's views are the frontal and the lateral X-ray of one study; case reports have no such
pairs, and these are what comes closest. They are looked for among the rows of one split only, so
that none crosses into another.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from pairdx.pairs.store import Pairs

Reach = Literal["none", "figure", "case"]  # case: the figure's, and where it has none the case's


@dataclass(frozen=True)
class Siblings:
    """For each row of a split, the rows of its figure and those of its case but other figures."""

    figure: list[list[int]]
    case: list[list[int]]

    @classmethod
    def of(cls, pairs: Pairs, reach: Reach) -> "Siblings":
        """Find them in a split, as far as they are wanted."""
        nobody: list[list[int]] = [[] for _ in pairs.ids]
        if reach == "none":
            return cls(nobody, nobody)
        figures = _others(pairs.figures)
        if reach == "figure":
            return cls(figures, nobody)
        beyond = [
            [other for other in others if pairs.figures[other] != pairs.figures[row]]
            for row, others in enumerate(_others(pairs.cases))
        ]
        return cls(figures, beyond)

    def draw(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Draw another view of each of the rows ``(B,)`` from torch's global generator.

        Returns:
            the row of the view, ``(B,)``, -1 where there is none; and whether it is of the same
            figure, ``(B,)``.
        """
        chances = torch.rand(len(rows)).tolist()
        drawn = torch.full((len(rows),), -1)
        for place, (row, chance) in enumerate(zip(rows.tolist(), chances, strict=True)):
            others = self.figure[row] or self.case[row]
            if others:
                drawn[place] = others[int(chance * len(others))]
        return drawn, torch.tensor([bool(self.figure[row]) for row in rows.tolist()])


def _others(names: Sequence[str]) -> list[list[int]]:
    """For each row, the other rows with the same name."""
    rows = defaultdict(list)
    for row, name in enumerate(names):
        rows[name].append(row)
    return [[other for other in rows[name] if other != row] for row, name in enumerate(names)]
