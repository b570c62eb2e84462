"""CenterFace on a real photograph that a package ships, and on pictures without a face."""

from typing import get_args

import numpy as np
import pytest
from drawn import contains
from PIL import Image, ImageOps
from releases import picture
from skimage import data

from pairdx.curate.scan.faces import FaceFinder
from pairdx.curate.scan.params import Native

ASTRONAUT = Image.fromarray(data.astronaut())
FACE = (182, 66, 268, 174)  # forehead to chin in that photograph, drawn by hand
PORTRAIT = ASTRONAUT.crop((120, 0, 330, 300))


def on_grey(image, size=(300, 300)):
    canvas = Image.new("RGB", size, (200, 190, 180))
    canvas.paste(image, (40, 60))
    return canvas


def with_bar(image):
    image = image.copy()
    image.paste((0, 0, 0), (40, 105, 180, 135))
    return image


VARIANTS = {
    "whole": ASTRONAUT,
    "portrait": PORTRAIT,
    "mirrored": ImageOps.mirror(ASTRONAUT),
    "grey": PORTRAIT.convert("L").convert("RGB"),
    "whole, grey": ASTRONAUT.convert("L").convert("RGB"),
    "dark": PORTRAIT.point(lambda value: value * 35 // 100),
    "eyes barred": with_bar(PORTRAIT),
    "left half": ASTRONAUT.crop((140, 30, 224, 280)),
    "right half": ASTRONAUT.crop((224, 30, 330, 280)),
    "upper half": ASTRONAUT.crop((140, 20, 310, 130)),
    "lower half": ASTRONAUT.crop((140, 120, 310, 260)),
    "40 pixels": on_grey(PORTRAIT.resize((40, 57))),
} | {
    f"turned {degrees}": PORTRAIT.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    for degrees in (10, 20, 30, 45, 60, 90, 180, 270, -15, -30, -45)
} | {f"whole at {side}": ASTRONAUT.resize((side, side)) for side in (256, 128, 96, 64)}  # fmt: skip


@pytest.fixture(scope="module", params=get_args(Native))
def finder(request):
    return FaceFinder((192, 352), 0.5, request.param)


def box(face):
    return face.left, face.top, face.right, face.bottom


def test_recall_on_a_photograph_turned_halved_shrunk_and_grey(finder):
    missed = [name for name, image in VARIANTS.items() if not finder.find(image)]
    assert len(missed) <= 0.05 * len(VARIANTS), missed


def test_the_box_holds_the_face(finder):
    faces = finder.find(ASTRONAUT)
    assert len(faces) == 1
    assert contains([box(faces[0])], FACE, 0.9)
    left, top, right, bottom = box(faces[0])
    assert (right - left) * (bottom - top) < 2 * (FACE[2] - FACE[0]) * (FACE[3] - FACE[1])
    assert faces[0].score >= 0.8


def test_two_faces_are_two_and_the_surest_is_first(finder):
    both = Image.new("RGB", (420, 300))
    both.paste(PORTRAIT, (0, 0))
    both.paste(PORTRAIT.point(lambda value: value // 3), (210, 0))
    faces = finder.find(both)
    assert len(faces) == 2
    assert faces[0].score >= faces[1].score
    assert {face.left > 200 for face in faces} == {True, False}


def test_pictures_without_a_face(finder):
    assert [finder.find(picture(seed, (320, 240))) for seed in range(10)] == [[]] * 10
    assert finder.find(Image.fromarray(data.retina()).resize((512, 512))) == []
    assert finder.find(Image.fromarray(data.immunohistochemistry())) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 20000), (20000, 1), (33, 31)])
def test_images_of_odd_sizes(finder, size):
    assert finder.find(Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8))) == []
