import itertools
import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from closure import ROOT as TOP
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar
from statsmodels.stats.multitest import multipletests

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS, write_table
from pairdx.evidence.scores.summary import EvaluateParams, summarise
from pairdx.evidence.significance.differences import differences_markdown
from pairdx.evidence.significance.significance import (
    SignificanceParams,
    compare_all,
    holm,
    mcnemar,
    sign_flip,
)
from pairdx.prediction.tables import read_together
from pairdx.statistics.scores.classification import Predictions

PARAMS = SignificanceParams(resamples=400, confidence=0.95)


def model(actual, predicted, articles=None):
    articles = np.arange(len(actual)) if articles is None else np.asarray(articles)
    return Predictions(articles, np.asarray(actual), np.asarray(predicted), np.eye(6)[predicted])


@pytest.mark.parametrize(("n01", "n10"), [(0, 0), (0, 1), (1, 5), (7, 7), (3, 20)])
def test_mcnemar_is_that_of_statsmodels(n01, n10):
    if n01 + n10:
        wanted = reference_mcnemar([[50, n01], [n10, 9]], exact=True).pvalue
        assert mcnemar(n01, n10) == pytest.approx(wanted)
    else:
        assert mcnemar(n01, n10) == 1


def test_mcnemar_by_hand():
    assert mcnemar(0, 5) == pytest.approx(2 / 2**5)
    assert mcnemar(1, 5) == pytest.approx(2 * (1 + 6) / 2**6)


def test_with_one_pair_an_article_the_sign_flip_is_mcnemar():
    sums = np.array([1] * 9 + [-1] * 3 + [0] * 20)
    assert sign_flip(sums) == pytest.approx(binomtest(9, 12).pvalue)


@pytest.mark.parametrize("sums", [[3, 1, -1], [2, 2, 2, -1, 5], [0, 0], [], [-4], [1, 2, -3]])
def test_the_sign_flip_counts_every_toss(sums):
    tosses = list(itertools.product((-1, 1), repeat=len(sums)))
    reached = [abs(np.dot(toss, sums)) >= abs(sum(sums)) for toss in tosses]
    assert sign_flip(np.array(sums, dtype=int)) == pytest.approx(np.mean(reached))


@pytest.mark.parametrize(
    "p_values", [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1.0], [0.2, 0.01, 0.01, 1.0, 0.0]]
)
def test_holm_is_that_of_statsmodels(p_values):
    wanted = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(holm(p_values), wanted)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_counts_and_differences_of_six_pairs():
    actual = [0, 0, 0, 1, 1, 1]
    first = model(actual, [0, 0, 0, 1, 1, 0])  # 5 of 6
    second = model(actual, [0, 1, 1, 1, 0, 1])  # 3 of 6
    [found] = compare_all({"a": first, "b": second}, PARAMS, seed=1)
    assert (found["first"], found["second"]) == ("a", "b")
    assert found["accuracy"] == pytest.approx(2 / 6, abs=1e-6)
    # F1 = 2 hits / (labels + calls): 2 * 3 / (3 + 4) and 2 * 2 / (3 + 2), then 2 / 5 and 4 / 7
    assert found["macro_f1"] == pytest.approx((6 / 7 + 4 / 5) / 2 - (2 / 5 + 4 / 7) / 2, abs=1e-6)
    assert (found["n01"], found["n10"]) == (1, 3)
    assert found["p"] == pytest.approx(2 * (1 + 4) / 2**4)
    assert found["p_holm"] == found["p"]


def test_a_model_and_its_copy_do_not_differ():
    one = model([0, 1, 2, 0], [0, 1, 0, 2])
    [found] = compare_all({"a": one, "b": one}, PARAMS, seed=1)
    for key in ("accuracy", "accuracy_low", "accuracy_high", "macro_f1_low", "macro_f1_high"):
        assert found[key] == 0
    assert (found["n01"], found["n10"]) == (0, 0)
    assert found["p"] == found["p_by_article"] == found["p_by_article_holm"] == 1


def test_what_is_hard_for_both_does_not_widen_the_difference():
    """Paired: the interval is that of the pairs in which the two differ."""
    generator = np.random.default_rng(5)
    actual = generator.integers(6, size=300)
    wrong = generator.random(300) < 0.4
    predicted = np.where(wrong, (actual + 1) % 6, actual)
    first, second = model(actual, predicted), model(actual, predicted.copy())
    second.predicted[np.flatnonzero(~wrong)[:6]] += 1
    second.predicted[:] %= 6
    [found] = compare_all({"a": first, "b": second}, PARAMS, seed=1)
    alone = summarise(first, EvaluateParams(resamples=400, confidence=0.95, calibration_bins=5), 1)
    assert found["accuracy"] == pytest.approx(6 / 300)
    width = found["accuracy_high"] - found["accuracy_low"]
    # 1.96 standard errors of a share of 0.02 in 300 pairs, either way
    assert width == pytest.approx(2 * 1.96 * np.sqrt(0.02 * 0.98 / 300), rel=0.2)
    assert width < 0.4 * (alone["accuracy_high"] - alone["accuracy_low"])


def test_pairs_of_a_single_article_have_no_interval():
    models = {
        "a": model([0, 1, 0], [0, 1, 0], [0, 0, 0]),
        "b": model([0, 1, 0], [0, 0, 1], [0, 0, 0]),
    }
    [found] = compare_all(models, PARAMS, seed=1)
    assert found["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["accuracy_low"] is found["accuracy_high"] is None
    assert found["p_by_article"] == 1
    assert "| +0.667 [none] | " in differences_markdown([found], 3, 1)
    assert json.dumps(found, allow_nan=False)


def test_pairs_of_one_article_are_no_independent_evidence():
    """Six right pairs of one article are one event: McNemar counts them as six."""
    actual = [0, 1] * 6
    first = model(actual, actual, [0] * 6 + [1, 2, 3, 4, 5, 6])
    second = model(actual, [1, 0] * 3 + [0, 1] * 3, first.articles)
    [found] = compare_all({"a": first, "b": second}, PARAMS, seed=1)
    assert found["p"] == pytest.approx(2 / 2**6)
    assert found["p_by_article"] == 1


def write(path, rows):
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    columns |= {
        f"p_{label}": [float(row["predicted"] == label) for row in rows] for label in LABELS
    }
    write_table(pa.table(columns, PREDICTIONS), path, PREDICTIONS)


def rows(labels="chart radiology chart", **changes):
    found = [
        {"id": f"pair{row}", "article_id": f"a{row}", "label": label, "predicted": "chart"}
        for row, label in enumerate(labels.split())
    ]
    found[1] |= changes
    return found


def test_tables_of_the_same_pairs_are_read_by_name(tmp_path):
    for name in ("b", "a"):
        write(tmp_path / f"{name}.parquet", rows())
    models = read_together([tmp_path / "b.parquet", tmp_path / "a.parquet"])
    assert list(models) == ["b", "a"]
    assert models["a"].correct.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (rows(id="pair1b"), "id = 'pair1b' in row 1, but 'pair1' in"),
        (rows(article_id="x"), "article_id = 'x' in row 1, but 'a1' in"),
        (rows(label="endoscopy"), "label = 'endoscopy' in row 1, but 'radiology' in"),
        (rows("chart radiology"), "2 rows, but"),
    ],
)
def test_tables_of_other_pairs_are_refused(tmp_path, other, told):
    write(tmp_path / "a.parquet", rows())
    write(tmp_path / "b.parquet", other)
    with pytest.raises(PairdxError) as error:
        read_together([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert str(error.value).startswith(f"{tmp_path / 'b.parquet'}: {told}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["pair0", "pair1"], "predictions of 3 pairs, but the split has 2; run"),
        (["pair0", "pair2", "pair1"], "id = 'pair1' in row 1, but 'pair2' in the split; run"),
    ],
)
def test_predictions_of_other_pairs_are_refused(tmp_path, ids, told):
    write(tmp_path / "a.parquet", rows())
    assert list(read_together([tmp_path / "a.parquet"], ["pair0", "pair1", "pair2"])) == ["a"]
    with pytest.raises(PairdxError, match=rf"a\.parquet: {told}"):
        read_together([tmp_path / "a.parquet"], ids)


def test_two_tables_of_one_name_are_refused(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.parquet", rows())
    with pytest.raises(PairdxError, match="a second table of 'a'"):
        read_together([tmp_path / "x" / "a.parquet", tmp_path / "y" / "a.parquet"])


def test_the_stage(tmp_path):
    write(tmp_path / "a.parquet", rows())
    write(tmp_path / "b.parquet", rows(predicted="radiology"))
    (tmp_path / "params.yaml").write_bytes((TOP / "params.yaml").read_bytes())
    words = "--predictions a.parquet --predictions b.parquet --metrics m.json --plot p.csv"
    done = subprocess.run(
        [sys.executable, TOP / "stages/significance.py", *words.split(), "--table", "t.md"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "m.json").read_text())
    assert list(found) == ["a_vs_b"]
    assert found["a_vs_b"]["accuracy"] == pytest.approx(-1 / 3, abs=1e-6)
    assert (tmp_path / "p.csv").read_text().splitlines()[0] == "models,metric,value,low,high"
    table = (tmp_path / "t.md").read_text().splitlines()
    assert table[2].startswith("| a - b | -0.333 [-1.000, +0.000] | -0.600 [")
    assert table[2].endswith("| 0 | 1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |")
    assert table[4].startswith("3 test pairs of 3 articles.")
