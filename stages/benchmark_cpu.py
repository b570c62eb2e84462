"""benchmark_cpu: what one prediction costs on this CPU, from encoded pair to label."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.params import load_compared
from pairdx.core.stage import run
from pairdx.evidence.cost.benchmark import BenchmarkCpuParams, benchmark
from pairdx.pairs.store import read_pairs


def main(*, models: Path, pairs: Path, out: Path) -> str:
    """Time each model folder on pairs of one split, one pair at a time."""
    params = BenchmarkCpuParams.load()
    folders = [models / name for name in load_compared()]
    costs = benchmark(folders, read_pairs(pairs), params)
    write_json(out, costs)
    medians = {name: one["seconds_per_pair_median"] for name, one in costs["models"].items()}
    return ", ".join(f"{name} {seconds:.4f} s a pair" for name, seconds in medians.items())


if __name__ == "__main__":
    run(main)
