"""benchmark_cpu: what one prediction costs on this CPU, from encoded pair to label."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.outputs import write_json
from pairdx.params.benchmark_cpu import BenchmarkCpuParams
from pairdx.serve.benchmark import benchmark
from pairdx.stage import run


def main(*, model: list[Path], pairs: Path, out: Path) -> None:
    """Time each model folder on pairs of one split, one pair at a time."""
    params = BenchmarkCpuParams.load()
    write_json(out, benchmark(model, read_pairs(pairs), params))


if __name__ == "__main__":
    run(main)
