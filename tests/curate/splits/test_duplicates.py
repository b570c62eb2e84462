import numpy as np
import pyarrow as pa
import pytest

from pairdx.curate.splits import duplicates
from pairdx.curate.splits.duplicates import find_duplicates, group_images


def bits(*flipped):
    """A hash of 64 bits, all 0 but those `flipped`."""
    values = np.zeros(64, np.uint8)
    values[list(flipped)] = 1
    return np.packbits(values).tobytes()


FAR = bits(*range(0, 64, 2))


def pairs(rows):
    """Rows of (label, pixels, hash)."""
    label, pixels, hashes = zip(*rows, strict=True)
    return pa.table(
        {
            "label": list(label),
            "pixel_sha256": list(pixels),
            "perceptual_hash": pa.array(hashes, pa.binary()),
        }
    )


def groups(*hashes, distance=0.05):  # 0.05 of 64 bits: 3
    table = pairs([("chart", str(number), one) for number, one in enumerate(hashes)])
    return group_images(table["pixel_sha256"], table["perceptual_hash"], distance).tolist()


def test_hashes_within_the_distance_are_one_group():
    assert groups(bits(), bits(1, 2, 3), FAR) == [0, 0, 1]
    assert groups(bits(), bits(1, 2, 3, 4), FAR) == [0, 1, 2]


def test_groups_are_linked_through_others():
    assert groups(bits(), bits(1, 2, 3, 4, 5, 6), bits(1, 2, 3)) == [0, 0, 0]


def test_distance_zero_finds_equal_hashes_only():
    assert groups(bits(1), bits(1), bits(2), distance=0.0) == [0, 0, 1]


def test_images_without_a_hash_are_compared_by_pixels():
    table = pairs([("chart", "white", None), ("chart", "black", None), ("chart", "white", None)])
    assert find_duplicates(table, 0.1).keep.tolist() == [True, True, False]


def test_exact_and_near_are_counted_apart():
    table = pairs(
        [
            ("chart", "a", bits()),
            ("chart", "a", bits()),
            ("chart", "b", bits(1)),
            ("chart", "c", FAR),
        ]
    )
    found = find_duplicates(table, 0.05)
    assert found.keep.tolist() == [True, False, False, True]
    assert (found.exact, found.near, found.conflicting) == (1, 1, 0)


def test_one_picture_under_two_labels_goes_whole():
    table = pairs(
        [
            ("chart", "a", bits()),
            ("radiology", "a", bits()),
            ("chart", "b", bits(1)),
            ("chart", "c", FAR),
        ]
    )
    found = find_duplicates(table, 0.05)
    assert found.keep.tolist() == [False, False, False, True]
    assert (found.exact, found.near, found.conflicting) == (0, 0, 3)


def test_nothing_to_compare():
    assert len(find_duplicates(pairs([("chart", "a", None)]).slice(1), 0.1).keep) == 0


@pytest.mark.parametrize(("width", "distance"), [(256, 0.1), (256, 0.02), (64, 0.1)])
def test_many_hashes_are_found_as_few_are(monkeypatch, width, distance):
    """Among many, not every two are compared: the same ones are found, up to the very distance."""
    generator = np.random.default_rng(3)
    bits = generator.integers(0, 2, (600, width))
    radius = int(distance * width)
    for row in range(0, 600, 2):  # the next one differs in from 0 to 2 bits more than the radius
        changed = generator.choice(width, max(0, radius - 2 + row // 2 % 5), replace=False)
        bits[row + 1] = bits[row]
        bits[row + 1, changed] ^= 1
    hashes = pa.chunked_array([[row.tobytes() for row in np.packbits(bits, axis=1)]])
    pixels = pa.chunked_array([[str(row) for row in range(600)]])
    few = group_images(pixels, hashes, distance)
    monkeypatch.setattr(duplicates, "MANY", 0)
    np.testing.assert_array_equal(group_images(pixels, hashes, distance), few)
    together = few[::2] == few[1::2]
    assert 0 < together.sum() < 300
