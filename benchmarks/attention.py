"""Attention in training on the CPU: torch's fused kernel beside plain products, forth and back.

    python benchmarks/attention.py

One thread; medians of ``REPEATS``. `training.common.precision` chooses by it.
"""

from statistics import median
from time import thread_time

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

REPEATS = 5
# Batch, heads, tokens, width of a head.
SHAPES = {
    "small ViT (64 pixels)": (32, 4, 65, 32),
    "ViT-B/32": (32, 12, 50, 64),
    "CLIP's captions": (32, 8, 77, 64),
    "ViT-B/16": (16, 12, 197, 64),
}
BACKENDS = {"fused": SDPBackend.FLASH_ATTENTION, "plain": SDPBackend.MATH}


def milliseconds(shape: tuple[int, ...], dtype: torch.dtype, backend: SDPBackend) -> float:
    """The median time of one attention, with its gradients."""
    query, key, value = (torch.randn(shape, dtype=dtype, requires_grad=True) for _ in range(3))
    times = []
    with sdpa_kernel(backend):
        for _ in range(REPEATS):
            start = thread_time()
            scaled_dot_product_attention(query, key, value).sum().backward()
            times.append(1000 * (thread_time() - start))
    return median(times)


def main() -> None:
    """Print one row a shape."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    formats = {"bfloat16": torch.bfloat16, "float32": torch.float32}
    heads = [f"{kernel}, {name}" for name in formats for kernel in BACKENDS]
    print(f"| ms | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}")
    for name, shape in SHAPES.items():
        times = [
            milliseconds(shape, dtype, kernel)
            for dtype in formats.values()
            for kernel in BACKENDS.values()
        ]
        print(f"| {name}, {shape[2]} tokens | {' | '.join(f'{time:.1f}' for time in times)} |")


if __name__ == "__main__":
    main()
