import hashlib
import logging
import random

import pytest

from pairdx.core.errors import PairdxError
from pairdx.download.transfer import Client, CorruptedError, RemoteFile, fetch

DATA = bytes(range(40))
LARGE = random.Random(1).randbytes(3_000_000)


@pytest.fixture
def serve(zenodo, tmp_path):
    """Serve a file's bytes and say what the record would say of it."""
    zenodo.records[1] = tmp_path / "served"
    zenodo.records[1].mkdir()

    def serve(data=DATA, **changes):
        (zenodo.records[1] / "a.bin").write_bytes(data)
        told = {
            "name": "a.bin",
            "size": len(data),
            "algorithm": "md5",
            "digest": hashlib.md5(data).hexdigest(),
            "url": f"{zenodo.site}/records/1/files/a.bin?download=1",
        }
        return RemoteFile(**told | changes)

    return serve


def get(file, folder, retries=3, timeout=5.0):
    return fetch(Client(retries, timeout), file, folder, lambda _: None).read_bytes()


def test_after_a_cut_at_any_byte_the_rest_is_asked_for(zenodo, serve, tmp_path):
    file = serve()
    for cut in range(len(DATA)):
        zenodo.log.clear()
        zenodo.faults["a.bin"] = [("cut", cut)]
        assert get(file, tmp_path / f"{cut}") == DATA
        assert zenodo.asked("a.bin") == [None, f"bytes={cut}-" if cut else None]


def test_what_a_killed_run_left_is_gone_on_from(zenodo, serve, tmp_path):
    file = serve()
    for have in range(len(DATA) + 1):
        zenodo.log.clear()
        (tmp_path / "a.bin.partial").write_bytes(DATA[:have])
        assert get(file, tmp_path) == DATA
        wanted = {0: [None], len(DATA): []}.get(have, [f"bytes={have}-"])
        assert zenodo.asked("a.bin") == wanted
        (tmp_path / "a.bin").unlink()
    assert list(tmp_path.glob("*.partial")) == []


def test_a_large_file_that_is_cut_again_and_again(zenodo, serve, tmp_path):
    file = serve(LARGE)
    cuts = sorted(random.Random(2).sample(range(1, len(LARGE)), 12))
    zenodo.faults["a.bin"] = [("cut", cut) for cut in cuts]
    assert get(file, tmp_path, retries=1) == LARGE
    assert zenodo.asked("a.bin") == [None, *(f"bytes={cut}-" for cut in cuts)]
    assert zenodo.sent == len(LARGE)


def test_what_is_there_is_not_asked_for_and_what_is_spoilt_is(zenodo, serve, tmp_path):
    file = serve()
    assert get(file, tmp_path) == DATA
    zenodo.log.clear()
    told = []
    fetch(Client(0, 1.0), file, tmp_path, told.append)
    assert (zenodo.log, told) == ([], [len(DATA)])
    (tmp_path / "a.bin").write_bytes(DATA[::-1])
    assert get(file, tmp_path) == DATA
    assert zenodo.asked("a.bin") == [None]


def test_a_partial_file_of_something_else(zenodo, serve, tmp_path):
    for left in (b"x" * 7, b"x" * 40, b"x" * 99):
        (tmp_path / "a.bin.partial").write_bytes(left)
        assert get(serve(), tmp_path) == DATA
        (tmp_path / "a.bin").unlink()


def test_a_server_without_ranges_is_asked_for_the_whole(zenodo, serve, tmp_path):
    zenodo.ranges = False
    zenodo.faults["a.bin"] = [("cut", 13), ("cut", 30)]
    told = []
    fetch(Client(2, 1.0), serve(), tmp_path, told.append)
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert sum(told) == len(DATA)


def test_a_server_that_never_gets_further_is_given_up(zenodo, serve, tmp_path):
    zenodo.ranges = False
    zenodo.faults["a.bin"] = [("cut", 13)] * 9
    with pytest.raises(PairdxError, match=r"a\.bin.*gave up \(cut off at byte 13 of 40, 3 times"):
        get(serve(), tmp_path, retries=2)
    assert len(zenodo.log) == 3
    assert (tmp_path / "a.bin.partial").stat().st_size == 13
    assert not (tmp_path / "a.bin").exists()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_answers_are_waited_for(zenodo, serve, tmp_path, status):
    zenodo.faults["a.bin"] = [("status", status)] * 3
    assert get(serve(), tmp_path) == DATA
    zenodo.faults["a.bin"] = [("status", status)] * 4
    (tmp_path / "a.bin").unlink()
    with pytest.raises(PairdxError, match=rf"gave up \(answer {status} at byte 0 of 40, 4 times"):
        get(serve(), tmp_path)


def test_pauses_are_those_of_retry_after_or_double(zenodo, serve, tmp_path, monkeypatch):
    monkeypatch.setattr("pairdx.download.transfer.FIRST_PAUSE", 1.0)
    date = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    zenodo.faults["a.bin"] = [
        *[("status", 503)] * 3,
        ("status", 429, {"Retry-After": "7"}),
        ("status", 429, {"Retry-After": "99999"}),
        ("status", 429, date),  # over
        ("status", 429, {"Retry-After": "soon"}),
        ("status", 429, {"Retry-After": "9" * 5_000}),
        ("status", 429, {"Retry-After": "Wed, 21 Oct 99999999999999 07:28:00 GMT"}),
    ]
    client = Client(10, 1.0)
    pauses = []
    monkeypatch.setattr(client.stop, "wait", lambda pause: pauses.append(pause))
    fetch(client, serve(), tmp_path, lambda _: None)
    assert pauses == [1.0, 2.0, 4.0, 7, 60, 0, 60.0, 60.0, 60.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_final_answers_are_not_asked_for_again(zenodo, serve, tmp_path, status):
    zenodo.faults["a.bin"] = [("status", status)]
    with pytest.raises(PairdxError, match=rf"a\.bin.*answer {status} "):
        get(serve(), tmp_path)
    assert len(zenodo.log) == 1


def test_slow_bytes_are_no_time_out_and_a_stall_is(zenodo, serve, tmp_path, caplog):
    zenodo.slow = (4, 0.05)  # half a second in all
    assert get(serve(), tmp_path, timeout=0.3) == DATA
    zenodo.slow = None
    (tmp_path / "a.bin").unlink()
    zenodo.faults["a.bin"] = [("stall", 0.6)]
    with caplog.at_level(logging.WARNING):
        assert get(serve(), tmp_path, timeout=0.2) == DATA
    assert any("timed out" in message for message in caplog.messages)


def test_a_name_that_does_not_resolve_is_told_at_once(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    # RFC 6761: no resolver knows .invalid; three retries would take seven seconds
    file = serve(url="http://zenodo.invalid/a.bin")
    client = Client(3, 5.0)
    client.stop.set()  # a pause would end in StoppedError
    with pytest.raises(PairdxError, match=r"is there a network\? .* download\.path names"):
        fetch(client, file, tmp_path, lambda _: None)


def test_no_server(tmp_path):
    file = RemoteFile("a.bin", 1, "md5", "", "http://127.0.0.1:9/a.bin")
    with pytest.raises(PairdxError, match=r"gave up \(Connection refused at byte 0 of 1, 1 times"):
        get(file, tmp_path, retries=0)


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_other_bytes_are_refused_by_name(zenodo, serve, tmp_path, algorithm):
    file = serve(algorithm=algorithm, digest="0" * 32)
    with pytest.raises(CorruptedError, match=rf"^a\.bin: .*does not have the {algorithm} 000"):
        get(file, tmp_path)
    assert list(tmp_path.glob("a.bin*")) == []


def test_more_bytes_than_said_are_refused(zenodo, serve, tmp_path):
    with pytest.raises(CorruptedError, match=r"a\.bin.*more than the 39 bytes"):
        get(serve(size=39), tmp_path)


def test_an_empty_file(zenodo, serve, tmp_path):
    assert get(serve(b""), tmp_path) == b""
