"""The paper's run rehearsed: `profiles/paper.yaml` on a synthetic release, and what it costs.

    python benchmarks/rehearsal.py --scratch /tmp/rehearsal --share 0.02
    python benchmarks/rehearsal.py --scratch /tmp/whole --images tiny --until leakage --until review

`--share` of the release's 130,791 images, `true` or `tiny` ones (synthetic_release.py), random
weights of the true architectures (random_weights.py), and nothing from a network. What `CUTS` says
is cut, and the words and faces of tiny images, which have none; `--set` changes more. The project
is cloned into the scratch folder as it is committed.

A stage that is done is not done again: an interrupted rehearsal goes on with the same command, and
what it has measured stands in `costs.csv`. Printed is a Markdown table. CPU seconds (user and
system) hold beside other work, seconds do not; memory is what all processes of a stage had at once.
"""

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from random_weights import write_weights
from settings import parsed
from stage_costs import Cost, run_watched
from synthetic_release import PICTURES, write_release

TOP = Path(__file__).parents[1]
SEED = 17
CUTS: dict[str, Any] = {  # profiles/paper.yaml has
    "classifier.epochs": 1,  # 20
    "pairdx_clip.epochs": 1,  # 10
    "clinvla.epochs": 1,  # 10
    "clinvla.classify_epochs": 1,  # 5
    "robustness.pairs": 8,  # all 3,400 of the test split
    "explain.pairs": 4,  # 200
    "explain.cases": 2,  # 24
    "benchmark_cpu.pairs": 8,  # 100
    "benchmark_cpu.warmup": 2,  # 10
}
TINY: dict[str, Any] = {"scan.words": "off", "scan.faces": "off"}
HEADER = ("stage", "seconds", "cpu", "bytes")


def main(
    scratch: Annotated[Path, typer.Option(help="A folder for the release and the project; kept.")],
    share: Annotated[float, typer.Option(help="Of the release's images, from 0 to 1.")] = 1.0,
    images: Annotated[str, typer.Option(help=f"One of {', '.join(PICTURES)}.")] = "true",
    until: Annotated[list[str] | None, typer.Option(help="Stages to end with; all.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, section.key=value")
    ] = None,
) -> None:
    """Make ready what is missing, run the stages that are not done, print what all cost."""
    scratch = scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    if not (scratch / "release").is_dir():
        write_release(scratch / "partial", share, SEED, images)
        (scratch / "partial").rename(scratch / "release")
    weights = scratch / "weights"
    changes = CUTS | (TINY if images == "tiny" else {}) | starting_points(scratch, weights)
    total = round(22_665 * share)  # pairs of PairDx
    changes |= {"balance.total": total, **parsed(set_ or [])}
    project = clone(scratch / "project", changes)
    os.environ["PYTHONPATH"] = str(project / "src")
    os.chdir(project)
    table = scratch / "costs.csv"
    run_watched(["dvc", "repro", *(until or [])], lambda cost: note(table, cost))
    print(told(table))


def starting_points(scratch: Path, weights: Path) -> dict[str, Any]:
    """Write random weights, and return what makes params start from them and from the release."""
    encoder, vectors = write_weights(weights, SEED)
    return {
        "download.path": str(scratch / "release"),
        "weights.dir": str(weights),
        "classifier.image_weights": str(encoder),
        "word_vectors.source": "file",
        "word_vectors.path": str(vectors),
    }


def clone(project: Path, changes: dict[str, Any]) -> Path:
    """Clone this project with the paper's params, changed; one that is there is left as it is."""
    if project.is_dir():
        return project
    subprocess.run(["git", "clone", "--quiet", TOP, project], check=True)
    # The bases of the default profile are no part of the paper's.
    content = yaml.safe_load((TOP / "profiles" / "paper.yaml").read_text(encoding="utf-8"))
    for key, value in changes.items():
        *outer, last = key.split(".")
        section = content
        for name in outer:
            section = section[name]
        assert last in section, key
        section[last] = value
    (project / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    (project / "dvc.lock").unlink()
    # Linked, not copied: the models are gigabytes, and nobody changes them.
    config = ["config", "--local", "cache.type", "hardlink,copy"]
    subprocess.run([sys.executable, "-m", "dvc", *config], cwd=project, check=True)
    return project


def note(table: Path, cost: Cost) -> None:
    """Add a row; of a stage that is run again the last one counts."""
    new = not table.is_file()
    with table.open("a", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        if new:
            writer.writerow(HEADER)
        writer.writerow((cost.stage, f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", cost.together))


def told(table: Path) -> str:
    """All that was measured so far, as Markdown."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = {row["stage"]: row for row in csv.DictReader(lines)}
    head = "| Stage | Seconds | CPU seconds | Peak memory |\n|---|---:|---:|---:|"
    lines_ = [
        f"| `{name}` | {float(row['seconds']):.0f} | {float(row['cpu']):.0f} "
        f"| {int(row['bytes']) / 1e9:.2f} GB |"
        for name, row in rows.items()
    ]
    return "\n".join([head, *lines_])


if __name__ == "__main__":
    typer.run(main)
