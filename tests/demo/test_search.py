"""The demo's search of the training pairs."""

import shutil

import numpy as np
import pytest
from demo_folder import EMBEDS, write_split
from small import drawn

from pairdx.demo.search import CACHE, Split, embed_split, embedder, nearest
from pairdx.prediction.embed import load_embedder
from pairdx.prediction.predict import load_model


def test_the_nearest_come_first_with_their_cosines():
    gallery = np.array([[0.0, 1.0], [1.0, 0.0], [0.6, 0.8]], np.float32)
    rows, cosines = nearest(np.array([1.0, 0.0], np.float32), gallery, 2)
    assert rows == [1, 2]
    assert cosines == pytest.approx([1.0, 0.6])


def test_an_image_of_the_split_finds_itself(model_folders, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    split = Split(write_split(tmp_path / "train.parquet", 20))
    model = load_embedder(model_folders / EMBEDS)
    gallery = embed_split(model, model_folders / EMBEDS, split, lambda *_: None)
    query = model.embed_images([split.pairs.images[7]])[0]
    rows, cosines = nearest(query, gallery)
    assert cosines[0] == pytest.approx(1, abs=1e-5)
    found = split.row(rows[0], cosines[0])
    assert (found.id, found.license) == ("pair_007", "CC 7")
    assert split.drawn


def test_vectors_are_kept_until_the_model_or_the_pairs_change(model_folders, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "models" / EMBEDS
    shutil.copytree(model_folders / EMBEDS, folder)
    split = Split(write_split(tmp_path / "train.parquet", 13))
    noted = []

    def embed():
        noted.clear()
        rows = embed_split(load_embedder(folder), folder, split, lambda *said: noted.append(said))
        return rows, bool(noted), len(list((tmp_path / CACHE).rglob("*.npy")))

    first, computed, files = embed()
    assert (first.shape[0], computed, files) == (13, True, 1)
    again, computed, files = embed()
    assert (computed, files) == (False, 1)
    np.testing.assert_array_equal(first, again)
    write_split(tmp_path / "train.parquet", 14)
    assert [embed()[1], embed()[1]] == [True, False]
    card = folder / "model.json"
    card.write_text(card.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert embed()[1:] == (True, 1)


def test_a_model_that_does_not_embed_is_named(model_folders):
    with pytest.raises(Exception, match="tfidf: not a CLIP-like model"):
        embedder(load_model(model_folders / "tfidf"), "tfidf")


def test_pairs_of_another_source_are_not_called_drawn(tmp_path):
    assert not Split(write_split(tmp_path / "a.parquet", 3, source="MultiCaRe")).drawn
    assert len(drawn(3)) == 3
