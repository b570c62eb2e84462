"""The bottleneck adapter (Houlsby et al. 2019; stacked as in MAD-X, Pfeiffer et al. 2020).

Shapes: ``B`` batch, ``T`` tokens, ``D`` width.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from pairdx.models.clinvla.nice import NiceBlock
from pairdx.models.clinvla.params import Job


class Bottleneck(nn.Module):
    """``x + up(relu(down(x)))``; the up-projection starts at zero, so it starts as the identity."""

    def __init__(self, width: int, bottleneck: int) -> None:
        super().__init__()
        self.down = nn.Linear(width, bottleneck)
        self.up = nn.Linear(bottleneck, width)
        # He's deviation keeps the variance through a ReLU (ClinVLA's choice).
        nn.init.kaiming_normal_(self.down.weight, nonlinearity="relu")
        for start_at_zero in (self.down.bias, self.up.weight, self.up.bias):
            nn.init.zeros_(start_at_zero)

    def forward(self, tokens: Tensor) -> Tensor:
        """Change ``(B, T, D)``."""
        return tokens + self.up(functional.relu(self.down(tokens)))


JOBS: tuple[Job, ...] = ("alignment", "classification")
OWN, FIGURE, CASE = range(3)  # how a view belongs to a pair


class TowerAdapters(nn.Module):
    """The adapters of one tower of ``layers`` blocks.

    Args:
        width: of the tower's tokens.
        layers: of the tower.
        bottleneck: width inside a language or task adapter; 0: there are none.
        reduction: of the invertible adapter; 0: there is none.
    """

    def __init__(self, width: int, layers: int, bottleneck: int, reduction: int) -> None:
        super().__init__()
        self.invertible: nn.Module = NiceBlock(width, reduction) if reduction else nn.Identity()
        self.language = _one_a_block(width, layers, bottleneck)
        self.task = nn.ModuleDict({job: _one_a_block(width, layers, bottleneck) for job in JOBS})

    def after_block(self, layer: int, tokens: Tensor, job: Job) -> Tensor:
        """Change the output ``(B, T, D)`` of a block."""
        task = cast(nn.ModuleList, self.task[job])
        return task[layer](self.language[layer](tokens))


class ClinVlaAdapters(nn.Module):
    """The adapters of both towers, the view embeddings and the temperature.

    Args:
        vision: width and layers of the image tower.
        text: width and layers of the text tower.
        embedding: ``E``.
        logit_scale: of the base model, its logarithm.
        bottleneck: see :class:`TowerAdapters`.
        reduction: see :class:`TowerAdapters`.
        patch_dropout: share of the patches that are hidden in training.
    """

    def __init__(
        self,
        vision: tuple[int, int],
        text: tuple[int, int],
        embedding: int,
        logit_scale: Tensor,
        *,
        bottleneck: int,
        reduction: int,
        patch_dropout: float,
    ) -> None:
        from open_clip.transformer import PatchDropout

        super().__init__()
        self.shape = {
            "bottleneck": bottleneck,
            "reduction": reduction,
            "patch_dropout": patch_dropout,
        }
        self.vision = TowerAdapters(*vision, bottleneck, reduction)
        self.text = TowerAdapters(*text, bottleneck, reduction)
        self.patch_dropout = PatchDropout(patch_dropout)  # keeps the class token
        # Both start at zero: a single image then is embedded as its base model does.
        self.views = nn.Parameter(torch.zeros(3, vision[0]))
        self.missing_view = nn.Parameter(torch.zeros(embedding))
        self.logit_scale = nn.Parameter(logit_scale.detach().clone())

    def of_task(self, job: Job) -> list[nn.Parameter]:
        """The task adapters of one job, in both towers."""
        towers = (self.vision, self.text)
        return [weight for tower in towers for weight in tower.task[job].parameters()]

    def of_language(self) -> list[nn.Parameter]:
        """All that belongs to no task."""
        of_tasks = {id(weight) for job in JOBS for weight in self.of_task(job)}
        return [weight for weight in self.parameters() if id(weight) not in of_tasks]


def _one_a_block(width: int, layers: int, bottleneck: int) -> nn.ModuleList:
    return nn.ModuleList(
        Bottleneck(width, bottleneck) if bottleneck else nn.Identity() for _ in range(layers)
    )
