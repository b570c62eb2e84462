"""The invertible adapter of MAD-X: one additive coupling block (NICE, Dinh et al. 2014).

Shapes: ``B`` batch, ``T`` tokens, ``D`` width.
"""

import torch
from torch import Tensor, nn


class NiceBlock(nn.Module):
    """``y1 = x1 + F(x2)``, ``y2 = x2 + G(y1)`` on the two halves of each token.

    Args:
        width: of a token; even.
        reduction: by which F and G are narrower inside than a half.
    """

    def __init__(self, width: int, reduction: int) -> None:
        super().__init__()
        half = width // 2
        self.first, self.second = (_half_net(half, half // reduction) for _ in range(2))

    def forward(self, tokens: Tensor) -> Tensor:
        """Change ``(B, T, D)``."""
        one, two = tokens.chunk(2, dim=-1)
        one = one + self.first(two)
        return torch.cat([one, two + self.second(one)], dim=-1)

    def inverse(self, tokens: Tensor) -> Tensor:
        """Undo :meth:`forward`, exactly but for rounding."""
        one, two = tokens.chunk(2, dim=-1)
        two = two - self.second(one)
        return torch.cat([one - self.first(two), two], dim=-1)


def _half_net(width: int, hidden: int) -> nn.Sequential:
    down, up = nn.Linear(width, hidden), nn.Linear(hidden, width)
    nn.init.kaiming_normal_(down.weight, nonlinearity="relu")
    # At zero the block starts as the identity, which He's start, as published, does not.
    for start_at_zero in (down.bias, up.weight, up.bias):
        nn.init.zeros_(start_at_zero)
    return nn.Sequential(down, nn.ReLU(), up)
