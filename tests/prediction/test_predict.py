import shutil

import numpy as np
import pytest
from model_folders import READS
from small import drawn

from pairdx import models
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS, read_table, write_table
from pairdx.models.common.card import ModelCard
from pairdx.prediction.predict import load_model, predict_pairs

PAIRS = drawn(13)


@pytest.mark.parametrize("name", READS)
def test_each_kind_predicts(model_folders, tmp_path, name):
    model = load_model(model_folders / name)
    table = predict_pairs(model, PAIRS)
    assert table.schema == PREDICTIONS
    assert table["id"].to_pylist() == PAIRS.ids
    assert table["article_id"].to_pylist() == PAIRS.articles
    assert table["label"].to_pylist() == PAIRS.labels
    rows = np.stack([table[f"p_{label}"].to_numpy() for label in LABELS], 1)
    np.testing.assert_allclose(rows.sum(1), 1, atol=1e-9)
    assert (rows >= 0).all()
    assert table["predicted"].to_pylist() == [LABELS[best] for best in rows.argmax(1)]
    np.testing.assert_array_equal(rows, model.predict(PAIRS.images, PAIRS.captions))
    for copy in "ab":
        again = predict_pairs(load_model(model_folders / name), PAIRS)
        write_table(again, tmp_path / copy, PREDICTIONS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_table(tmp_path / "a", PREDICTIONS).num_rows == len(PAIRS)


@pytest.mark.parametrize("name", READS)
def test_one_pair_is_predicted_as_it_is_among_others(model_folders, name):
    model = load_model(model_folders / name)
    every = model.predict(PAIRS.images, PAIRS.captions)
    for row in (0, 7):
        alone = model.predict(PAIRS.images[row : row + 1], PAIRS.captions[row : row + 1])
        np.testing.assert_allclose(alone, every[row : row + 1], atol=1e-6)


def test_an_unknown_kind_is_an_error(tmp_path):
    ModelCard("fusion", "xgboost", "", True, 1).save(tmp_path)
    with pytest.raises(
        PairdxError, match="kind 'xgboost'; allowed are clinvla, clip, exported, fusion, tfidf"
    ):
        load_model(tmp_path)


def test_a_new_kind_needs_its_folder_alone(tmp_path, monkeypatch):
    package = tmp_path / "majority"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "majority.py").write_text("def load(folder, card):\n    return card.settings\n")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path)])
    ModelCard("counts", "majority", "", True, 1, {"label": 4}).save(tmp_path)
    assert load_model(tmp_path) == {"label": 4}


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(PairdxError, match=r"nowhere/model\.json: no such file"):
        load_model(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("fusion", "image_encoder"),
        ("tfidf", "ngrams"),
        ("clip_zero_shot", "prompts"),
        ("clinvla", "bottleneck"),
    ],
)
def test_a_card_without_settings_is_an_error(tmp_path, model_folders, name, told):
    folder = shutil.copytree(model_folders / name, tmp_path / name)
    ModelCard(name, ModelCard.load(folder).kind, "", True, 1).save(folder)
    with pytest.raises(PairdxError, match=told):
        load_model(folder)


def test_a_broken_image_is_an_error(model_folders):
    with pytest.raises(PairdxError, match="an image of 3 bytes does not decode"):
        load_model(model_folders / "fusion").predict([b"abc"], ["caption"])
