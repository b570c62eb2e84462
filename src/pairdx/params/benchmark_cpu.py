"""Section `benchmark_cpu`: what one prediction costs."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class BenchmarkCpuParams(Section):
    """Pairs of the test split, one at a time."""

    section: ClassVar[str] = "benchmark_cpu"
    pairs: int = Field(ge=1)
    warmup: int = Field(ge=1)  # pairs before the clock starts
