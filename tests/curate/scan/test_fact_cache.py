import errno
import multiprocessing
import os
import sqlite3

import pytest

from pairdx.core.errors import PairdxError
from pairdx.curate.scan.fact_cache import FILE, FactCache


def test_what_was_put_is_found_again_by_another_process_s_connection(tmp_path):
    found = [{"text": "zwölf \u05d0", "confidence": 0.123, "left": 3}]
    cache = FactCache(tmp_path / "deep/cache")
    assert cache.get("image", "words", 1) is None
    cache.put(found, "image", "words", 1)
    cache.put([], "other", "words", 1)
    again = FactCache(tmp_path / "deep/cache")
    assert again.get("image", "words", 1) == found
    assert again.get("other", "words", 1) == []
    assert len(again) == 2


def test_every_part_of_the_key_counts(tmp_path):
    cache = FactCache(tmp_path)
    cache.put(["a"], "image", "words", 320, True)
    for key in [("image", "words", 320, False), ("image", "words", 32, True), ("image", "words")]:
        assert cache.get(*key) is None
    cache.put(["b"], "image", "words", 320, True)
    assert cache.get("image", "words", 320, True) == ["b"]


def put_many(folder, first):
    cache = FactCache(folder)
    for number in range(first, first + 50):
        cache.put([number], number)


def test_two_processes_write_at_once(tmp_path):
    FactCache(tmp_path).close()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=put_many, args=(tmp_path, first)) for first in (0, 50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    cache = FactCache(tmp_path)
    assert [cache.get(number) for number in range(100)] == [[number] for number in range(100)]


def test_a_file_that_is_no_cache_is_named(tmp_path):
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(PairdxError, match=r"facts\.sqlite: the scan.* cannot be used.*delete"):
        FactCache(tmp_path)


def test_a_cache_that_breaks_while_it_is_used_is_named(tmp_path):
    cache = FactCache(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("DROP TABLE facts")
    with pytest.raises(PairdxError, match="delete it"):
        cache.get("image")
    with pytest.raises(PairdxError, match="delete it"):
        cache.put([], "image")


@pytest.mark.parametrize(
    ("limit", "number"),
    [("max_page_count = 3", errno.ENOSPC), ("query_only = 1", errno.EROFS)],
)
def test_a_disk_that_refuses_is_told_and_nobody_is_told_to_delete(tmp_path, limit, number):
    cache = FactCache(tmp_path)
    cache.put(["known"], "image")
    cache._database.execute(f"PRAGMA {limit}")
    with pytest.raises(OSError, match=os.strerror(number)) as error:
        cache.put(["x" * 100_000], "another")
    assert (error.value.errno, error.value.filename) == (number, str(tmp_path / FILE))
    cache.close()
    assert FactCache(tmp_path).get("image") == ["known"]
