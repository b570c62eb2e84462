"""What each stage of the pipeline costs: seconds and peak memory, as a Markdown table.

Runs every stage once more (`dvc repro --force --single-item`), in the order of dvc.yaml, in the
project of the current folder: `python benchmarks/stage_costs.py`. Memory is that of the largest
process, as the operating system counted it.
"""

import os
import subprocess
import time

import typer


def main() -> None:
    """Run every stage once more; print one row a stage, those of one `foreach` together."""
    listed = subprocess.run(
        ["dvc", "stage", "list", "--name-only"], capture_output=True, text=True, check=True
    )
    costs: dict[str, list[tuple[float, float]]] = {}
    for name in listed.stdout.split():
        costs.setdefault(name.split("@")[0], []).append(measure(name))
    print("| Stage | Runs | Seconds | Peak memory |\n|---|---:|---:|---:|")
    for stage, runs in costs.items():
        seconds, peak = sum(run[0] for run in runs), max(run[1] for run in runs)
        print(f"| `{stage}` | {len(runs)} | {seconds:.0f} | {peak:.1f} GB |")
    total = sum(run[0] for runs in costs.values() for run in runs)
    print(f"| all | {sum(map(len, costs.values()))} | {total:.0f} | |")


def measure(stage: str) -> tuple[float, float]:
    """Run one stage; return its seconds and the peak resident memory of a process in GB."""
    command = ["dvc", "repro", "--quiet", "--force", "--single-item", stage]
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1e6  # Linux counts kB


if __name__ == "__main__":
    typer.run(main)
