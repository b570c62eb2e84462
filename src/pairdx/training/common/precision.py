"""The number format of a training step: weights stay float32, products may be shorter.

Another format gives other weights, and so does another CPU: a checkpoint knows which it was.
"""

import torch

from pairdx.models.common.predictor import device
from pairdx.pairs.params import Precision


def resolve(precision: Precision) -> torch.dtype:
    """Return the format that ``precision`` stands for on this machine.

    `auto` is bfloat16 where the GPU or the CPU multiplies it in hardware, else float32: without,
    bfloat16 is emulated, and slower. On an idle CPU a step then takes two thirds of the time, but
    beside other work ten times as long: its kernels' threads wait for each other without sleeping
    (`benchmarks/waiting_threads.py`). float16 is never chosen: it needs a loss scaler, and losses
    in its range.
    """
    if precision != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[
            precision
        ]
    if device().type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if native else torch.float32
