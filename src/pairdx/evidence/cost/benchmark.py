"""What one prediction costs: from an encoded image and its caption to a label, one at a time."""

import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

import torch
from pydantic import Field

from pairdx.core.params import Section
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Predictor
from pairdx.pairs.store import Pairs
from pairdx.prediction.predict import load_model

NUMERIC = (  # packages that compute, or write what was computed
    *("faiss-cpu", "gensim", "numpy", "open_clip_torch", "openvino", "pandas", "pillow", "pyarrow"),
    *("safetensors", "scikit-learn", "scipy", "torch", "torchvision"),
)


class BenchmarkCpuParams(Section):
    """Pairs of the test split, one at a time."""

    section: ClassVar[str] = "benchmark_cpu"
    pairs: int = Field(ge=1)
    warmup: int = Field(ge=1)  # pairs before the clock starts


def benchmark(folders: Sequence[Path], pairs: Pairs, params: BenchmarkCpuParams) -> dict[str, Any]:
    """Time every model of ``folders`` on the first pairs of a split.

    The models take turns pair by pair, so that a slow spell of the machine falls on all alike.
    """
    models = {ModelCard.load(folder).model: load_model(folder) for folder in folders}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    rows = [row % len(pairs) for row in range(params.warmup + params.pairs)]
    for turn, row in enumerate(rows):
        for name, model in models.items():
            elapsed = _time_one(model, pairs.images[row], pairs.captions[row])
            if turn >= params.warmup:
                seconds[name].append(elapsed)
    return {
        "cpu": machine(),
        "made_with": made_with(),
        "models": {name: _summary(times) for name, times in seconds.items()},
    }


def machine() -> dict[str, Any]:
    """What times depend on."""
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def made_with() -> dict[str, str]:
    """What the last bits of a number depend on, beside the threads."""
    return {
        "python": platform.python_version(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        **{package: version(package) for package in NUMERIC},
    }


def _time_one(model: Predictor, image: bytes, caption: str) -> float:
    start = perf_counter()
    model.predict([image], [caption])
    return perf_counter() - start


def _summary(seconds: list[float]) -> dict[str, float]:
    return {
        "pairs": len(seconds),
        "seconds_per_pair_median": round(statistics.median(seconds), 6),
        "seconds_per_pair_p90": round(sorted(seconds)[int(0.9 * (len(seconds) - 1))], 6),
        "seconds_per_pair_min": round(min(seconds), 6),
    }
