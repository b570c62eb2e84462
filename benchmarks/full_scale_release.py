"""What the filter costs on a release of MultiCaRe's size, and on ten times as many rows.

    python benchmarks/full_scale_release.py --scratch /tmp --times 1 --times 10

It writes a synthetic release (see synthetic_release.py; 130 MB, ten times that for the second),
runs `filter` on it in a process of its own, prints what each step leaves, what cap `balance` finds
for the paper's 22,665 pairs, and seconds and peak memory. Where `multiversity` 2.0.8 can be
imported (`pip install --no-deps --target folder multiversity==2.0.8`, and the folder on
PYTHONPATH; it needs pandas, requests and Pillow beside it), its `MedicalDatasetCreator` makes the
same selection from the same files. Nothing is kept.
"""

import importlib.util
import json
import shutil
import tempfile
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from stage_costs import run_once
from synthetic_release import IMAGES, write_release

from pairdx.core.schema import LABELS
from pairdx.curate.splits.balance import solve_total

TOP = Path(__file__).parents[1]
TOTAL = 22_665  # pairs of PairDx
# What the release's own statistics let one expect of its 130,791 images: ages are known of 91.0 %
# of the cases, and of those 80 % are adults.
EXPECTED = {"all": (130_791, 130_791), "age_known": (117_700, 120_300), "adult": (93_900, 97_000)}
PEER = """
import sys, types
try:
    import IPython.display
except ImportError:  # it only shows pictures in a notebook with it
    shown = types.ModuleType("IPython.display")
    shown.Image = shown.Markdown = shown.display = None
    sys.modules |= {"IPython": types.ModuleType("IPython"), "IPython.display": shown}
from multiversity.multicare_dataset import MedicalDatasetCreator
creator = MedicalDatasetCreator(sys.argv[1], sys.argv[2], version_id="14994046")
adults = {"field": "min_age", "string_list": ["18"]}
classes = {"field": "label", "string_list": sys.argv[3:], "operator": "any"}
creator.create_dataset("adults", [adults, classes], "text")
print("rows", len(creator.filtered_image_metadata_df))
"""


def main(
    scratch: Annotated[Path, typer.Option(help="A folder for 2 GB, which goes again.")],
    times: Annotated[list[int], typer.Option(help="Multiples of the real counts.")],
) -> None:
    """Measure each multiple."""
    for multiple in times:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            project = Path(folder)
            # In another process: a child's peak begins with what its parent holds.
            writer = get_context("spawn").Process(
                target=write_release, args=(project / "raw", multiple, 17)
            )
            writer.start()
            writer.join()
            shutil.copy(TOP / "profiles" / "paper.yaml", project / "params.yaml")
            print(f"\n{IMAGES * multiple:,} rows")
            pairs = run_filter(project, multiple)
            if multiple == 1:
                run_peer(project, pairs)


def run_filter(project: Path, multiple: int) -> int:
    """Run the stage, print what it says and costs; return the number of pairs."""
    arguments = "--raw raw --out cohort.parquet --metrics filter.json --plot attrition.csv"
    said = measure("filter", [str(TOP / "stages" / "filter.py"), *arguments.split()], project)
    assert said.startswith("filter: "), said
    metrics = json.loads((project / "filter.json").read_text(encoding="utf-8"))
    for step, counts in metrics["steps"].items():
        by_class = ", ".join(f"{label} {counts[label]:,}" for label in counts if label != "total")
        print(f"  {step:14} {counts['total']:>9,}  {by_class}")
        low, high = (bound * multiple for bound in EXPECTED.get(step, (0, IMAGES)))
        assert low <= counts["total"] <= high, (step, counts["total"], low, high)
    left = metrics["steps"]["six_classes"]
    limits = solve_total({label: left[label] for label in LABELS}, TOTAL)
    by_class = ", ".join(f"{label} {limit:,}" for label, limit in limits.items())
    print(f"  cap for {TOTAL:,} pairs: {max(limits.values()):,}  {by_class}")
    return metrics["pairs"]


def run_peer(project: Path, pairs: int) -> None:
    """Let the peer library choose adults of the six classes from the same files."""
    if importlib.util.find_spec("multiversity") is None:
        print("multiversity: not installed")
        return
    arguments = ["-c", PEER, str(project / "peer"), str(project / "raw"), *LABELS]
    said = measure("multiversity", arguments, project)
    chosen = int(said.split()[-1])
    print(f"  {chosen:,} rows; filter: {pairs:,}, without those whose image is missing")


def measure(name: str, arguments: list[str], folder: Path) -> str:
    """Run Python, print its seconds and peak resident memory, and return what it printed."""
    cost = run_once(arguments, folder)
    print(f"{name}: {cost.seconds:.1f} s ({cost.cpu:.1f} s of CPU), {cost.peak / 1e9:.2f} GB")
    return cost.said


if __name__ == "__main__":
    typer.run(main)
