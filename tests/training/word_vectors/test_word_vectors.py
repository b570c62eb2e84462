import gzip
import hashlib
import os
import subprocess
import sys
import zipfile

import gensim.downloader
import numpy as np
import pytest
from gensim.models import KeyedVectors
from imports import importing
from small import section

from pairdx.core.errors import PairdxError
from pairdx.pairs.text import WordVectors
from pairdx.training.word_vectors.params import WordVectorsParams
from pairdx.training.word_vectors.word_vectors import build_word_vectors

CAPTIONS = ["Chest x-ray of a chest", "x-ray without fracture", "a chart, without axes"] * 20
GLOVE = "the 0.5 -1 2\nfracture 1 2 3\nisn't 0 0 1\n"
SHORT = "the 1 2\nfracture 3 4\n"


def settings(**changes):
    small = {"dimension": 3, "epochs": 2, "max_tokens": 8, "max_words": 100}
    return section(WordVectorsParams, **small | changes)


def from_file(path, **changes):
    return build_word_vectors([], settings(source="file", path=str(path), **changes), 1)


def trained(folder, seed=1):
    path = folder / "vectors.safetensors"
    build_word_vectors(CAPTIONS, settings(source="train"), seed).save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_training_gives_the_same_bytes_in_every_process(tmp_path):
    first = trained(tmp_path)
    assert trained(tmp_path) == first
    assert trained(tmp_path, seed=2) != first
    code = (
        "import sys, pathlib, test_word_vectors as t; print(t.trained(pathlib.Path(sys.argv[1])))"
    )
    ours = os.environ.get("PYTHONHASHSEED")
    other = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        env=os.environ
        | {
            "PYTHONHASHSEED": "2" if ours == "1" else "1",
            "PYTHONPATH": importing(*sys.path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert other.stdout.strip() == first


def test_training_keeps_what_occurs_often_enough():
    captions = ["Chest X-ray.", "chest film", "chest, x-ray"]
    made = build_word_vectors(captions, settings(source="train", min_count=2), 1)
    assert made.vocabulary.words == ("chest", "x-ray")  # the more frequent first
    assert made.vocabulary.max_tokens == 8
    assert made.vectors.shape == (2, 3)
    everything = build_word_vectors(captions, settings(source="train", min_count=1), 1)
    assert set(everything.vocabulary.words) == {"chest", "x-ray", "film"}


@pytest.mark.parametrize("captions", [[], ["", "..."], ["one two three"]])
def test_too_few_words_are_an_error(captions):
    with pytest.raises(PairdxError, match=r"no word occurs 2 times.*word_vectors\.min_count"):
        build_word_vectors(captions, settings(source="train", min_count=2), 1)


def test_glove_text(tmp_path):
    (tmp_path / "glove.txt").write_text(GLOVE, encoding="utf-8")
    made = from_file(tmp_path / "glove.txt")
    assert made.vocabulary.words == ("the", "fracture", "isn't")
    assert made.vectors.tolist() == [[0.5, -1, 2], [1, 2, 3], [0, 0, 1]]


@pytest.mark.parametrize("header", ["", "5 3\n"])
def test_words_may_hold_spaces_as_in_glove_840b(tmp_path, header):
    text = ". . . 0.5 -1 2\nat name@domain.com 1 2 3\n2 0 0 1\n1/2 0 1 0\nct 1 0 0\n"
    (tmp_path / "glove.840B.3d.txt").write_text(header + text, encoding="utf-8")
    made = from_file(tmp_path / "glove.840B.3d.txt")
    assert made.vocabulary.words == (". . .", "at name@domain.com", "2", "1/2", "ct")
    assert made.vectors[:2].tolist() == [[0.5, -1, 2], [1, 2, 3]]


@pytest.mark.parametrize("packed", [False, True])
def test_word2vec_text_has_a_line_of_counts(tmp_path, packed):
    path = tmp_path / ("vectors.txt.gz" if packed else "vectors.txt")
    text = ("3 3\n" + GLOVE).encode()
    path.write_bytes(gzip.compress(text) if packed else text)
    made = from_file(path)
    assert made.vocabulary.words == ("the", "fracture", "isn't")
    assert made.vectors[1].tolist() == [1, 2, 3]


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", ".") + ".txt", text)
    return path


def test_the_table_of_the_right_width_is_taken_from_a_zip(tmp_path):
    path = zipped(tmp_path / "glove.6B.zip", glove_2d=SHORT, glove_3d=GLOVE, glove_33d="a 1\n")
    assert from_file(path).vectors.shape == (3, 3)
    assert from_file(path, dimension=2).vectors.tolist() == [[1, 2], [3, 4]]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["glove.6B.zip"]


def test_the_only_table_of_a_zip_needs_no_width_in_its_name(tmp_path):
    assert from_file(zipped(tmp_path / "a.zip", vectors=GLOVE)).vectors.shape == (3, 3)


def test_a_zip_without_the_right_table_is_refused(tmp_path):
    path = zipped(tmp_path / "glove.zip", glove_2d=SHORT, glove_4d=SHORT)
    with pytest.raises(PairdxError, match=r"one .txt of 3 numbers is needed"):
        from_file(path)


def test_the_most_frequent_words_are_kept(tmp_path):
    (tmp_path / "glove.txt").write_text(GLOVE, encoding="utf-8")
    assert from_file(tmp_path / "glove.txt", max_words=2).vocabulary.words == ("the", "fracture")


def test_another_width_is_an_error_that_names_both(tmp_path):
    (tmp_path / "glove.txt").write_text(GLOVE, encoding="utf-8")
    with pytest.raises(PairdxError, match=r"word_vectors\.dimension = 5; .* have 3 numbers"):
        from_file(tmp_path / "glove.txt", dimension=5)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PairdxError, match=r"word_vectors\.path = '.*nowhere\.txt': no such file"):
        from_file(tmp_path / "nowhere.txt")


GZIP = gzip.compress(("3 3\n" + GLOVE).encode())
DAMAGED = {
    "empty.txt": b"",
    "words.txt": b"not a table\nof numbers at all\n",
    "binary.txt": bytes(range(256)) * 8,
    "ragged.txt": b"the 1 2 3\nfracture 1 2\n",
    "longer.txt": b"the 1 2 3\nfracture 1 2 3 4\n",
    "truncated.gz": GZIP[: len(GZIP) // 2],
    "header.gz": GZIP[:6],
    "garbage.gz": b"garbage",
    "flipped.gz": GZIP[:20] + bytes(8) + GZIP[28:],
    "garbage.zip": b"garbage",
    "short.txt": ("9 3\n" + GLOVE).encode(),  # promises more than it holds
    "blank.txt": b"\nthe 1 2 3\n",
    "wordless.txt": b"0 3\n",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(DAMAGED[name])
    with pytest.raises(PairdxError) as error:
        from_file(tmp_path / name)
    assert f"{tmp_path / name}: not a table of word vectors" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_damaged_member_is_refused(tmp_path):
    path = zipped(tmp_path / "glove.zip", glove_3d=GLOVE * 50)
    content = bytearray(path.read_bytes())
    content[60:70] = bytes(10)
    path.write_bytes(content)
    with pytest.raises(PairdxError, match="not a table of word vectors"):
        from_file(path)


@pytest.fixture
def gensim_data(monkeypatch):
    """The names that were asked for; no network."""
    asked = []

    def load(name):
        asked.append(name)
        if name != "glove-tiny":
            raise ValueError(f"Incorrect model/corpus name {name}")
        keyed = KeyedVectors(3)
        keyed.add_vectors(["the", "fracture"], np.eye(3, dtype=np.float32)[:2])
        return keyed

    monkeypatch.setattr(gensim.downloader, "load", load)
    return asked


def test_gensim_data(gensim_data):
    made = build_word_vectors([], settings(source="gensim", name="glove-tiny", max_words=1), 1)
    assert gensim_data == ["glove-tiny"]
    assert isinstance(made, WordVectors)
    assert made.vocabulary.words == ("the",)
    assert made.vectors.tolist() == [[1, 0, 0]]


def test_an_unknown_name_of_gensim_data_is_an_error(gensim_data):
    with pytest.raises(PairdxError, match=r"word_vectors\.name = 'glove-x'.*source 'file'"):
        build_word_vectors([], settings(source="gensim", name="glove-x"), 1)


def test_no_network_is_an_error(monkeypatch):
    def fail(name):
        raise OSError("Name or service not known")

    monkeypatch.setattr(gensim.downloader, "load", fail)
    with pytest.raises(PairdxError, match="Name or service not known"):
        build_word_vectors([], settings(source="gensim"), 1)


def test_training_and_files_never_ask_gensim_data(gensim_data, tmp_path):
    (tmp_path / "glove.txt").write_text(GLOVE, encoding="utf-8")
    from_file(tmp_path / "glove.txt")
    build_word_vectors(CAPTIONS, settings(source="train"), 1)
    assert gensim_data == []
