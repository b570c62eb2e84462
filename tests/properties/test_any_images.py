"""Images: what is masked is gone, and nothing else has changed."""

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from pairdx.core.decode import decode, perceptual_hash, pixel_hash
from pairdx.curate.scrub.images import clean_image, is_bare

PICTURES = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda size: arrays.arrays(np.uint8, (*size, 3))
)
BOXES = st.lists(
    st.tuples(*[st.integers(0, 24)] * 4).filter(lambda b: b[0] < b[2] and b[1] < b[3]), max_size=3
)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@given(PICTURES)
def test_a_clean_image_passes_as_it_is(pixels):
    data = png(pixels)
    assert is_bare(data)
    clean = clean_image(data, 24)
    assert (clean.data, clean.changed, clean.extension) == (data, False, "png")
    assert np.array_equal(np.asarray(decode(data)), pixels)


@given(PICTURES, PICTURES, BOXES)
def test_what_is_masked_leaves_no_trace(pixels, other, boxes):
    """Two images that differ in what is masked alone come out as the same bytes."""
    height, width = pixels.shape[:2]
    twin = pixels.copy()
    for left, top, right, bottom in boxes:
        box = twin[top:bottom, left:right]
        box[:] = np.resize(other, box.shape)
    one, two = (clean_image(png(picture), 24, boxes) for picture in (pixels, twin))
    assert one == two
    assert is_bare(one.data)
    assert decode(one.data).size == (one.width, one.height) == (width, height)


@given(PICTURES)
def test_hashes_are_of_the_pixels_alone(pixels):
    one, other = io.BytesIO(), io.BytesIO()
    Image.fromarray(pixels).save(one, "PNG", compress_level=1)
    Image.fromarray(pixels).save(other, "BMP")
    pictures = [decode(file.getvalue()) for file in (one, other)]
    assert pixel_hash(pictures[0]) == pixel_hash(pictures[1])
    assert perceptual_hash(pictures[0], 8) == perceptual_hash(pictures[1], 8)
