"""A group whose images are made worse in a copy of a finished run's test split (`-m slow`)."""

import io

import pytest
from closure import ROOT
from PIL import Image
from releases import encode
from small import section

from pairdx.core.schema import PREDICTIONS, write_table
from pairdx.evidence.subgroups.attributes import read_attributes
from pairdx.evidence.subgroups.params import SubgroupsParams
from pairdx.evidence.subgroups.subgroups import summarise
from pairdx.pairs.store import Pairs, read_pairs
from pairdx.prediction.predict import load_model, predict_pairs
from pairdx.statistics.predictions.tables import read_together

TEST = ROOT / "data" / "pairdx" / "test.parquet"
MODEL = ROOT / "models" / "image_only"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (TEST.exists() and MODEL.exists()), reason="needs `dvc repro`"),
]


def fade(image):
    """Take the colour and four fifths of the contrast out of a picture."""
    grey = Image.open(io.BytesIO(image)).convert("L")
    return encode(grey.point(lambda value: 128 + (value - 128) // 5))


@pytest.mark.parametrize(
    ("name", "group"), [("sex", "female"), ("age", "40-64"), ("caption_words", "20-39")]
)
def test_it_is_found_as_the_largest_gap(tmp_path, name, group):
    params = section(SubgroupsParams)
    pairs, (ids, attributes) = read_pairs(TEST), read_attributes(TEST, params)
    assert pairs.ids == ids
    attribute = next(one for one in attributes if one.name == name)
    inside = attribute.member == attribute.groups.index(group)
    images = [
        fade(image) if worse else image for image, worse in zip(pairs.images, inside, strict=True)
    ]
    predictions = predict_pairs(load_model(MODEL), Pairs(**vars(pairs) | {"images": images}))
    write_table(predictions, tmp_path / "image_only.parquet", PREDICTIONS)
    (scored,) = read_together([tmp_path / "image_only.parquet"], ids).values()
    gap = summarise(scored, attributes, params, 17)["largest_gap"]["accuracy"]
    assert (gap["attribute"], gap["worst"]) == (name, group)
    assert gap["low"] > 0
    assert gap["adjusted_low"] > 0
