"""benchmark_cpu: what one prediction costs on this CPU, from encoded pair to label."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.stage import run
from pairdx.evidence.cost.benchmark import BenchmarkCpuParams, benchmark
from pairdx.pairs.store import read_pairs


def main(*, model: list[Path], pairs: Path, out: Path) -> None:
    """Time each model folder on pairs of one split, one pair at a time."""
    params = BenchmarkCpuParams.load()
    write_json(out, benchmark(model, read_pairs(pairs), params))


if __name__ == "__main__":
    run(main)
