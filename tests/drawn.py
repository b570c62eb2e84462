"""Text drawn into pictures with the font that Pillow carries, and whether boxes cover it."""

from PIL import ImageDraw, ImageFont


def write(image, at, text, size, fill="white"):
    """Draw ``text`` and return its box (left, top, right, bottom)."""
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    draw.text(at, text, fill=fill, font=font)
    return draw.textbbox(at, text, font=font)


def contains(boxes, box, share):
    """Whether ``boxes`` cover that share of ``box``, counted by pixels."""
    left, top, right, bottom = (round(side) for side in box)
    covered = sum(
        any(b[0] <= x < b[2] and b[1] <= y < b[3] for b in boxes)
        for x in range(left, right)
        for y in range(top, bottom)
    )
    return covered >= share * (right - left) * (bottom - top)
