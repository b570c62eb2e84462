import zipfile

import pytest

from pairdx.core.errors import PairdxError
from pairdx.sources import archives
from pairdx.sources.archives import Archives, is_safe


@pytest.fixture
def raw(tmp_path):
    with zipfile.ZipFile(tmp_path / "PMC1.zip", "w") as archive:
        archive.writestr("PMC1/PMC10/a.webp", b"pixels")
    return tmp_path


def test_reads_entries_and_lists_them(raw):
    with Archives(raw) as opened:
        assert opened.read("PMC1.zip", "PMC1/PMC10/a.webp") == b"pixels"
        assert opened.members("PMC1.zip") == {"PMC1/PMC10/a.webp"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../a", "a/../../b", "..\\b", "C:\\a", "a\0", ""])
def test_unsafe_names_are_refused(raw, name):
    assert not is_safe(name)
    with Archives(raw) as opened, pytest.raises(PairdxError, match="refused"):
        opened.read("PMC1.zip", name)


def test_missing_archive_and_entry_are_named(raw):
    with Archives(raw) as opened:
        with pytest.raises(PairdxError, match=r"PMC2\.zip: no such archive"):
            opened.members("PMC2.zip")
        with pytest.raises(PairdxError, match=r"PMC1\.zip: there is no entry 'b'"):
            opened.read("PMC1.zip", "b")


def test_truncated_archive_is_named(raw):
    path = raw / "PMC1.zip"
    path.write_bytes(path.read_bytes()[:-30])
    with Archives(raw) as opened, pytest.raises(PairdxError, match=r"PMC1\.zip: not a whole zip"):
        opened.members("PMC1.zip")


def test_damaged_entry_is_named(raw):
    path = raw / "PMC1.zip"
    path.write_bytes(path.read_bytes().replace(b"pixels", b"pixelz", 1))
    with Archives(raw) as opened, pytest.raises(PairdxError, match=r"a\.webp' is damaged"):
        opened.read("PMC1.zip", "PMC1/PMC10/a.webp")


def test_oversized_entry_is_refused(raw, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRY_BYTES", 5)
    with Archives(raw) as opened, pytest.raises(PairdxError, match="6 bytes; at most 5"):
        opened.read("PMC1.zip", "PMC1/PMC10/a.webp")
