"""A leak is planted, or none is: pairs whose captions and pictures say nothing of their class."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from releases import encode, picture
from small import section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SCRUBBED
from pairdx.evidence.leakage.probes import LeakageParams, chart, probe_leakage, thumbnails

ARTICLES, POOL = 150, [f"word{number}" for number in range(60)]


def planted(siblings, seed=3):
    """Articles of one random class, caption and picture each, `siblings` times over."""
    rng = np.random.default_rng(seed)
    rows, pictures = [], []
    for number in range(ARTICLES):
        caption, look = " ".join(rng.choice(POOL, 8)), rng.random(48)
        for sibling in range(siblings):
            name = f"{number:03}_{sibling}"
            rows.append(
                {
                    "id": name,
                    "label": LABELS[number % len(LABELS)],
                    "article_id": f"article{number}",
                    "case_id": f"case{number}",
                    "figure_id": f"figure{name}",
                    "caption": caption,
                    "pixel_sha256": name,
                    "perceptual_hash": rng.bytes(32),
                }
            )
            pictures.append(look + rng.normal(0, 0.02, 48))
    return pa.Table.from_pylist(rows), np.array(pictures)


def probed(siblings):
    params = section(LeakageParams, repeats=2)
    return probe_leakage(*planted(siblings), params, 17)


@pytest.fixture(scope="module")
def leaking():
    return probed(siblings=2)


@pytest.mark.parametrize("probe", ["tfidf", "nearest_thumbnail"])
def test_planted_siblings_are_found_by_none_and_not_by_article(leaking, probe):
    scores = leaking["accuracy"][probe]
    # Four of five siblings are trained on, and known again; the rest is chance.
    assert scores["none"] == pytest.approx(0.8 + 0.2 / 6, abs=0.08)
    assert scores["article_low"] < 1 / 6 < scores["article_high"]
    assert scores["inflation_low"] > 0.5


def test_what_is_shared_stands_side_by_side(leaking):
    shared = leaking["shared"]
    assert shared["article"] == dict.fromkeys(shared["none"], 0.0)
    assert list(shared["none"]) == ["articles", "cases", "figures", "captions", "images"]
    for name in ("articles", "cases", "captions"):
        assert shared["none"][name] == pytest.approx(0.8, abs=0.05)
    assert (shared["none"]["figures"], shared["none"]["images"]) == (0.0, 0.0)
    assert (leaking["pairs"], leaking["articles"]) == (300, 150)


@pytest.mark.parametrize("probe", ["tfidf", "nearest_thumbnail"])
def test_without_siblings_there_is_no_inflation(probe):
    scores = probed(siblings=1)["accuracy"][probe]
    assert scores["inflation_low"] < 0 < scores["inflation_high"]
    assert scores["none"] < 0.3


def test_the_chart_holds_every_number(leaking):
    rows = list(csv.DictReader(io.StringIO(chart(leaking))))
    assert len(rows) == 2 * 3 + 2 * 5
    by_name = {(row["what"], row["metric"]): row for row in rows}
    scores = leaking["accuracy"]["tfidf"]
    row = by_name["accuracy of tfidf", "inflation"]
    assert [float(row[name]) for name in ("value", "low", "high")] == [
        scores["inflation"],
        scores["inflation_low"],
        scores["inflation_high"],
    ]
    row = by_name["captions seen in training", "split by pair"]
    assert float(row["value"]) == leaking["shared"]["none"]["captions"]


def test_too_few_pairs_or_articles_are_told_on_one_line():
    pairs, pictures = planted(1)
    params = section(LeakageParams, folds=20)
    with pytest.raises(
        PairdxError, match=r"leakage\.folds = 20; there are 10 pairs of the largest"
    ):
        probe_leakage(pairs[:60], pictures[:60], params, 1)
    one = pairs.set_column(2, "article_id", [["same"] * len(pairs)])
    with pytest.raises(PairdxError, match="there are 1 articles: lower it"):
        probe_leakage(one, pictures, params, 1)


def test_thumbnails_are_of_the_wanted_pairs_in_their_order(tmp_path):
    images = {name: encode(picture(number, (40, 30))) for number, name in enumerate("abc")}
    given = {"width": 40, "height": 30, "caption": "", "label": "chart", "article_id": "a"}
    rows = [{"id": name, "image": {"bytes": data}, **given} for name, data in images.items()]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCRUBBED), tmp_path / "s.parquet")
    found = thumbnails(tmp_path / "s.parquet", np.array(["a", "c"]), 8)
    assert found.shape == (2, 3 * 8 * 8)
    assert 0 <= found.min() < 200 < found.max() <= 255
    again = thumbnails(tmp_path / "s.parquet", np.array(["c"]), 8)
    np.testing.assert_array_equal(found[1:], again)
    assert not np.allclose(found[0], found[1])


def test_of_many_pairs_some_are_looked_for(monkeypatch):
    """All are looked among; the mean is that of those that were looked for."""
    pairs, pictures = planted(1)
    params = section(LeakageParams)
    every = probe_leakage(pairs, pictures, params, 1)["accuracy"]
    monkeypatch.setattr("pairdx.evidence.leakage.probes.ASKED", len(pairs) // 2)
    some = probe_leakage(pairs, pictures, params, 1)["accuracy"]
    assert some["tfidf"] == every["tfidf"]
    assert some["nearest_thumbnail"] != every["nearest_thumbnail"]
    assert some["nearest_thumbnail"]["none"] == pytest.approx(
        every["nearest_thumbnail"]["none"], abs=0.1
    )
