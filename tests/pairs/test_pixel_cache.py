"""Images are decoded once: what is believed of the cache, who shares it, and what it may take."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
import torch
from releases import encode, picture

from pairdx.core.errors import PairdxError
from pairdx.pairs import pixel_cache
from pairdx.pairs.images import ImageInput
from pairdx.pairs.pixel_cache import FOLDER, decoded

IMAGES = [encode(picture(number, (40, 30))) for number in range(12)]
FIT = ImageInput(16)
SIZE = 12 * 3 * 16 * 16


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def calls(monkeypatch):
    """How many images each decoding was given."""
    counts, decode = [], ImageInput.decode_each

    def counted(self, images):
        counts.append(len(images))
        return decode(self, images)

    monkeypatch.setattr(ImageInput, "decode_each", counted)
    return counts


def entries():
    return sorted(path.name for path in FOLDER.iterdir() if path.name != ".lock")


def age(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.mark.parametrize("resize", ["squash", "shortest", "longest"])
def test_pixels_are_those_of_the_decoder(resize):
    fit = ImageInput(16, resize=resize)
    assert torch.equal(decoded(IMAGES, fit), fit.decode_all(IMAGES))
    assert torch.equal(decoded(IMAGES, fit), fit.decode_all(IMAGES))  # now from the file


def test_models_of_one_geometry_share_an_entry(calls):
    decoded(IMAGES, FIT)
    decoded(IMAGES, ImageInput(16, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)))
    assert calls == [12]


@pytest.mark.parametrize(
    ("images", "fit"),
    [
        (IMAGES[:-1], FIT),
        ([*IMAGES[1:], IMAGES[0]], FIT),
        ([IMAGES[0] + b"\0", *IMAGES[1:]], FIT),
        (IMAGES, ImageInput(8)),
        (IMAGES, ImageInput(16, resize="longest")),
    ],
)
def test_other_inputs_are_another_entry(calls, images, fit):
    decoded(IMAGES, FIT)
    assert torch.equal(decoded(images, fit), fit.decode_all(images))
    assert calls[:2] == [12, len(images)]
    assert len(entries()) == 2


def test_another_decoder_is_another_entry(calls, monkeypatch):
    decoded(IMAGES, FIT)
    monkeypatch.setattr("PIL.__version__", "0.1")
    pixel_cache._decoder.cache_clear()
    decoded(IMAGES, FIT)
    pixel_cache._decoder.cache_clear()
    assert calls == [12, 12]


def test_what_is_done_to_the_pixels_stays_out_of_the_file():
    decoded(IMAGES, FIT).zero_()
    assert torch.equal(decoded(IMAGES, FIT), FIT.decode_all(IMAGES))


def test_a_file_of_another_size_is_not_believed(calls):
    decoded(IMAGES, FIT)
    [name] = entries()
    with (FOLDER / name).open("r+b") as file:
        file.truncate(SIZE - 1)
    assert torch.equal(decoded(IMAGES, FIT), FIT.decode_all(IMAGES))
    assert calls[:2] == [12, 12]


def test_an_image_that_cannot_be_read_leaves_nothing():
    with pytest.raises(PairdxError, match="an image of 4 bytes does not decode"):
        decoded([*IMAGES, b"none"], FIT)
    assert entries() == []


def test_no_image_needs_no_file():
    assert decoded([], FIT).shape == (0, 3, 16, 16)
    assert not FOLDER.exists()


KILLED = """
import os, signal
from pairdx.pairs import images, pixel_cache
def halfway(self, data):
    for number in range(5):
        yield self.pixels(data[0])
    os.kill(os.getpid(), signal.SIGKILL)
images.ImageInput.decode_each = halfway
pixel_cache.decoded([open("image", "rb").read()] * 9, images.ImageInput(1024))
"""


def test_what_a_killed_process_left_is_not_believed_and_goes(tmp_path, calls):
    (tmp_path / "image").write_bytes(IMAGES[0])
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path)
    assert done.returncode == -signal.SIGKILL
    [left] = entries()
    assert left.endswith(".u8.partial")
    fit = ImageInput(1024)
    assert torch.equal(decoded(IMAGES[:1] * 9, fit), fit.decode_all(IMAGES[:1] * 9))
    assert calls[0] == 9
    assert entries() == [left.removeprefix(".").removesuffix(".partial")]


def test_two_that_want_the_same_decode_it_once(calls):
    threads = [threading.Thread(target=decoded, args=(IMAGES, FIT)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [12]


def test_the_entry_that_was_not_used_for_longest_makes_room(monkeypatch):
    monkeypatch.setattr(pixel_cache, "LARGEST", 2 * SIZE)
    names = []
    for number in range(2):
        decoded([*IMAGES[number:], *IMAGES[:number]], FIT)
        [name] = set(entries()) - set(names)
        names.append(name)
        age(FOLDER / name, 100 - number)
    decoded(IMAGES, FIT)  # the older, which is used again
    decoded(IMAGES[::-1], FIT)
    assert names[0] in entries()
    assert names[1] not in entries()
    assert len(entries()) == 2


@pytest.mark.parametrize("free", [0, 2 * SIZE - 2])
def test_a_disk_without_room_is_told_and_left_alone(monkeypatch, caplog, free):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    with caplog.at_level(logging.INFO):
        assert decoded(IMAGES, FIT) is None
    assert "decoded whenever they are needed" in caplog.text
    assert entries() == []


def test_half_of_the_free_disk_is_taken(monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2 * SIZE))
    assert decoded(IMAGES, FIT) is not None


def test_a_cache_that_cannot_be_written_is_told(caplog):
    FOLDER.parent.mkdir()
    FOLDER.write_text("a file where the folder should be")
    assert decoded(IMAGES, FIT) is None
    assert "images are decoded whenever they are needed" in caplog.text
