"""The bytes of every row's image, with what was planted in it."""

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from pairdx.core.decode import decode
from pairdx.download.sample.canvas import Rng, write
from pairdx.download.sample.draw import draw
from pairdx.download.sample.motifs import MOTIFS
from pairdx.download.sample.plan import Plan, Row

_QUALITY = 80


class Picture(NamedTuple):
    """An encoded image; where an identifier is burned in, its text, kind, box (x0, y0, x1, y1)."""

    content: bytes
    burned_in: str | None = None
    kind: str | None = None
    box: tuple[int, int, int, int] | None = None


def _encode(image: Image.Image, quality: int = _QUALITY) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=1)
    return buffer.getvalue()


def _original(plan: Plan, number: int, part: int) -> Image.Image:
    figure = plan.figures[number]
    rng = np.random.default_rng([plan.seed, 1, number, part])
    return draw(rng, figure.motif, figure.looks_like)


def _near_copy(rng: Rng, image: Image.Image, may_crop: bool) -> bytes:
    """The same picture as another article might carry it: re-encoded, resized, relit, cropped."""
    image = decode(_encode(image))
    kind = int(rng.integers(4))
    if kind == 0 and may_crop:  # a border of about 1 % in all
        dx, dy = (max(1, round(side * 0.005)) for side in image.size)
        image = image.crop((dx, dy, image.width - dx, image.height - dy))
    if kind in (1, 2):
        factor = float(1 + rng.choice([-1, 1]) * rng.uniform(0.05, 0.25))
        width, height = (round(side * factor) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    if kind in (2, 3):
        image = ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.93, 1.07)))
        image = ImageEnhance.Contrast(image).enhance(float(rng.uniform(0.93, 1.07)))
    return _encode(image, int(rng.integers(60, 76)))


def _darkest(image: Image.Image, wide: int, high: int) -> tuple[int, int]:
    """Where a text of this size goes into the corner in which white can be read best."""
    greys = np.asarray(image.convert("L"))
    columns, rows = (4, max(0, image.width - wide - 4)), (3, max(0, image.height - high - 4))
    corners = [(x, y) for y in rows for x in columns]
    return min(corners, key=lambda at: np.percentile(greys[at[1] :, at[0] :][:high, :wide], 90))


def _burn(rng: Rng, image: Image.Image) -> Picture:
    """Write a name, a date or an ID into a corner, as scanners do."""
    lines = (
        ("name", "NOVOTNY, EDDA"),
        ("name", "LINDQVIST TOBIAS"),
        ("record_number", f"ID: {int(rng.integers(100000, 999999))}"),
        (
            "date",
            f"{int(rng.integers(10, 28))}/0{int(rng.integers(1, 9))}/201{int(rng.integers(9))}",
        ),
        ("date", f"DOB 19{int(rng.integers(40, 99))}-0{int(rng.integers(1, 9))}-12"),
    )
    kind, text = lines[int(rng.integers(len(lines)))]
    points = int(rng.integers(11, 16))
    drawing = ImageDraw.Draw(image)
    _, _, wide, high = write(ImageDraw.Draw(image.copy()), (0, 0), text, 0, points)
    x0, y0, x1, y1 = write(drawing, _darkest(image, wide, high), text, (240, 240, 240), points)
    box = (x0, y0, min(x1, image.width), min(y1, image.height))
    return Picture(_encode(image), text, kind, box)


def picture(plan: Plan, row: Row) -> Picture:
    """Draw and encode a row's image."""
    if row.defect == "blank":  # what MultiCaRe saved where conversion failed
        return Picture(_encode(Image.new("RGB", (1, 1), (255, 255, 255))))
    figure = plan.figures[row.figure]
    rng = np.random.default_rng([plan.seed, 2, row.figure, row.part])
    image = _original(plan, *figure.drawn_from(row.part))
    if figure.copy_kind == "near":
        # Thin lines shift too far for a perceptual hash when a drawing on paper is cropped.
        on_paper = MOTIFS[figure.motif].label in ("chart", "electrography")
        return Picture(_near_copy(rng, image, may_crop=not on_paper))
    if row.defect == "burned_in":
        return _burn(rng, image)
    return Picture(_encode(image))
