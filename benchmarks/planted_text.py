"""What the scan finds in float32 and in bfloat16, in the images of a folder of pairs.

    python benchmarks/planted_text.py path/to/folder --params profiles/small.yaml

First as they are: what `scrub` would do about each. Then with a date, a number or a name drawn into
each, at a place, in a size (8 to 18 pixels) and with a contrast drawn by lot: how many lie in words
that were read, and how many were read to the letter. Both formats see the same images, each in a
process of its own.
"""

import csv
import io
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, get_args

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from pairdx.core.decode import decode
from pairdx.core.params import load_seed
from pairdx.curate.scan.params import Native, ScanParams
from pairdx.curate.scan.scan import scan_pair
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.policy import Decision, decide

SIZES, CONTRASTS = range(8, 19), (25, 40, 60, 90, 130)
NAMES = ("SMITH, JOHN", "GARCIA, MARIA", "KOWALSKI, ANNA", "NGUYEN, LI")
Mask = NDArray[np.bool_]


def planted(image: Image.Image, lot: random.Random) -> tuple[str, tuple[int, ...]] | None:
    """Draw an identifier into an image; return its text and box, or None where it has no room."""
    day, month, year = lot.randint(1, 28), lot.randint(1, 12), lot.randint(1950, 2022)
    texts = (f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}", f"MRN {year * day * 97}")
    text = lot.choice((*texts, lot.choice(NAMES)))
    font, contrast = ImageFont.load_default(lot.choice(SIZES)), lot.choice(CONTRASTS)
    width, height = (round(side) for side in font.getbbox(text)[2:])
    if image.width < width + 4 or image.height < height + 4:
        return None
    at = lot.randrange(image.width - width), lot.randrange(image.height - height)
    mean = np.asarray(image.crop((*at, at[0] + width, at[1] + height))).mean()
    grey = round(min(255, max(0, mean + (contrast if mean < 128 else -contrast))))
    draw = ImageDraw.Draw(image)
    draw.text(at, text, fill=(grey, grey, grey), font=font)
    return text, tuple(round(side) for side in draw.textbbox(at, text, font=font))


def found(words: list[dict[str, Any]], text: str, box: tuple[int, ...]) -> list[str]:
    """How much of an identifier was found."""
    left, top, right, bottom = box
    covered = area(words, right, bottom)[top:, left:].mean()
    read = "".join(word["text"] for word in words).replace(" ", "")
    counts = {
        "covered by half": covered >= 0.5,
        "covered by 95 %": covered >= 0.95,
        "read to the letter": text.replace(" ", "") in read,
    }
    return [name for name, true in counts.items() if true]


def area(boxes: list[dict[str, Any]], width: int, height: int) -> Mask:
    """The pixels (H, W) in any of the boxes."""
    inside = np.zeros((height, width), bool)
    for box in boxes:
        inside[box["top"] : box["bottom"], box["left"] : box["right"]] = True
    return inside


def look(
    folder: Path, params: Path, precision: Native
) -> tuple[list[tuple[Decision, Mask]], Counter[str]]:
    """What would be done about each image as it is, with what is filled, and what was planted."""
    section = ScanParams.load(params).model_copy(update={"precision": precision})
    policy, lot = ScrubParams.load(params), random.Random(load_seed(params))
    decided, counts = [], Counter[str]()
    with (folder / "pairs.csv").open(encoding="utf-8") as lines, TemporaryDirectory() as cache:
        scanned = partial(scan_pair, caption="", params=section, cache=Path(cache))
        for row in tqdm(list(csv.DictReader(lines)), desc=precision, disable=None):
            data = (folder / row["image"]).read_bytes()
            decision = decide(scanned(data) | {"problem": None, "age": None}, policy)
            image = decode(data)
            filled = area([vars(region) for region in decision.regions], *image.size)
            decided.append((decision, filled))
            if drawn := planted(image, lot):
                counts["planted"] += 1
                buffer = io.BytesIO()
                image.save(buffer, "PNG")
                counts.update(found(scanned(buffer.getvalue())["words"], *drawn))
    return decided, counts


def main(
    folder: Annotated[Path, typer.Argument(help="A folder of pairs.")],
    params: Annotated[Path, typer.Option(help="A params file.")] = Path("profiles/small.yaml"),
) -> None:
    """Print a Markdown table of what was planted, and what differs where nothing was."""
    formats = get_args(Native)
    with ProcessPoolExecutor() as pool:
        looked = list(pool.map(partial(look, folder, params), formats))
    names = list(looked[0][1])
    print(f"| | {' | '.join(names)} |\n|---|{len(names) * '---:|'}")
    for precision, (_, counts) in zip(formats, looked, strict=True):
        print(f"| {precision} | {' | '.join(str(counts[name]) for name in names)} |")
    (first, _), (second, _) = looked
    actions = Counter((a.action, b.action) for (a, _), (b, _) in zip(first, second, strict=True))
    print("\n| As they are: in float32 | in bfloat16 | Images |\n|---|---|---:|")
    for (one, other), count in sorted(actions.items()):
        print(f"| {one} | {other} | {count} |")
    both = sum((a & b).sum() for (_, a), (_, b) in zip(first, second, strict=True))
    filled = [sum(mask.sum() for _, mask in decided) for decided in (first, second)]
    print(f"\nFilled: {filled[0]:,} and {filled[1]:,} pixels, of which {both:,} in both")


if __name__ == "__main__":
    typer.run(main)
