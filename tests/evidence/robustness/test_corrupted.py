"""From models and pairs to the table of answers to corrupted pairs."""

import numpy as np
import pytest
from small import drawn

from pairdx.core.errors import PairdxError
from pairdx.core.schema import CORRUPTED, LABELS, write_table
from pairdx.evidence.robustness.answers import read_corrupted
from pairdx.evidence.robustness.corrupt import open_models, predict_corrupted
from pairdx.evidence.robustness.image_corruptions import CAPTION, CORRUPTIONS, IMAGE, SEVERITIES
from pairdx.pairs.strata import take
from pairdx.prediction.predict import OpenedModel

PAIRS = drawn(12)


class Colours:
    """Answers by the mean brightness of the picture and the length of the caption it is shown."""

    def __init__(self, *reads):
        self.reads, self.asked = frozenset(reads), 0

    def predict(self, images, captions):
        self.asked += len(images)
        rows = np.zeros((len(images), 6))
        for row, (image, caption) in enumerate(zip(images, captions, strict=True)):
            rows[row, (len(image) + sum(image[54:200]) + len(caption)) % 6] = 1
        return rows


@pytest.fixture
def models():
    return [
        OpenedModel("fusion", Colours("image", "caption")),
        OpenedModel("image_only", Colours("image")),
        OpenedModel("caption_only", Colours("caption")),
    ]


def test_every_model_is_asked_about_what_it_reads(models, tmp_path):
    table = predict_corrupted(models, PAIRS, side=32, seed=1)
    found = table.to_pandas().groupby("model")["corruption"].unique()
    assert set(found["fusion"]) == {"none", *CORRUPTIONS}
    assert set(found["image_only"]) == {"none", *IMAGE}
    assert set(found["caption_only"]) == {"none", *CAPTION}
    assert len(table) == 12 * ((1 + 45) + (1 + 35) + (1 + 10))
    path = tmp_path / "corrupted.parquet"
    write_table(table, path, CORRUPTED)
    answers = read_corrupted(path, CORRUPTIONS, SEVERITIES)
    assert answers.models == ["fusion", "image_only", "caption_only"]
    assert answers.wrong.shape == (12, 3, 9, 6)
    assert answers.read.sum(axis=1).tolist() == [9, 7, 2]


def test_neither_order_nor_company_nor_batches_matter(models, monkeypatch):
    def answers(pairs):
        rows = predict_corrupted(models[:1], pairs, side=32, seed=1).to_pylist()
        return {(r["id"], r["corruption"], r["severity"]): r["predicted"] for r in rows}

    whole = answers(PAIRS)
    assert answers(take(PAIRS, range(11, -1, -1))) == whole
    assert answers(take(PAIRS, [4])).items() <= whole.items()
    monkeypatch.setattr("pairdx.evidence.robustness.corrupt.PAIRS_AT_ONCE", 5)
    assert answers(PAIRS) == whole
    seeds = predict_corrupted(models[:1], PAIRS, side=32, seed=2).to_pylist()
    assert {(r["id"], r["corruption"], r["severity"]): r["predicted"] for r in seeds} != whole


@pytest.fixture
def folders(model_folders):
    """A trained model and one that is not."""
    return [model_folders / "tfidf", model_folders / "clip_zero_shot"]


def test_untrained_models_are_asked_by_name_only(folders):
    assert [model.name for model in open_models(folders, None)] == ["tfidf"]
    assert [model.name for model in open_models(folders, ["clip_zero_shot"])] == ["clip_zero_shot"]
    with pytest.raises(PairdxError, match=r"robustness\.models: 'vit'; allowed are tfidf, clip"):
        open_models(folders, ["vit"])


def test_a_reader_of_captions_loses_by_them_alone(folders):
    table = predict_corrupted(open_models(folders, None), PAIRS, side=32, seed=1).to_pandas()
    table["right"] = table["label"] == table["predicted"]
    right = table.groupby(["corruption", "severity"])["right"].mean()
    assert right["none", 0] == 1
    assert right["truncation", 5] == pytest.approx(1 / 6)  # "A" is left of "A chart of patient 3."
    assert set(table["label"]) == set(LABELS)
