import zipfile

import pytest

from pairdx.core.errors import PairdxError
from pairdx.download.image_files import Gallery


@pytest.fixture
def files(tmp_path):
    """A plain file, and a zip below a folder with two files of one name."""
    (tmp_path / "plain.png").write_bytes(b"plain")
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.writestr("images/", b"")
        archive.writestr("images/a.png", b"a")
        archive.writestr("images/train/b.png", b"b of train")
        archive.writestr("images/test/b.png", b"b of test")
        archive.writestr("__MACOSX/images/._a.png", b"no image")
    return {"plain.png": tmp_path / "plain.png", "part/images.zip": tmp_path / "images.zip"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("part/images/a.png", ["part/images/a.png"]),
        ("images/a.png", ["part/images/a.png"]),
        ("./images/a.png", ["part/images/a.png"]),
        (r"images\a.png", ["part/images/a.png"]),
        (" a.png ", ["part/images/a.png"]),
        ("A.PNG", ["part/images/a.png"]),
        ("a", ["part/images/a.png"]),
        ("elsewhere/a.png", ["part/images/a.png"]),
        ("train/b.png", ["part/images/train/b.png"]),
        ("b.png", ["part/images/test/b.png", "part/images/train/b.png"]),
        ("plain", ["plain.png"]),
        ("c.png", []),
        ("", []),
        ("images", []),
    ],
)
def test_a_name_may_be_written_in_many_ways(files, wanted, found):
    with Gallery(files) as gallery:
        assert gallery.find(wanted) == found


def test_files_are_read_where_they_lie(files):
    with Gallery(files) as gallery:
        assert gallery.names(".png") == [
            "part/images/a.png",
            "part/images/test/b.png",
            "part/images/train/b.png",
            "plain.png",
        ]
        assert gallery.read("plain.png") == b"plain"
        assert gallery.read("part/images/train/b.png") == b"b of train"


def test_a_zip_that_points_out_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.writestr("../a.png", b"a")
    with pytest.raises(PairdxError, match=r"images\.zip: entry '\.\./a\.png' points out"):
        Gallery({"images.zip": tmp_path / "images.zip"})


def test_a_file_of_absurd_size(files, monkeypatch):
    monkeypatch.setattr("pairdx.download.image_files.MAX_ENTRY_BYTES", 4)
    with Gallery(files) as gallery, pytest.raises(PairdxError, match=r"plain\.png: more than 4"):
        gallery.read("plain.png")


def test_a_large_entry_is_refused_when_it_is_read(files, monkeypatch):
    monkeypatch.setattr("pairdx.sources.archives.MAX_ENTRY_BYTES", 4)
    with Gallery(files) as gallery:
        assert gallery.read("part/images/a.png") == b"a"
        with pytest.raises(PairdxError, match=r"train/b\.png' has 10 bytes; at most 4"):
            gallery.read("part/images/train/b.png")
