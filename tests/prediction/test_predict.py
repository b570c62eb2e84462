import numpy as np
import pytest
from small import drawn, section, tiny_clip, word_vectors

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS, read_table, write_table
from pairdx.models.clip import clip
from pairdx.models.clip.params import ClipZeroShotParams
from pairdx.models.common.card import ModelCard
from pairdx.models.fusion import classifier
from pairdx.models.fusion.params import FusionParams
from pairdx.models.tfidf import tfidf
from pairdx.models.tfidf.tfidf import TfidfParams
from pairdx.prediction.predict import load_model, predict_pairs

PAIRS = drawn(13)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One model folder of each kind."""
    top = tmp_path_factory.mktemp("models")
    folders = {kind: top / kind for kind in ("classifier", "tfidf", "clip")}
    for folder in folders.values():
        folder.mkdir()

    small = {"image_encoder": "resnet10t", "image_weights": None, "image_size": 32, "hidden": 8}
    params = section(FusionParams, **small)
    net = classifier.build(params, word_vectors(), True, 1)
    net.save(folders["classifier"], classifier.card("fusion", "", net, params))

    terms = section(TfidfParams)
    linear = tfidf.train_tfidf(PAIRS.captions, PAIRS.targets.tolist(), terms)
    linear.save(folders["tfidf"], tfidf.card("tfidf", "", linear, terms))

    values = {"model": f"local-dir:{tiny_clip(top / 'start')}", "pretrained": None}
    prompts = section(ClipZeroShotParams, **values, untrained=True)
    model = clip.ClipClassifier.create(prompts, 1)
    model.save(folders["clip"], clip.card("clip_zero_shot", "", model, trained=False))
    return folders


@pytest.mark.parametrize("kind", ["classifier", "tfidf", "clip"])
def test_each_kind_predicts(folders, tmp_path, kind):
    model = load_model(folders[kind])
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
    for name in "ab":
        write_table(predict_pairs(load_model(folders[kind]), PAIRS), tmp_path / name, PREDICTIONS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_table(tmp_path / "a", PREDICTIONS).num_rows == len(PAIRS)


@pytest.mark.parametrize("kind", ["classifier", "tfidf", "clip"])
def test_one_pair_is_predicted_as_it_is_among_others(folders, kind):
    model = load_model(folders[kind])
    every = model.predict(PAIRS.images, PAIRS.captions)
    for row in (0, 7):
        alone = model.predict(PAIRS.images[row : row + 1], PAIRS.captions[row : row + 1])
        np.testing.assert_allclose(alone, every[row : row + 1], atol=1e-6)


def test_an_unknown_kind_is_an_error(tmp_path):
    ModelCard("fusion", "xgboost", "", True, 1).save(tmp_path)
    with pytest.raises(PairdxError, match="kind 'xgboost'; allowed are classifier, tfidf, clip"):
        load_model(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(PairdxError, match=r"nowhere/model\.json: no such file"):
        load_model(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["classifier", "tfidf", "clip"])
def test_a_card_without_settings_is_an_error(tmp_path, folders, kind):
    for path in folders[kind].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ModelCard("fusion", kind, "", True, 1).save(tmp_path)
    with pytest.raises(PairdxError, match=r"(caption|ngrams|prompts)"):
        load_model(tmp_path)


def test_a_broken_image_is_an_error(folders):
    with pytest.raises(PairdxError, match="an image of 3 bytes does not decode"):
        load_model(folders["classifier"]).predict([b"abc"], ["caption"])
