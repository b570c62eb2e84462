"""How many images a second the scan looks at, by part, and the whole of it on all cores.

`python benchmarks/scan_throughput.py --params profiles/small.yaml --folder path/to/folder` looks at
a folder of pairs; without `--folder` at the cohort of a project whose `filter` stage has run. The
parts are timed one after another on one core, over up to `--images` images spread evenly over the
cohort; the whole scan is run as its stage does, with an empty cache and then with a full one.

A commit is compared with an earlier one by running this file on both, in turns:
`PYTHONPATH=path/to/earlier/src python benchmarks/scan_throughput.py --params
path/to/earlier/profiles/small.yaml ...`, with `--images 1` for the whole scan alone. With `--found
facts.json` it writes what was found, and a second run that is given the same file says what differs
from it.
"""

import csv
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from pairdx.core.decode import decode, perceptual_hash, pixel_hash
from pairdx.core.params import PARAMS
from pairdx.core.schema import COHORT, read_table
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.pixel_facts import PixelFacts
from pairdx.curate.scan.scan import scan
from pairdx.sources.archives import Archives
from pairdx.sources.folder import NORMALISED, read_rows
from pairdx.sources.imported import write_pairs

RAW, COHORT_FILE = Path("data/raw"), Path("data/cohort.parquet")


def main(
    params: Annotated[Path, typer.Option(help="A params file.")] = PARAMS,
    folder: Annotated[Path | None, typer.Option(help="A folder of pairs.")] = None,
    images: Annotated[int, typer.Option(help="Looked at part by part, at most.")] = 300,
    found: Annotated[Path | None, typer.Option(help="Where findings are kept.")] = None,
    whole: Annotated[bool, typer.Option(help="Run the whole scan, too.")] = True,
) -> None:
    """Print a Markdown table of the parts and one of the whole."""
    section = ScanParams.load(params)
    with tempfile.TemporaryDirectory() as scratch:
        raw, cohort = pairs_of(folder, Path(scratch))
        step = max(1, len(cohort) // images)
        rows = cohort.take(list(range(0, len(cohort), step))[:images]).to_pylist()
        with Archives(raw) as archives:
            data = [archives.read(row["archive"], row["member"]) for row in rows]
        facts, seconds = parts(data, section)
        print_parts(seconds, len(data))
        if found:
            compare(found, dict(zip([row["id"] for row in rows], facts, strict=True)))
        if whole:
            print_whole(raw, cohort, section, Path(scratch) / "cache")


def pairs_of(folder: Path | None, scratch: Path) -> tuple[Path, pa.Table]:
    """Return where images lie, and the cohort: a folder's, or that of the project."""
    if folder is None:
        return RAW, read_table(COHORT_FILE, COHORT)
    with (folder / "pairs.csv").open(encoding="utf-8") as lines:
        rows = [{name: row.get(name, "") for name in NORMALISED} for row in csv.DictReader(lines)]
    write_pairs(scratch, rows, [], lambda name: (folder / name).read_bytes())
    return scratch, read_rows(scratch)


def print_parts(seconds: dict[str, float], images: int) -> None:
    """Print the CPU time of each part and their sum."""
    print("| Part, one core | Images/s | ms an image |\n|---|---:|---:|")
    for name, taken in {**seconds, "all": sum(seconds.values())}.items():
        print(f"| {name} | {images / taken:.1f} | {1e3 * taken / images:.1f} |")


def print_whole(raw: Path, cohort: pa.Table, section: ScanParams, cache: Path) -> None:
    """Run the scan twice, and print how long it took."""
    print("\n| Whole scan | Images | Seconds | Images/s |\n|---|---:|---:|---:|")
    for name in ("empty cache", "full cache"):
        start = time.perf_counter()
        scan(raw, cohort, section, cache)
        seconds = time.perf_counter() - start
        print(f"| {name} | {len(cohort)} | {seconds:.0f} | {len(cohort) / seconds:.1f} |")


def compare(path: Path, facts: dict[str, Any]) -> None:
    """Keep the facts, or say in which images words, boxes or faces differ from those kept.

    Scores may differ by 0.01: what another runtime sums up differs in the last digits.
    """
    if not path.exists():
        path.write_text(json.dumps(facts), encoding="utf-8")
        return
    kept = json.loads(path.read_text(encoding="utf-8"))
    shared = sorted(facts.keys() & kept.keys())
    words = sum(len(kept[name]["words"]) for name in shared)
    differ = [name for name in shared if without_scores(kept[name]) != without_scores(facts[name])]
    apart = [
        abs(one[score] - other[score])
        for name in shared
        if name not in differ
        for kind, score in (("words", "confidence"), ("faces", "score"))
        for one, other in zip(kept[name][kind], facts[name][kind], strict=True)
    ]
    print(f"\n{len(shared)} images, {words} words: differ in {len(differ)} images {differ[:20]};")
    print(f"elsewhere scores differ by {max(apart, default=0):.3f} at most")


def without_scores(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return boxes and texts alone."""
    scores = ("confidence", "score")
    both = facts["words"] + facts["faces"]
    return [{name: one[name] for name in one if name not in scores} for one in both]


def parts(data: list[bytes], params: ScanParams) -> tuple[list[Any], dict[str, float]]:
    """Return what was found in each image, and the CPU seconds of each part over all images."""
    images, decoding = timed(lambda one: decode(one, params.max_megapixels), data)
    with tempfile.TemporaryDirectory() as cache:
        facts = PixelFacts(params, Path(cache))
    reader, finder = facts._reader, facts._finder
    assert reader, "scan.words is off"
    assert finder, "scan.faces is off"
    _, hashing = timed(
        lambda one: (pixel_hash(one), perceptual_hash(one, params.hash_size)), images
    )
    _, finding = timed(reader.find, images)
    words, reading = timed(reader.read, images)  # finds first
    faces, looking = timed(finder.find, images)
    found = [
        {"words": [asdict(word) for word in words], "faces": [asdict(face) for face in faces]}
        for words, faces in zip(words, faces, strict=True)
    ]
    seconds = {
        "decode": decoding,
        "hashes": hashing,
        "find text": finding,
        "read text": reading - finding,
        "find faces": looking,
    }
    return found, seconds


def timed(work: Callable[[Any], Any], items: list[Any]) -> tuple[list[Any], float]:
    """Do the work for each item; return the results and the CPU seconds, the first one's aside."""
    work(items[0])
    start = time.process_time()
    results = [work(item) for item in items]
    return results, time.process_time() - start


if __name__ == "__main__":
    typer.run(main)
