"""How many images a second the scan looks at, by part, and the whole of it on all cores.

Run in a project whose `filter` stage has run: `python benchmarks/scan_throughput.py`. The parts
are timed one after another on one core, over up to 300 images spread evenly over the cohort; the
whole scan is run as its stage does, with an empty cache and then with a full one.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from pairdx.core.decode import decode, perceptual_hash, pixel_hash
from pairdx.core.params import PARAMS
from pairdx.core.schema import COHORT, read_table
from pairdx.curate.scan.faces import FaceFinder
from pairdx.curate.scan.ocr import TextReader
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan
from pairdx.sources.archives import Archives

RAW, COHORT_FILE, IMAGES = Path("data/raw"), Path("data/cohort.parquet"), 300


def main(params: Annotated[Path, typer.Option(help="A params file.")] = PARAMS) -> None:
    """Print two Markdown tables."""
    section = ScanParams.load(params)
    cohort = read_table(COHORT_FILE, COHORT)
    rows = cohort.take(list(range(0, len(cohort), max(1, len(cohort) // IMAGES)))).to_pylist()
    with Archives(RAW) as archives:
        data = [archives.read(row["archive"], row["member"]) for row in rows]
    print("| Part, one core | Images/s | ms an image |\n|---|---:|---:|")
    for name, seconds in parts(data, section).items():
        print(f"| {name} | {len(data) / seconds:.0f} | {1e3 * seconds / len(data):.1f} |")
    print("\n| Whole scan | Images | Seconds | Images/s |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as cache:
        for name in ("empty cache", "full cache"):
            start = time.perf_counter()
            scan(RAW, cohort, section, Path(cache))
            seconds = time.perf_counter() - start
            rate = len(cohort) / seconds
            print(f"| {name} | {len(cohort)} | {seconds:.0f} | {rate:.0f} |")


def parts(data: list[bytes], params: ScanParams) -> dict[str, float]:
    """Return the CPU seconds of each part over all images."""
    images, decoding = timed(lambda one: decode(one, params.max_megapixels), data)
    reader = TextReader(params.min_text_side, params.max_text_side, params.raise_contrast)
    finder = FaceFinder(params.face_sides, params.min_face_score)
    _, finding = timed(reader.find, images)
    _, reading = timed(reader.read, images)  # finds first
    return {
        "decode": decoding,
        "hashes": timed(lambda one: (pixel_hash(one), perceptual_hash(one, 16)), images)[1],
        "find text": finding,
        "read text": reading - finding,
        "find faces": timed(finder.find, images)[1],
    }


def timed(work: Callable[[Any], Any], items: list[Any]) -> tuple[list[Any], float]:
    """Do the work for each item; return the results and the CPU seconds, the first one's aside."""
    work(items[0])
    start = time.process_time()
    results = [work(item) for item in items]
    return results, time.process_time() - start


if __name__ == "__main__":
    typer.run(main)
