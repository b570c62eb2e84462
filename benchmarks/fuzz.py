"""Coverage-guided fuzzing of what reads bytes from elsewhere: images and tables.

    pip install atheris
    python benchmarks/fuzz.py --scratch /tmp/fuzz --seconds 300

Each target is given what libFuzzer makes of a few valid files, guided by the lines that it reaches
in this project and in Pillow's decoders. It may take the input or refuse it in one line; anything
else, more than 2 GB or ten seconds for one input is a finding, whose bytes are left in the scratch
folder: they become a test. Printed are inputs tried, lines of new coverage kept and findings.
"""

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS

MEGAPIXELS = 4.0  # allowed to an image
LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=8192", "-print_final_stats=1")
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
TABLES = {
    "decisions": b"id,reader,decision,note,content\na,Ann,drop,\"it's, so\",\n'=b,Bo,keep,,0f\n",
    "labels": b"id;reader;label;note\na;Ann;chart;\nb;Bo;unclear;x\n",
    "pairs": b"id,image,caption,label,age\na,a.png,A line,chart,41\nb,b.png,,radiology,\n",
    "splits": b"id,split\na,train\nb,test\n",
    "params": b"seed: 1\nfilter:\n  min_age: 18\n  modalities: [radiology]\n",
}


def one_line(work: Callable[[], object]) -> None:
    """Do it; a refusal must be one line.

    Raises:
        AssertionError: it is more.
    """
    try:
        work()
    except PairdxError as error:
        if len(str(error).splitlines()) != 1:
            raise AssertionError(f"more than a line: {error}") from error


def try_image(data: bytes) -> None:
    """Decode, and clean as scrub does."""
    from pairdx.core.decode import UndecodableError, decode, perceptual_hash
    from pairdx.curate.scrub.images import clean_image, is_bare

    is_bare(data)
    try:
        image = decode(data, MEGAPIXELS)
    except UndecodableError:
        return
    perceptual_hash(image, 8)
    clean = clean_image(data, 64, [(0, 0, 1, 1)])
    if not is_bare(clean.data):
        raise AssertionError("something is beside the pixels of a cleaned image")


def try_table(name: str, folder: Path, data: bytes) -> None:
    """Read a file as the stage or the command does that is given it."""
    from pairdx.core import params
    from pairdx.readers.decisions import format_decisions, read_decisions
    from pairdx.readers.labels import read_labels
    from pairdx.sources.import_folder import check_folder
    from pairdx.sources.published_split import read_splits_csv

    path = folder / f"{name}.csv"
    path.write_bytes(data)
    if name == "decisions":
        one_line(lambda: format_decisions(read_decisions(path)))
    elif name == "labels":
        one_line(lambda: read_labels(path))
    elif name == "pairs":
        one_line(lambda: check_folder(folder, drop_bad_rows=True))
    elif name == "splits":
        one_line(lambda: read_splits_csv(folder))
    else:
        one_line(lambda: params.read(path))


def seeds(target: str) -> list[bytes]:
    """A few valid files."""
    if target != "image":
        return [TABLES[target], b"\xef\xbb\xbf" + TABLES[target].replace(b"\n", b"\r\n")]
    files = []
    for mode in ("RGB", "L", "P", "1", "RGBA", "I;16"):
        for form in FORMATS:
            file = io.BytesIO()
            try:
                Image.linear_gradient("L").resize((9, 7)).convert(mode).save(file, form)
            except (OSError, ValueError):
                continue  # a form that does not know this mode
            files.append(file.getvalue())
    return files


def fuzz(target: str, corpus: Path, seconds: int) -> None:
    """Give a target one input after another, in this process, which libFuzzer ends."""
    try:
        import atheris
    except ImportError:
        raise SystemExit("error: atheris is missing; pip install atheris") from None

    with atheris.instrument_imports(include=["pairdx", "PIL", "ruamel"]):
        from PIL import (  # noqa: F401
            BmpImagePlugin,
            GifImagePlugin,
            JpegImagePlugin,
            PngImagePlugin,
            TiffImagePlugin,
            WebPImagePlugin,
        )

        import pairdx.curate.scrub.images
        import pairdx.readers.decisions
        import pairdx.readers.labels
        import pairdx.sources.import_folder
        import pairdx.sources.published_split  # noqa: F401
    folder = Path(tempfile.mkdtemp())
    for name in "ab":
        Image.new("RGB", (2, 2)).save(folder / f"{name}.png")

    def run(data: bytes) -> None:
        if target == "image":
            try_image(data)
        else:
            try_table(target, folder, data)

    found = corpus.parent / "findings" / target
    found.mkdir(parents=True)
    words = [f"-max_total_time={seconds}", f"-artifact_prefix={found}/", *LIMITS]
    if target != "image":
        words.append(f"-dict={_words(corpus.parent / f'{target}.dict')}")
    atheris.Setup([sys.argv[0], *words, str(corpus)], run)
    atheris.Fuzz()


def _words(path: Path) -> Path:
    """Write libFuzzer's dictionary of what tables are made of."""
    words = [*LABELS, "id", "label", "reader", "image", "caption", "train", "keep", "a.png"]
    special = ["\\x0d", "\\x0a", "\\x00", '\\"', "\\xff", "\\xef\\xbb\\xbf", "&a", "*a", "!!int "]
    path.write_text("".join(f'"{word}"\n' for word in [*words, *special]), encoding="ascii")
    return path


def main(
    scratch: Annotated[Path, typer.Option()],
    seconds: Annotated[int, typer.Option()] = 60,
    target: Annotated[str | None, typer.Option(help="one alone, in this process")] = None,
) -> None:
    """Fuzz each target for so many seconds."""
    for name in [target] if target else ["image", *TABLES]:
        corpus = scratch / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds(name)):
            (corpus / f"seed{number}").write_bytes(data)
        if target:
            fuzz(name, corpus, seconds)
        command = [sys.executable, __file__, "--scratch", str(scratch), "--target", name]
        done = subprocess.run([*command, "--seconds", str(seconds)], capture_output=True, text=True)
        tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
        findings = sorted((scratch / "findings" / name).glob("*"))
        kept = len(list(corpus.iterdir()))
        print(f"{name:10} {tried[1] if tried else '?':>9} tried, {kept:5} kept, findings: ", end="")
        print(", ".join(str(path) for path in findings) or "none", flush=True)
        if findings or not tried:
            print(done.stderr[-3000:])


if __name__ == "__main__":
    typer.run(main)
