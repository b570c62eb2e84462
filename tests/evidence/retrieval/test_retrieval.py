"""The three searches: who searches what, what counts as a hit, and the intervals."""

import json

import numpy as np
import pyarrow as pa
import pytest
from scripts import run
from small import section, write_params

from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS, LABELS, write_table
from pairdx.evidence.retrieval.params import RetrieveParams
from pairdx.evidence.retrieval.retrieval import read_searches, score, summarise

PARAMS = section(RetrieveParams, resamples=200)
CHART, RADIOLOGY = LABELS[0], LABELS[-1]


def angle(degrees):
    return [float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))]


def table(path, **columns):
    """Pairs a, b, ...: each its own article, figure and caption unless told otherwise."""
    count = len(columns["image"])
    names = [chr(ord("a") + row) for row in range(count)]
    values = {
        "id": names,
        "article_id": names,
        "figure_id": names,
        "label": [CHART] * count,
        "caption": names,
        "text": columns["image"],
    } | columns
    write_table(pa.table(values, EMBEDDINGS), path, EMBEDDINGS)
    return path


@pytest.fixture
def four(tmp_path):
    """Images at 0, 10, 50 and 90 degrees; a and b are parts of one figure, with one caption."""
    return table(
        tmp_path / "four.parquet",
        image=[angle(0), angle(10), angle(50), angle(90)],
        text=[angle(5), angle(5), angle(80), angle(60)],
        label=[CHART, CHART, CHART, RADIOLOGY],
        figure_id=["f", "f", "g", "h"],
        article_id=["x", "x", "y", "z"],
        caption=["A chart", "a chart ", "B", "C"],
    )


def test_images_by_images_by_hand(four):
    scores = score(read_searches(four)["image_to_image"])
    # a and b are no candidates of each other by class: c is the one hit of two candidates.
    np.testing.assert_allclose(scores["p_at_5"], [1, 1, 1, np.nan])  # nothing is like d
    # Of the same figure: b for a, a for b; c and d are their figures' only parts.
    np.testing.assert_allclose(scores["r_at_1"], [1, 1, np.nan, np.nan])
    np.testing.assert_allclose(scores["mrr"], [1, 1, np.nan, np.nan])


def test_images_by_captions_by_hand(four):
    search = read_searches(four)["text_to_image"]
    assert len(search.queries) == 3  # the shared caption asks once
    scores = score(search)
    order = np.argsort(search.articles)  # x: the shared one, y: at 80 degrees, z: at 60
    # At 80: d, c, b, a; its own image is c. At 60: c, d, b, a; its own is d.
    np.testing.assert_allclose(scores["mrr"][order], [1, 1 / 2, 1 / 2])
    np.testing.assert_allclose(scores["r_at_1"][order], [1, 0, 0])
    np.testing.assert_allclose(scores["r_at_5"][order], [1, 1, 1])


def test_captions_by_images_by_hand(four):
    search = read_searches(four)["image_to_text"]
    assert len(search.gallery) == 3  # and is found once
    scores = score(search)
    # 50 degrees: 60 (d's), 80 (its own), 5. 90 degrees: 80 (c's), 60 (its own).
    np.testing.assert_allclose(scores["mrr"], [1, 1, 1 / 2, 1 / 2])
    # Two captions of charts; d finds the one of radiology among the first five.
    np.testing.assert_allclose(scores["p_at_5"], [1, 1, 1, 1])


def test_a_caption_of_two_classes_is_a_hit_for_both(tmp_path):
    path = table(
        tmp_path / "two.parquet",
        image=[angle(0), angle(80), angle(90)],
        label=[CHART, RADIOLOGY, CHART],
        caption=["same", "same", "other"],
    )
    search = read_searches(path)["image_to_text"]
    assert search.gallery_classes[:, [0, -1]].tolist() == [[True, False], [True, True]]


def test_pairs_without_a_caption_are_images_only(tmp_path):
    path = table(
        tmp_path / "silent.parquet",
        image=[angle(0), angle(40), angle(90)],
        caption=["", "word", " "],
    )
    searches = read_searches(path)
    assert len(searches["text_to_image"].queries) == 1
    summary = summarise(searches, PARAMS, 1)["image_to_text"]
    assert (summary["queries_by_class"], summary["queries_by_pair"]) == (3, 1)


def random_table(path, count=60, **columns):
    points = np.random.default_rng(5).normal(size=(2, count, 8))
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    values = {
        "id": [f"{row:03}" for row in range(count)],
        "article_id": [str(row // 2) for row in range(count)],
        "figure_id": [str(row) for row in range(count)],
        "label": [LABELS[row % 6] for row in range(count)],
        "caption": [str(row) for row in range(count)],
        "image": points[0].tolist(),
        "text": points[1].tolist(),
    } | columns
    write_table(pa.table(values, EMBEDDINGS), path, EMBEDDINGS)
    return path


def slow(similarity, classes):
    """Mean precision at 5 and reciprocal rank of the diagonal, one row after another."""
    shares, ranks = [], []
    for row, values in enumerate(similarity):
        order = sorted(range(len(values)), key=lambda column: -values[column])
        shares.append(sum(classes[column] == classes[row] for column in order[:5]) / 5)
        ranks.append(1 / (order.index(row) + 1))
    return np.mean(shares), np.mean(ranks)


def test_a_slow_reference(tmp_path):
    path = random_table(tmp_path / "random.parquet")
    search = read_searches(path)["image_to_text"]
    # Captions are in the order of their text: the diagonal needs that of the images.
    order = np.argsort(search.gallery_groups)
    by_row = np.array([order[group] for group in search.query_groups])
    expected = slow(search.queries @ search.gallery[by_row].T, [row % 6 for row in range(60)])
    scores = score(search)
    assert (scores["p_at_5"].mean(), scores["mrr"].mean()) == pytest.approx(expected)


def test_one_point_for_everything_scores_chance(tmp_path):
    ones = [[1.0, 0.0]] * 60
    summary = summarise(
        read_searches(random_table(tmp_path / "same.parquet", image=ones, text=ones)), PARAMS, 1
    )
    for name in ("text_to_image", "image_to_text"):
        assert summary[name]["p_at_5"] == pytest.approx(10 / 60, abs=1e-6)
        assert summary[name]["p_at_50"] == pytest.approx(50 * 10 / 60 / 10, abs=1e-6)
        assert summary[name]["r_at_10"] == pytest.approx(10 / 60, abs=1e-6)
        harmonic = sum(1 / rank for rank in range(1, 61))
        assert summary[name]["mrr"] == pytest.approx(harmonic / 60, abs=1e-6)
        for key, value in summary["chance"][name].items():
            assert summary[name][key] == value
    assert summary["image_to_image"]["p_at_5"] == pytest.approx(9 / 59, abs=1e-6)
    assert summary["image_to_image"]["mrr"] is None  # no figure has two parts
    assert summary["image_to_image"]["mrr_low"] is None


def test_the_keys(tmp_path):
    summary = summarise(read_searches(random_table(tmp_path / "r.parquet")), PARAMS, 1)
    assert list(summary) == ["image_to_image", "text_to_image", "image_to_text", "chance"]
    scores = ["p_at_5", "p_at_10", "p_at_50", "r_at_1", "r_at_5", "r_at_10", "mrr"]
    ends = [f"{name}{end}" for name in scores for end in ("", "_low", "_high")]
    counts = ["queries", "queries_by_class", "queries_by_pair"]
    assert list(summary["text_to_image"]) == counts + ends
    assert list(summary["chance"]["text_to_image"]) == scores


def test_intervals_follow_the_articles(tmp_path):
    """Twice the same pairs in the same articles say nothing more."""
    one = summarise(read_searches(random_table(tmp_path / "one.parquet")), PARAMS, 1)
    each = summarise(
        read_searches(
            random_table(tmp_path / "each.parquet", article_id=[str(row) for row in range(60)])
        ),
        PARAMS,
        1,
    )
    for name in ("image_to_image", "text_to_image", "image_to_text"):
        ours = one[name]
        assert ours["p_at_5_low"] < ours["p_at_5"] < ours["p_at_5_high"]
        assert ours["p_at_5"] == each[name]["p_at_5"]
        assert ours["p_at_5_low"] != each[name]["p_at_5_low"]


def test_the_chunks_make_no_difference(tmp_path, monkeypatch):
    search = read_searches(random_table(tmp_path / "r.parquet"))["image_to_image"]
    whole = score(search)
    monkeypatch.setattr(
        "pairdx.evidence.retrieval.retrieval.CELLS_AT_ONCE", 7 * len(search.gallery)
    )
    for name, values in score(search).items():
        np.testing.assert_allclose(values, whole[name])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"image": [[1.0, 0.0]]}, "1 rows"),
        ({"image": [[1.0, 0.0], [1.0]]}, "image has rows of different lengths"),
        (
            {"image": [[1.0, 0.0], [float("nan"), 0.0]]},
            r"row 1 .*; must hold finite",
        ),
    ],
)
def test_a_bad_table_is_one_line(tmp_path, columns, told):
    with pytest.raises(PairdxError, match=told):
        read_searches(table(tmp_path / "bad.parquet", **columns))


def test_without_captions_images_find_images(tmp_path):
    path = table(tmp_path / "silent.parquet", image=[[1.0, 0.0]] * 2, caption=["", " "])
    assert list(read_searches(path)) == ["image_to_image"]


def test_the_stage_and_its_headline(tmp_path):
    """Pairs without captions, as in a folder of one's own, leave the search of images."""
    write_params(tmp_path, retrieve__models=["b", "a"], intervals__resamples=100)
    random_table(tmp_path / "embeddings" / "a.parquet", caption=[""] * 60)
    random_table(tmp_path / "embeddings" / "b.parquet")
    done = run(tmp_path, "retrieve", "--embeddings embeddings --metrics m --headline h.json")
    assert done.returncode == 0, done.stderr
    told = {name: json.loads((tmp_path / "m" / f"{name}.json").read_text()) for name in "ab"}
    assert list(told["a"]) == ["image_to_image", "chance"]
    assert json.loads((tmp_path / "h.json").read_text()) == {
        "p5": {
            "b": {
                "i2i": told["b"]["image_to_image"]["p_at_5"],
                "t2i": told["b"]["text_to_image"]["p_at_5"],
                "i2t": told["b"]["image_to_text"]["p_at_5"],
            },
            "a": {"i2i": told["a"]["image_to_image"]["p_at_5"]},
        }
    }
