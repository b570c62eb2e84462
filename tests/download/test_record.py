import logging
import re

import pytest
from small import section

from pairdx.core.errors import PairdxError
from pairdx.download.params import DownloadParams
from pairdx.download.record import download, download_record, place
from pairdx.download.transfer import Client
from pairdx.download.zenodo import read_record

FILES = {
    f"{name}.bin": name.encode() * size for name, size in zip("abcde", range(5, 10), strict=True)
}


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache" / "zenodo-7"


def held(cache):
    """The names of what was downloaded, without the lock that keeps two runs apart."""
    return sorted(path.name for path in cache.glob("[!.]*"))


@pytest.fixture
def record(zenodo, tmp_path):
    """A record of five files."""
    folder = zenodo.records[7] = tmp_path / "served"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def run(zenodo, record, tmp_path):
    def run(number=7, names=(), **changes):
        settings = {"api": zenodo.api, "cache": str(tmp_path / "cache"), "workers": 2} | changes
        return download_record(section(DownloadParams, **settings), number, names)

    return run


def test_a_record_comes_whole_and_a_second_run_downloads_nothing(zenodo, run, cache):
    files, version = run()
    assert version == "2.0"
    assert {name: path.read_bytes() for name, path in files.items()} == FILES
    assert held(cache) == sorted(FILES)
    zenodo.log.clear()
    assert run() == (files, version)
    assert zenodo.log == [("record", None)]


def test_only_what_is_named_is_taken(run, cache):
    run(names=["b.bin", "d.bin"])
    assert held(cache) == ["b.bin", "d.bin"]
    with pytest.raises(PairdxError, match=r"records/7: there is no z\.bin among .*a\.bin, b\.bin"):
        run(names=["a.bin", "z.bin"])


def test_all_corrupted_files_are_named_and_the_others_kept(zenodo, run, cache):
    zenodo.checksums = {(7, name): f"md5:{'0' * 32}" for name in ("b.bin", "d.bin")}
    with pytest.raises(PairdxError) as error:
        run()
    assert re.findall(r"(\w\.bin): http", str(error.value)) == ["b.bin", "d.bin"]
    assert len(str(error.value).splitlines()) == 1
    assert held(cache) == ["a.bin", "c.bin", "e.bin"]
    zenodo.checksums.clear()
    zenodo.log.clear()
    run()
    assert sorted(name for name, _ in zenodo.log) == ["b.bin", "d.bin", "record"]


def test_a_failure_leaves_what_has_arrived_for_the_next_run(zenodo, run, cache):
    zenodo.faults["a.bin"] = [("cut", 3)] * 2
    with pytest.raises(PairdxError, match=r"a\.bin.*gave up"):
        run(retries=1, workers=1)
    assert (cache / "a.bin.partial").read_bytes() == b"aaa"
    assert not (cache / "a.bin").exists()
    zenodo.log.clear()
    run()
    assert zenodo.asked("a.bin") == ["bytes=3-"]


def test_several_at_once_and_no_more_than_asked(zenodo, run):
    zenodo.delay = 0.5
    run(workers=3)
    assert zenodo.most_at_once == 3


@pytest.mark.parametrize(("free", "fits"), [(34, False), (35, True)])
def test_free_disk_is_checked_before_the_first_byte(zenodo, run, cache, monkeypatch, free, fits):
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Free(free))
    if fits:
        run()
    else:
        with pytest.raises(PairdxError, match=r"still to be downloaded.*free.*download\.cache"):
            run()
        assert zenodo.log == [("record", None)]
        assert held(cache) == []


class _Free:
    def __init__(self, free):
        self.free = free


def test_what_is_there_needs_no_room(zenodo, run, monkeypatch, caplog):
    run()
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Free(0))
    with caplog.at_level(logging.WARNING):
        run()
    assert "cache.type" in caplog.text


def test_a_cache_that_cannot_be_written(run, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(PairdxError, match=r"cache.*see download\.cache"):
        run()


def test_the_number_of_all_versions_is_refused(zenodo, run):
    zenodo.newest = 7
    with pytest.raises(PairdxError, match=r"10079369 is no version but leads to one, today to 7;"):
        run(10079369)


def test_a_record_that_is_not_there(run):
    with pytest.raises(PairdxError, match=r"records/8: answer 404 .*record's number"):
        run(8)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("[]", r"not the answer .*an object"),
        ("<html>", r"not the answer .*Invalid JSON"),
        ("{}", "not the answer of Zenodo's API"),
        ('{"id": 7}', "files is missing"),
        ('{"id": 7, "files": []}', "lists no files"),
        (
            '{"id": 7, "files": [{"key": "../a", "checksum": "md5:0", "size": 1}]}',
            r"files\.0\.key = '\.\./a'; a name that stays",
        ),
        (
            '{"id": 7, "files": [{"key": "a", "checksum": "crc:0", "size": 1}]}',
            r"files\.0\.checksum = 'crc:0'; .*md5\|sha1\|sha256",
        ),
        (f'{{"id": 7, "files": [], "x": {"[" * 100_000}{"]" * 100_000}}}', "recursion limit"),
        ('{"id": 1e400, "files": []}', "id = inf"),
        ('{"id": 7, "files": [{"key": "a", "checksum": "0", "size": 1e999}]}', r"size = inf"),
        (f'{{"id": 7, "files": [{{"key": "a", "checksum": "0", "size": {"9" * 400}}}]}}', "size ="),
        (f'{{"id": {"9" * 5000}, "files": []}}', "number out of range"),
        (
            '{"id": 7, "files": [{"key": "a", "checksum": "shake_128:00", "size": 1}]}',
            r"files\.0\.checksum = 'shake_128:00'",
        ),
        ('{"id": 7, "files": [null]}', r"files\.0 = None"),
        ('{"id": 7, "files": {}, "metadata": null}', r"files = {}"),
    ],
)
def test_an_answer_of_another_form(zenodo, record, monkeypatch, answer, told):
    monkeypatch.setattr("zenodo_server.json.dumps", lambda _: answer)
    with pytest.raises(PairdxError, match=f"records/7: .*{told}") as error:
        read_record(Client(0, 5.0), zenodo.api, 7)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("status", "told"), [(200, "more than 16777216 bytes"), (404, "404"), (500, "answer 500")]
)
def test_an_endless_answer_is_left(zenodo, record, status, told):
    zenodo.faults["record"] = [("endless", status)]
    with pytest.raises(PairdxError, match=f"records/7: .*{told}"):
        read_record(Client(0, 5.0), zenodo.api, 7)
    assert zenodo.sent < 40 * 2**20


def test_an_endless_redirect_is_followed_without_its_body(zenodo, record):
    zenodo.faults["record"] = [("endless", 302)]
    assert len(read_record(Client(0, 5.0), zenodo.api, 7).files) == len(FILES)
    assert zenodo.sent < 40 * 2**20


def test_the_record_is_asked_for_again_after_429(zenodo, record):
    zenodo.faults["record"] = [("status", 429, {"Retry-After": "0"}), ("status", 503)]
    names = [file.name for file in read_record(Client(2, 5.0), zenodo.api, 7).files]
    assert names == sorted(FILES)


def test_ctrl_c_ends_all_threads(zenodo, record, cache, monkeypatch):
    zenodo.slow = (1, 0.05)
    client = Client(0, 5.0)
    files = read_record(client, zenodo.api, 7).files

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pairdx.download.record.as_completed", interrupt)
    with pytest.raises(KeyboardInterrupt):
        download(client, files, cache, 2)
    assert client.stop.is_set()
    assert not set(FILES) & set(held(cache))


def test_a_placed_file_takes_no_room_where_links_can_be_made(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.write_bytes(b"data")
    place(source, tmp_path / "out" / "linked")
    assert source.stat().st_nlink == 2
    monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError("no links")))
    place(source, tmp_path / "copied")
    assert (tmp_path / "copied").read_bytes() == b"data"
    assert source.stat().st_nlink == 2
