import json
import re

import numpy as np
import pyarrow as pa
import pytest
from predictions import predictions, write_predictions
from releases import encode, picture
from scipy.stats import beta
from scripts import run
from small import section, write_params

from pairdx.core.schema import PAIRS, write_table
from pairdx.evidence.disagreements.disagreements import (
    DisagreementsParams,
    count_words,
    kinds,
    summarise,
    thirds,
)
from pairdx.evidence.disagreements.page import page
from pairdx.statistics.intervals.resamples import Resamples

PARAMS = section(DisagreementsParams, resamples=400, cards=2, thumbnail=64)


ACTUAL = [0, 0, 0, 0, 1, 1, 5, 5]
FIRST = [0, 0, 1, 2, 1, 0, 5, 5]
SECOND = [0, 1, 0, 3, 1, 1, 5, 5]  # the same, first right, second right, neither, ...
WORDS = np.array([0, 1, 2, 3, 4, 5, 6, 7])


def both(first=FIRST, second=SECOND):
    return {"a": predictions(ACTUAL, first), "b": predictions(ACTUAL, second)}


def test_who_is_right_by_hand():
    found = {name: np.flatnonzero(rows).tolist() for name, rows in kinds(*both().values()).items()}
    assert found == {"first_right": [1], "second_right": [2, 5], "neither_right": [3]}


def test_counts_and_shares_by_hand():
    found = summarise(both(), WORDS, PARAMS, seed=1)
    everything, charts = found["all"], found["by_class"]["chart"]
    assert [everything[key] for key in ("n", "differ", "first_right", "second_right")] == [
        8,
        4,
        1,
        2,
    ]
    assert everything["differ_share"] == 0.5
    assert (everything["first_right_share"], everything["second_right_share"]) == (0.25, 0.5)
    assert everything["accuracy_difference"] == -1 / 8
    assert (charts["n"], charts["differ"], charts["neither_right"]) == (4, 3, 1)
    assert charts["accuracy_difference"] == 0
    assert everything["differ_share_low"] < 0.5 < everything["differ_share_high"]


def test_groups_without_a_pair_or_a_disagreement_have_nulls():
    found = summarise(both(), WORDS, PARAMS, seed=1)["by_class"]
    assert (found["endoscopy"]["n"], found["endoscopy"]["differ_share"]) == (0, None)
    assert found["endoscopy"]["accuracy_difference_low"] is None
    assert (found["radiology"]["n"], found["radiology"]["differ_share"]) == (2, 0)
    assert found["radiology"]["first_right_share"] is None
    json.dumps(found, allow_nan=False)


def test_models_that_agree_on_everything():
    found = summarise(both(second=FIRST), WORDS, PARAMS, seed=1)["all"]
    assert (found["differ"], found["differ_share"], found["first_right_share"]) == (0, 0, None)
    assert found["differ_share_high"] == pytest.approx(1 - 0.025 ** (1 / 8), abs=1e-6)


def test_none_and_all_have_the_exact_interval_of_the_articles():
    """Clopper and Pearson's ends are quantiles of beta distributions."""
    articles = np.array([0, 0, 0, 1, 2])
    drawn = Resamples.draw(articles, 200, 0.95, 0)
    group = np.ones(5, dtype=bool)
    every, none = (drawn.share("s", part, group) for part in (group, ~group))
    assert every == {"s": 1, "s_low": pytest.approx(beta.ppf(0.025, 3, 1), abs=1e-6), "s_high": 1}
    assert none == {"s": 0, "s_low": 0, "s_high": pytest.approx(beta.ppf(0.975, 1, 3), abs=1e-6)}


def test_thirds_of_captions():
    third, ends = thirds(np.arange(1, 10))
    assert third.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert ends == (3, 6)
    alike, _ = thirds(np.full(6, 4))
    assert alike.tolist() == [0] * 6  # of one length: all together, and two groups are empty
    found = summarise(both(), np.full(8, 4), PARAMS, seed=1)["by_caption_length"]
    assert [found[name]["n"] for name in ("short", "medium", "long")] == [8, 0, 0]


def test_words_are_counted():
    assert count_words(["Axial CT, contrast.", "", None, " a  b\n"]).tolist() == [3, 0, 0, 2]


def compared(folder, ids=None):
    """Run the stage on two models and eight pairs."""
    names = [f"pair{row}" for row in range(8)]
    for name, model in both().items():
        write_predictions(folder / f"{name}.parquet", model, names)
    columns = {name: pa.nulls(8, PAIRS.field(name).type) for name in PAIRS.names}
    columns |= {
        "id": ids or names,
        "caption": ["", *(f"An <image> of {row} words" for row in range(1, 8))],
        "image": [{"bytes": encode(picture(row)), "path": None} for row in range(8)],
    }
    write_table(pa.table(columns, PAIRS), folder / "pairs.parquet", PAIRS)
    write_params(folder)
    words = "--predictions a.parquet --predictions b.parquet --pairs pairs.parquet "
    return run(folder, "disagreements", words + "--metrics m.json --gallery g.html")


def test_the_stage_and_its_page(tmp_path):
    done = compared(tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "m.json").read_text())
    assert (found["first"], found["second"], found["all"]["differ"]) == ("a", "b", 4)
    html = (tmp_path / "g.html").read_text(encoding="utf-8")
    assert "a and b predict different classes for 4 of 8 test pairs" in html
    sections = re.split(r"<section", html)[1:]
    assert [re.findall(r"pair\d", section) for section in sections] == [
        ["pair1"],
        ["pair2", "pair5"],
        ["pair3"],
    ]
    assert "An &lt;image&gt; of 3 words" in sections[2]
    assert "endoscopy (1.00)" in sections[2]
    assert html.count("data:image/webp") == 4


def test_the_surest_errors_come_first_and_the_rest_is_counted():
    models = both(first=[1] * 5 + [0] * 3, second=ACTUAL)
    sure = np.linspace(0.5, 0.9, 8)
    models["a"].probabilities[:] *= sure[:, None]
    pairs = [{"id": f"pair{row}", "caption": None} for row in range(8)]
    asked = []

    def read_images(ids):
        asked.extend(ids)
        return {id_: encode(picture(int(id_[-1]))) for id_ in ids}

    html = page(models, pairs, read_images, summarise(models, WORDS, PARAMS, seed=1), PARAMS)
    assert re.findall(r"pair\d", html) == ["pair7", "pair6"]
    assert asked == ["pair7", "pair6"]  # and no other image is read
    assert "2 of 7 cases" in html


def test_the_stage_names_other_pairs(tmp_path):
    done = compared(tmp_path, ids=[f"pair{row}" for row in range(1, 9)])
    assert done.returncode == 1
    assert "a.parquet: id = " in done.stderr.splitlines()[-1]
