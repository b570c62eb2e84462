"""From a model folder to an embeddings table and its retrieval scores."""

import dataclasses

import numpy as np
import pytest
import torch
from model_folders import untrained_clip
from small import drawn, section, write_pairs

from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS, write_table
from pairdx.evidence.retrieval.params import RetrieveParams
from pairdx.evidence.retrieval.retrieval import read_searches, summarise
from pairdx.prediction.embed import load_embedder
from pairdx.prediction.spread import SpreadModel

PAIRS = drawn(12)


@pytest.fixture(scope="module")
def clip(architecture):
    return untrained_clip(architecture)


def test_a_folder_is_embedded_and_scored(clip, model_folders, tmp_path):
    pairs = write_pairs(tmp_path / "pairs.parquet", PAIRS)
    table = SpreadModel.at(model_folders / "clip_zero_shot").embed(pairs)
    assert table.schema.equals(EMBEDDINGS)
    images, texts = (np.array(table[name].to_pylist()) for name in ("image", "text"))
    np.testing.assert_allclose(np.linalg.norm(images, axis=1), 1, atol=1e-6)
    with torch.inference_mode():
        decoded = clip.image_input.decode_all(PAIRS.images)
        np.testing.assert_allclose(images, clip.encode_images(decoded), atol=1e-6)
        np.testing.assert_allclose(texts, clip.encode_captions(PAIRS.captions), atol=1e-6)
    write_table(table, tmp_path / "embeddings.parquet", EMBEDDINGS)
    summary = summarise(
        read_searches(tmp_path / "embeddings.parquet"),
        section(RetrieveParams, resamples=100),
        seed=1,
    )
    # Two images a class: the other one is the one hit among the first five of eleven.
    assert 0 <= summary["image_to_image"]["p_at_5"] <= 1


def test_batches_make_no_difference(clip, monkeypatch):
    whole = clip.embed_images(PAIRS.images), clip.embed_captions(PAIRS.captions)
    monkeypatch.setattr("pairdx.models.clip.clip.BATCH", 5)
    np.testing.assert_allclose(clip.embed_images(PAIRS.images), whole[0], atol=1e-6)
    np.testing.assert_allclose(clip.embed_captions(PAIRS.captions), whole[1], atol=1e-6)


def test_equal_captions_are_equal_to_the_bit(model_folders, tmp_path):
    captions = ["a chart", *PAIRS.captions[1:-1], "a chart"]
    changed = dataclasses.replace(PAIRS, captions=captions)
    pairs = write_pairs(tmp_path / "pairs.parquet", changed)
    table = SpreadModel.at(model_folders / "clip_zero_shot").embed(pairs)
    first, *_, last = table["text"].to_pylist()
    assert first == last


@pytest.mark.parametrize("name", ["fusion", "tfidf"])
def test_a_model_without_embeddings_is_refused(model_folders, name):
    with pytest.raises(PairdxError, match="not a CLIP-like model"):
        load_embedder(model_folders / name)
