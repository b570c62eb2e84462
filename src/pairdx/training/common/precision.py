"""How a training step is computed: its number format, its threads, its compiler.

Weights stay float32, products may not.

Another format gives other weights, and so does another CPU: a checkpoint knows which it was.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from pairdx.core.errors import PairdxError
from pairdx.models.common.predictor import device
from pairdx.pairs.params import Precision


def resolve(precision: Precision) -> torch.dtype:
    """Return the format that ``precision`` stands for on this machine.

    `auto` is bfloat16 where the GPU or the CPU multiplies it in hardware, else float32: without,
    bfloat16 is emulated, and slower. float16 is never chosen: it needs a loss scaler, and losses in
    its range.
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


def autocast(dtype: torch.dtype) -> torch.autocast:
    """Compute what torch deems safe in ``dtype``, and the rest in float32."""
    return torch.autocast(device().type, dtype, enabled=dtype != torch.float32)


def attention(dtype: torch.dtype) -> AbstractContextManager[None]:
    """Attend by plain products on CPUs in bfloat16, whatever the length of a sequence.

    There torch's fused kernel goes forth and back through 50 to 77 tokens, CLIP's lengths, in twice
    the time; through 197 it is a tenth to a quarter faster (`benchmarks/attention.py`).
    """
    if device().type == "cpu" and dtype == torch.bfloat16:
        return sdpa_kernel(SDPBackend.MATH)
    return nullcontext()


def use_threads(threads: int) -> None:
    """Let torch work with so many threads of the CPU; 0 leaves it one a core.

    Threads wait for each other hundreds of times a step. Beside other work one of them is always
    late, and bfloat16's kernels wait without sleeping: a step of two threads then takes ten times
    as long, that of one a third longer (`benchmarks/waiting_threads.py`). A fixed number also gives
    the same weights on machines that differ by their cores alone.
    """
    if threads:
        torch.set_num_threads(threads)


def compile_networks(networks: Iterable[nn.Module]) -> None:
    """Let `torch.compile` fuse what each network does; its weights keep their names.

    Raises:
        PairdxError: there is no C++ compiler, which it needs on GPUs, too.
    """
    compiler = os.environ.get("CXX", "g++")  # as torch looks for it
    if shutil.which(compiler) is None:
        raise PairdxError(
            f"compile = True; it needs a C++ compiler, and there is no {compiler!r}: install one, "
            "name another in the environment variable CXX, or set compile to false"
        )
    for network in networks:
        network.compile()
