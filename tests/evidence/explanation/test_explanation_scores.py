"""Summaries of curves and contributions, against numbers worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from small import drawn, section

from pairdx.core.schema import LABELS
from pairdx.evidence.explanation.cases import ExplainParams
from pairdx.evidence.explanation.deletion import Curves
from pairdx.evidence.explanation.scores import (
    Scored,
    mean_curves,
    score_captions,
    summarise_curves,
    summarise_modalities,
)
from pairdx.evidence.explanation.shapley import Contributions
from pairdx.models.tfidf.tfidf import TfidfParams, train_tfidf

PARAMS = section(ExplainParams, steps=2, resamples=200)
CURVES = [
    Curves(np.array([1, 0.0, 0]), np.array([0, 1.0, 1]), np.array([1, 0.5, 0])),
    Curves(np.array([1, 0.4, 0]), np.array([0, 0.4, 1]), np.array([1, 0.8, 0])),
]
SCORED = [Scored("image", "fusion", "grad_cam", [0, 2], CURVES)]


def test_areas_and_gains_by_hand():
    summary = summarise_curves(SCORED, ["a", "b", "c"], PARAMS, 1)
    numbers = summary["image"]["fusion"]["grad_cam"]
    assert numbers["n"] == 2
    # Areas: deletion 0.25 and 0.45, insertion 0.75 and 0.45, random 0.5 and 0.65.
    assert numbers["deletion"] == pytest.approx(0.35)
    assert numbers["insertion"] == pytest.approx(0.6)
    assert numbers["random"] == pytest.approx(0.575)
    assert numbers["deletion_gain"] == pytest.approx(0.225)
    assert numbers["insertion_gain"] == pytest.approx(0.025)
    # Of two articles Student's t has one degree of freedom: 12.7 standard errors of 0.025 or so.
    assert -0.15 < numbers["deletion_gain_low"] < -0.05
    assert -1 < numbers["insertion_gain_low"] < -0.99


def test_mean_curves_by_hand():
    table = mean_curves(SCORED, steps=2)
    assert len(table) == 4 * 3
    lines = {key: part["probability"].tolist() for key, part in table.groupby(["change", "order"])}
    assert lines == {
        ("deletion", "by weight"): [1, 0.2, 0],
        ("deletion", "random"): [1, 0.65, 0],
        ("insertion", "by weight"): [0, 0.7, 1],
        ("insertion", "random"): [0, 0.65, 1],
    }
    assert table["share"].tolist() == [0, 0.5, 1] * 4


def test_contributions_are_averaged_by_class():
    pairs = drawn(12)  # two of each class
    image = np.arange(12) / 10
    shares = Contributions(np.zeros(12, int), np.full(12, 0.2), image, 0.8 - image)
    summary = summarise_modalities(shares, pairs, PARAMS, 1)
    assert summary["n"] == 12
    assert summary["image"] == pytest.approx(0.55)
    assert summary["caption"] == pytest.approx(0.25)
    assert summary["neither"] == pytest.approx(0.2)
    first = summary["per_class"][LABELS[0]]  # rows 0 and 6
    assert (first["n"], first["image"], first["caption"]) == (2, 0.3, 0.5)
    assert -1 < first["image_low"] < 0 < 0.6 < first["image_high"] < 1  # of two articles


def test_pairs_without_a_share_are_left_out():
    pairs = drawn(12)
    share = np.where(np.arange(12) < 6, 0.3, np.nan)
    shares = Contributions(np.zeros(12, int), np.zeros(12), np.ones(12), np.ones(12))
    summary = summarise_modalities(replace(shares, image=share), pairs, PARAMS, 1)
    assert (summary["n"], summary["image"], summary["image_low"]) == (12, 0.3, None)
    one = summary["per_class"][LABELS[0]]  # rows 0 and 6, of which one is left
    assert (one["n"], one["image"], one["image_low"]) == (2, 0.3, None)


def test_a_class_that_is_not_there_has_no_mean():
    pairs = drawn(3)
    shares = Contributions(np.zeros(3, int), np.zeros(3), np.ones(3), np.zeros(3))
    summary = summarise_modalities(shares, pairs, PARAMS, 1)
    assert summary["per_class"][LABELS[5]]["n"] == 0
    assert summary["per_class"][LABELS[5]]["image"] is None


def test_captions_without_words_are_not_scored():
    pairs = drawn(12)
    model = train_tfidf(pairs.captions, pairs.targets.tolist(), section(TfidfParams, min_count=1))
    pairs.captions[3] = "..."
    occlusion, linear = score_captions({"tfidf": model}, pairs, [1, 3, 4], PARAMS, 1)
    assert (occlusion.explanation, linear.explanation) == ("occlusion", "linear")
    assert occlusion.rows == linear.rows == [1, 4]
    for curve in occlusion.curves:
        assert curve.deletion[0] == curve.insertion[-1] == curve.random[0]
        assert curve.deletion[-1] == curve.insertion[0] == curve.random[-1]
    empty = model.predict([], [""])[0]
    assert any(occlusion.curves[0].deletion[-1] == probability for probability in empty)


def test_no_caption_with_words_gives_no_scores():
    pairs = drawn(12)
    model = train_tfidf(pairs.captions, pairs.targets.tolist(), section(TfidfParams, min_count=1))
    pairs.captions[3] = ""
    assert score_captions({"tfidf": model}, pairs, [3], PARAMS, 1) == []
