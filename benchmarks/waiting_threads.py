"""What one training step costs by how long its threads look for work before they sleep.

`python benchmarks/waiting_threads.py --busy 2` times steps of PairDxFusion's image encoder at the
sample's size, in a process of its own a setting, alone and beside as many processes that keep a
core busy, and prints rows of a Markdown table: median and largest of the steps, in ms. `src/pairdx`
sets GOMP_SPINCOUNT by it. The settings take turns, so that a slow spell falls on all alike.
"""

import os
import statistics
import subprocess
import sys
from collections import defaultdict

import typer

SETTINGS = {
    "default": {},
    "default, bfloat16": {"PRECISION": "bfloat16"},
    "GOMP_SPINCOUNT=1000, bfloat16": {"GOMP_SPINCOUNT": "1000", "PRECISION": "bfloat16"},
    "one thread, bfloat16": {"OMP_NUM_THREADS": "1", "PRECISION": "bfloat16"},
    "GOMP_SPINCOUNT=100000": {"GOMP_SPINCOUNT": "100000"},
    "GOMP_SPINCOUNT=10000": {"GOMP_SPINCOUNT": "10000"},
    "GOMP_SPINCOUNT=1000": {"GOMP_SPINCOUNT": "1000"},
    "OMP_WAIT_POLICY=passive": {"OMP_WAIT_POLICY": "passive"},
}
STEP = """
import os, time, torch
from torchvision.models import resnet18
model = resnet18(num_classes=6)
optimizer = torch.optim.AdamW(model.parameters(), fused=True)
images, targets = torch.rand(32, 3, 64, 64), torch.randint(6, (32,))
dtype = getattr(torch, os.environ.get("PRECISION", "float32"))
for step in range(25):
    start = time.perf_counter()
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        loss = torch.nn.functional.cross_entropy(model(images), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step >= 5:
        print((time.perf_counter() - start) * 1000)
"""
BUSY = "while True: pass"


def main(busy: int = 2, rounds: int = 3) -> None:
    """Print one row a setting."""
    alone = measure(rounds)
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(busy)]
    try:
        beside = measure(rounds)
    finally:
        for other in others:
            other.kill()
    print(f"| Threads | alone: median, largest | beside {busy} busy processes |\n|---|---:|---:|")
    for name in SETTINGS:
        print(f"| {name} | {told(alone[name])} | {told(beside[name])} |")


def measure(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every step, by setting."""
    steps: dict[str, list[float]] = defaultdict(list)
    bare = {key: value for key, value in os.environ.items() if "OMP_" not in key}
    for _ in range(rounds):
        for name, variables in SETTINGS.items():
            # An empty count would be refused; a huge one is the default of an idle machine.
            environment = bare | ({"GOMP_SPINCOUNT": "30000000000"} | variables)
            command = [sys.executable, "-c", STEP]
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True
            )
            steps[name] += map(float, done.stdout.split())
    return steps


def told(steps: list[float]) -> str:
    """Median and largest."""
    return f"{statistics.median(steps):.0f}, {max(steps):.0f}"


if __name__ == "__main__":
    typer.run(main)
