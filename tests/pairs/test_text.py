import pytest
import torch
from safetensors.torch import save_file

from pairdx.core.errors import PairdxError
from pairdx.pairs.text import PADDING, UNKNOWN, Vocabulary, WordVectors, coverage, tokenize


@pytest.mark.parametrize(
    ("caption", "tokens"),
    [
        ("Chest X-ray, PA view.", ["chest", "x-ray", "pa", "view"]),
        (
            "There isn't a fracture; don't treat!",
            ["there", "isn't", "a", "fracture", "don't", "treat"],
        ),
        ("(T2-weighted) MRI [axial]", ["t2-weighted", "mri", "axial"]),
        ("s.p. op., e.g. 2.5 mm", ["s.p", "op", "e.g", "2.5", "mm"]),
        ("“Cobblestone” – mucosa…", ["cobblestone", "mucosa"]),  # noqa: RUF001
        ("ÉCG à 12 dérivations", ["écg", "à", "12", "dérivations"]),
        ("CT\u00a0scan\nof\tthe head", ["ct", "scan", "of", "the", "head"]),
        ("... -- !", []),
        ("", []),
    ],
)
def test_tokens_lose_case_and_edges_only(caption, tokens):
    assert tokenize(caption) == tokens


def test_ids_by_hand():
    ids = Vocabulary(("no", "fracture"), max_tokens=4).encode(
        ["No fracture.", "fracture of no known age", "", "!"]
    )
    assert ids.dtype == torch.int64
    assert ids.tolist() == [
        [2, 3, PADDING, PADDING],
        [3, UNKNOWN, 2, UNKNOWN],  # cut after four
        [UNKNOWN, PADDING, PADDING, PADDING],
        [UNKNOWN, PADDING, PADDING, PADDING],
    ]


def test_no_captions_give_no_rows():
    assert Vocabulary(("no",), 4).encode([]).shape == (0, 4)


def test_table_rows():
    table = WordVectors(Vocabulary(("a", "b"), 3), torch.tensor([[1.0, 2], [3, 6]])).table()
    assert table.tolist() == [[0, 0], [2, 4], [1, 2], [3, 6]]  # padding, unknown, a, b


def test_coverage_by_hand():
    assert coverage(["a b", "A c!"], ["a", "b"]) == 0.75  # a, b and a of four running tokens
    assert coverage(["", "."], ["a"]) == 0


@pytest.fixture
def vectors():
    return WordVectors(Vocabulary(("naïve", "µm"), 5), torch.rand(2, 3))


def test_what_is_saved_comes_back(tmp_path, vectors):
    vectors.save(tmp_path / "a")
    loaded = WordVectors.load(tmp_path / "a")
    assert loaded.vocabulary == vectors.vocabulary
    assert torch.equal(loaded.vectors, vectors.vectors)
    loaded.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("size", [0, 4, 60, -1])
def test_a_damaged_file_is_refused(tmp_path, vectors, size):
    path = tmp_path / "vectors.safetensors"
    vectors.save(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(PairdxError, match=r"not a table of word vectors.*dvc repro word_vectors"):
        WordVectors.load(path)


@pytest.mark.parametrize(
    "metadata", [None, {"words": "[]"}, {"vocabulary": "{"}, {"vocabulary": "{}"}]
)
def test_a_file_of_something_else_is_refused(tmp_path, metadata):
    path = tmp_path / "vectors.safetensors"
    save_file({"vectors": torch.zeros(1, 2)}, path, metadata)
    with pytest.raises(PairdxError, match="not a table of word vectors"):
        WordVectors.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PairdxError, match="nowhere"):
        WordVectors.load(tmp_path / "nowhere")
