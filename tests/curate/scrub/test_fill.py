import numpy as np
from drawn import write
from PIL import Image

from pairdx.curate.scrub.fill import fill


def noisy(level=90, spread=6, size=(160, 200)):
    noise = np.random.default_rng(1).normal(level, spread, (*size, 3))
    return noise.round().clip(0, 255).astype(np.uint8)


def test_a_flat_image_is_filled_flat():
    flat = np.full((40, 60, 3), (10, 120, 230), np.uint8)
    marked = flat.copy()
    marked[10:20, 15:40] = 255
    assert np.array_equal(fill(marked, [(15, 10, 40, 20)]), flat)


def test_a_slope_goes_on_under_the_box():
    slope = np.repeat(np.arange(0, 200, 2, np.uint8)[None, :, None], 80, axis=0).repeat(3, axis=2)
    marked = slope.copy()
    marked[30:50, 40:70] = 255
    filled = fill(marked, [(40, 30, 70, 50)]).astype(int)
    assert np.abs(filled - slope).max() <= 12


def test_what_is_outside_the_boxes_stays_to_the_last_bit():
    pixels = noisy()
    filled = fill(pixels, [(20, 30, 90, 45), (-5, 100, 30, 500)])
    changed = (filled != pixels).any(axis=2)
    rows, columns = np.nonzero(changed)
    inside = ((rows >= 30) & (rows < 45) & (columns >= 20) & (columns < 90)) | (
        (rows >= 100) & (columns < 30)
    )
    assert changed.any()
    assert inside.all()


def test_no_letter_and_no_smooth_spot_is_left():
    pixels = noisy()
    image = Image.fromarray(pixels)
    write(image, (30, 60), "NOVOTNY, EDDA 12/03/2019", 12)
    box = (26, 56, 190, 80)
    filled = fill(np.asarray(image), [box])[56:80, 26:190].astype(float)
    assert filled.max() < 130  # the letters were at 255
    # Rows of a box with traces of letters would differ in brightness; the grain is that around.
    assert np.abs(filled.mean(axis=(1, 2)) - 90).max() < 5
    assert 3 < filled.std() < 9


def test_two_fills_are_the_same_and_the_input_is_left_alone():
    pixels = noisy()
    before = pixels.copy()
    boxes = [(20, 30, 90, 45), (60, 40, 120, 60)]
    assert np.array_equal(fill(pixels, boxes), fill(pixels, boxes))
    assert np.array_equal(pixels, before)


def test_an_image_of_nothing_else_becomes_grey():
    assert np.unique(fill(noisy(size=(30, 20)), [(0, 0, 20, 30)])).tolist() == [127]


def test_thin_images_and_boxes_outside():
    thin = noisy(size=(1, 2000))
    assert fill(thin, [(100, 0, 300, 1)]).shape == (1, 2000, 3)
    assert np.array_equal(fill(thin, [(3000, 0, 3100, 1), (5, 0, 5, 1)]), thin)
