import hashlib
import json
import logging
import re
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small import section

from pairdx.core.errors import PairdxError
from pairdx.download import import_multicare as module
from pairdx.download.import_multicare import import_multicare
from pairdx.download.params import DownloadParams
from pairdx.sources.multicare import FILES, read_rows
from pairdx.sources.provenance import summary


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def take(zenodo, tmp_path, out):
    """Import with `path` empty unless it is said, from the local Zenodo."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README.md").write_text("Put the files here.")
    (tmp_path / "empty" / ".gitkeep").touch()

    def take(**changes):
        settings = {
            "source": "multicare",
            "path": str(tmp_path / "empty"),
            "api": zenodo.api,
            "cache": str(tmp_path / "cache"),
            "retries": 1,
        }
        import_multicare(section(DownloadParams, **settings | changes), out)

    return take


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_release_comes_whole_from_zenodo(zenodo, release, take, out):
    zenodo.records[14994046] = release
    take()
    laid = contents(out)
    told = json.loads(laid.pop("source.json"))
    assert laid == contents(release)
    assert sorted(laid) == sorted(FILES)
    assert {key: told[key] for key in ("name", "record", "version")} == {
        "name": "MultiCaRe",
        "record": 14994046,
        "version": "2.0",
    }
    assert told["md5"] == {name: hashlib.md5(data).hexdigest() for name, data in laid.items()}
    assert len(read_rows(out)) == 21


@pytest.mark.parametrize("record", [13936721, 20416562])
def test_other_versions_are_named(zenodo, release, take, out, record):
    zenodo.records[record] = release
    take(record=record)
    assert summary(out) == {
        "name": "MultiCaRe",
        "record": record,
        "version": "2.0",
        "checked": "md5 of the record",
    }


def test_a_record_of_something_else(zenodo, release, take):
    zenodo.records[14994046] = release
    (release / "PMC4.zip").unlink()
    with pytest.raises(PairdxError, match=r"there is no PMC4\.zip among its files"):
        take()


def test_a_corrupted_file_is_refused_by_name_and_not_laid_down(zenodo, release, take, out):
    zenodo.records[14994046] = release
    zenodo.checksums[14994046, "cases.parquet"] = "md5:" + "f" * 32
    with pytest.raises(PairdxError, match=r"^cases\.parquet: .*md5 ffff"):
        take()
    assert list(out.iterdir()) == []


def test_known_checksums_raise_a_voice_and_the_records_own_decide(
    zenodo, release, take, out, caplog, monkeypatch
):
    data = (release / "cases.parquet").read_bytes()
    known = {
        "cases.parquet": (len(data), hashlib.sha256(data).hexdigest()),
        "metadata.parquet": (1, "0" * 64),
    }
    monkeypatch.setattr(module, "KNOWN", {14994046: known})
    zenodo.records[14994046] = release
    with caplog.at_level(logging.WARNING):
        take()
    warned = [message for message in caplog.messages if "SHA-256" in message]
    assert len(warned) == 1
    assert "metadata.parquet" in warned[0]
    assert summary(out)["checked"] == "md5 of the record, 1 of 2 known sha256"


def test_a_folder_that_holds_the_release_is_read_and_left_alone(zenodo, release, take, out):
    before = {path: path.stat() for path in release.iterdir()}
    take(path=str(release), record=20416562)
    assert zenodo.log == []
    laid = contents(out)
    assert summary(out) == {
        "name": "MultiCaRe",
        "record": 20416562,
        "version": "",
        "checked": "form of the files",
    }
    laid.pop("source.json")
    assert laid == contents(release)
    for path, stat in before.items():
        after = path.stat()
        assert (after.st_mode, after.st_mtime_ns, after.st_nlink, after.st_ino) == (
            stat.st_mode,
            stat.st_mtime_ns,
            1,
            stat.st_ino,
        )


def test_a_drawn_release_is_of_no_record(release, take, out):
    pq.write_table(pa.table({"x": [1]}), release / "synthetic_truth.parquet")
    take(path=str(release))
    assert summary(out) is None
    assert set(read_rows(out)["source"].to_pylist()) == {"synthetic sample"}


def test_no_such_folder(take):
    with pytest.raises(PairdxError, match=r"download\.path = 'nowhere'; no such folder"):
        take(path="nowhere")


def test_a_disk_that_fills_up_meanwhile(release, take, monkeypatch):
    def fail(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", fail)
    with pytest.raises(PairdxError, match=r"PMC1\.zip: cannot be copied \(No space left"):
        take(path=str(release))


def test_nothing_is_kept_twice(zenodo, release, take, out, tmp_path):
    zenodo.records[14994046] = release
    take()
    for path in (tmp_path / "cache" / "zenodo-14994046").glob("[!.]*"):
        assert path.samefile(out / path.name)


def spoil_missing(release):
    (release / "PMC3.zip").unlink()


def spoil_empty(release):
    (release / "PMC3.zip").write_bytes(b"")


def spoil_truncated(release):
    path = release / "PMC3.zip"
    path.write_bytes(path.read_bytes()[:-10])


def spoil_outside(release):
    with zipfile.ZipFile(release / "PMC3.zip", "a") as archive:
        archive.writestr("PMC3/../../../.bashrc", b"echo")


def spoil_bomb(release):
    with zipfile.ZipFile(release / "PMC3.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PMC3/PMC30/bomb.webp", bytes(200_000))


def spoil_table(release):
    path = release / "abstracts.parquet"
    path.write_bytes(path.read_bytes()[:-5])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (spoil_missing, r"PMC3\.zip: missing or empty; .*15 files"),
        (spoil_empty, r"PMC3\.zip: missing or empty"),
        (spoil_truncated, r"PMC3\.zip: not a whole zip archive"),
        (spoil_table, r"abstracts\.parquet: not a whole Parquet table"),
        (spoil_outside, r"PMC3\.zip: entry 'PMC3/\.\./\.\./\.\./\.bashrc' points out"),
        (spoil_bomb, r"PMC3\.zip: entry 'PMC3/PMC30/bomb\.webp' has 200000 bytes; at most 100000"),
    ],
)
def test_a_broken_release_is_one_line(release, take, out, spoil, told, monkeypatch):
    monkeypatch.setattr("pairdx.sources.archives.MAX_ENTRY_BYTES", 100_000)
    spoil(release)
    with pytest.raises(PairdxError) as error:
        take(path=str(release))
    assert re.search(told, str(error.value))
    assert len(str(error.value).splitlines()) == 1
    assert list(out.iterdir()) == []
