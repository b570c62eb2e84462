"""The bottleneck adapter (Houlsby et al. 2019; stacked as in MAD-X, Pfeiffer et al. 2020).

Shapes: ``B`` batch, ``T`` tokens, ``D`` width.
"""

from torch import Tensor, nn
from torch.nn import functional


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
