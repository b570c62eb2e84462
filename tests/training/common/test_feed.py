"""Images come out the same wherever they lie, and in the order in which they are asked for."""

import pytest
import torch
from small import drawn

from pairdx.core.errors import PairdxError
from pairdx.pairs import pixel_cache
from pairdx.pairs.images import ImageInput
from pairdx.training.common.feed import Feed, Gathered, Images

PAIRS = drawn(20)
FIT = ImageInput(16)
PIXELS = FIT.decode_all(PAIRS.images)
BATCHES = torch.tensor([3, 19, 0, 7, 7, 1, 2, 12, 5, 4]).split(3)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["mapped", "encoded"])
def images(request, monkeypatch):
    """Once from the cache, once past what it may hold."""
    if request.param == "encoded":
        monkeypatch.setattr(pixel_cache, "LARGEST", 0)
    return Images(PAIRS.images, FIT)


def test_batches_come_as_they_were_announced(images):
    for _ in range(2):  # epochs
        images.prefetch(BATCHES)
        for rows in BATCHES:
            assert torch.equal(images.take(rows), PIXELS[rows])


def test_others_may_be_asked_for_in_between(images):
    """As ClinVLA does for another view, which is drawn in a step."""
    images.prefetch(BATCHES)
    for rows in BATCHES:
        assert torch.equal(images.take(rows), PIXELS[rows])
        assert torch.equal(images.take(rows[:1] + 1 - 1), PIXELS[rows[:1]])
        assert torch.equal(images.take(rows.flip(0)), PIXELS[rows.flip(0)])


def test_all_come_in_order(images):
    parts = list(images.batches(8))
    assert [len(part) for part in parts] == [8, 8, 4]
    assert torch.equal(torch.cat(parts), PIXELS)


def test_no_random_number_of_training_is_used(images):
    """Or its weights would depend on where the images lie."""
    torch.manual_seed(5)
    before = torch.get_rng_state()
    images.prefetch(BATCHES)
    images.take(BATCHES[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_a_thread_gathers_one_batch_ahead():
    """As on the way to a GPU without room for them."""
    feed = Feed(Gathered(PIXELS), BATCHES, workers=0)
    for rows in BATCHES:
        assert feed.is_next(rows)
        assert torch.equal(feed.take(), PIXELS[rows])
    assert not feed.is_next(BATCHES[0])


def test_an_image_that_cannot_be_read_is_told_on_one_line(monkeypatch):
    monkeypatch.setattr(pixel_cache, "LARGEST", 0)
    images = Images([*PAIRS.images, b"none"], FIT)
    images.prefetch([torch.tensor([0, 20])])
    with pytest.raises(PairdxError, match=r"^an image of 4 bytes does not decode: [^\n]*$"):
        images.take(torch.tensor([0, 20]))
