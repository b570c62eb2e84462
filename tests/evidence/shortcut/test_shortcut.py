"""The shortcut test finds the shortcut that was planted, and only in the model that takes it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from model_folders import save_network, save_tfidf
from small import drawn, section

from pairdx.core.schema import LABELS, PREDICTIONS, write_table
from pairdx.evidence.shortcut.changes import (
    changed_shares,
    changes,
    predict_changed,
    shuffle_across,
    shuffle_within,
)
from pairdx.evidence.shortcut.drops import Labelled
from pairdx.evidence.shortcut.modality_words import modality_words
from pairdx.evidence.shortcut.shortcut import chart, summarise
from pairdx.prediction.predict import load_model, predict_pairs
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.predictions.tables import read_together

WORDS = dict(zip(LABELS, ("graph", "ECG", "endoscopy", "photograph", "fundus", "CT"), strict=True))
PARAMS = section(IntervalParams, resamples=100)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Pairs whose captions differ in one planted word only, and a model that has learnt it."""
    pairs = drawn(60)
    captions = [f"A {WORDS[label]} of a patient." for label in pairs.labels]
    pairs = replace(pairs, captions=captions)
    return pairs, save_tfidf(tmp_path_factory.mktemp("models") / "reader", pairs)


def scores(pairs, folder, tmp_path):
    table = tmp_path / "reader.parquet"
    write_table(predict_pairs(load_model(folder), pairs), table, PREDICTIONS)
    changed = changes(pairs, modality_words(), seed=1)
    return summarise(
        Labelled(np.arange(len(pairs)), pairs.targets.numpy()),
        {"reader": read_together([table], pairs.ids)["reader"].predicted},
        predict_changed([folder], changed),
        PARAMS,
        seed=1,
    )


def test_a_reader_of_one_word_loses_everything_without_it(planted, tmp_path):
    found = scores(*planted, tmp_path)
    model = found["reader"]
    assert model["accuracy"] == 1
    for change in ("words_masked", "empty_caption"):
        lost = model["changes"][change]
        assert lost["read"]
        assert lost["accuracy"] == pytest.approx(1 / 6, abs=1e-6)  # one class for all
        assert lost["accuracy_drop_low"] > 0.7
    assert model["changes"]["shuffled_across"]["accuracy"] == 0  # misled, not guessing
    assert model["changes"]["shuffled_within"]["accuracy_drop"] == 0
    for change in ("grey_image", "white_image"):
        untouched = model["changes"][change]
        assert not untouched["read"]
        assert untouched["accuracy"] == 1
        assert untouched["accuracy_drop_low"] is untouched["accuracy_drop_high"] is None
    json.dumps(found, allow_nan=False)
    lines = chart(found).splitlines()
    assert lines[0] == "model,change,drop,low,high,accuracy,read"
    assert len(lines) == 1 + 6
    assert lines[-1] == "reader,white image,0.0,,,1.0,no"


def test_a_model_of_images_loses_nothing_by_it(planted, tmp_path):
    """Whatever it has learnt: here nothing, its weights are random."""
    pairs, _ = planted
    folder = save_network(tmp_path / "reader", words=False)
    changes_found = scores(pairs, folder, tmp_path)["reader"]["changes"]
    for change in ("words_masked", "shuffled_within", "shuffled_across", "empty_caption"):
        assert not changes_found[change]["read"]
        assert changes_found[change]["accuracy_drop"] == 0
    assert changes_found["grey_image"]["read"]
    assert changes_found["grey_image"]["accuracy"] == pytest.approx(1 / 6, abs=1e-6)


def test_shuffles_keep_captions_and_move_them_as_said():
    pairs = drawn(36)
    within, across = shuffle_within(pairs, 3), shuffle_across(pairs, 3)
    assert sorted(within) == sorted(across) == sorted(pairs.captions)
    owner = dict(zip(pairs.captions, pairs.labels, strict=True))
    assert [owner[caption] for caption in within] == pairs.labels
    assert all(new != old for new, old in zip(within, pairs.captions, strict=True))
    assert all(owner[new] != label for new, label in zip(across, pairs.labels, strict=True))
    assert (within, across) == (shuffle_within(pairs, 3), shuffle_across(pairs, 3))
    assert within != shuffle_within(pairs, 4)


def test_a_class_of_one_keeps_its_caption_and_shares_say_so():
    pairs = drawn(8)  # two classes of two, four of one
    change = changes(pairs, ["patient"], seed=1)[1]
    assert change.name == "shuffled_within"
    kept = [new == old for new, old in zip(change.captions, pairs.captions, strict=True)]
    assert kept == [False, False, True, True, True, True, False, False]
    shares = changed_shares(change, pairs)
    assert shares["all"] == 0.5
    assert [shares[label] for label in LABELS] == [1, 1, 0, 0, 0, 0]


def test_a_caption_shared_by_a_figure_is_not_taken_for_another():
    pairs = replace(drawn(12), labels=["chart"] * 12, captions=["a"] * 6 + ["b"] * 6)
    shuffled = shuffle_within(pairs, 1)
    assert shuffled == ["b"] * 6 + ["a"] * 6
