"""Errors on corrupted pairs, against values worked out by hand."""

import json

import numpy as np
import pyarrow as pa
import pytest
from small import section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import CORRUPTED, write_table
from pairdx.evidence.robustness.answers import read_corrupted
from pairdx.evidence.robustness.params import RobustnessParams
from pairdx.evidence.robustness.robustness import chart, measure, summarise

KINDS = {"noise": "image", "blur": "image", "typos": "caption"}
PARAMS = section(RobustnessParams, reference="image_only", resamples=200)
# Of four pairs, how many answers are wrong at severity 0, 1 and 2.
WRONG = {
    ("image_only", "noise"): (1, 2, 2),
    ("image_only", "blur"): (1, 1, 3),
    ("fusion", "noise"): (0, 1, 1),
    ("fusion", "blur"): (0, 0, 1),
    ("fusion", "typos"): (0, 2, 4),
}


def rows(wrong=WRONG):
    """The table's rows: the first pairs of each cell are wrong."""
    cells = {(model, "none", 0): counts[0] for (model, _), counts in wrong.items()}
    for (model, kind), counts in wrong.items():
        cells |= {(model, kind, s): counts[s] for s in (1, 2)}
    return [
        {
            "id": f"p{pair}",
            "article_id": f"a{pair // 2}",
            "label": "chart",
            "model": model,
            "corruption": kind,
            "severity": severity,
            "predicted": "radiology" if pair < count else "chart",
        }
        for (model, kind, severity), count in cells.items()
        for pair in range(4)
    ]


def errors(tmp_path, content=None, params=PARAMS):
    path = tmp_path / "corrupted.parquet"
    table = pa.Table.from_pylist(rows() if content is None else content, CORRUPTED)
    write_table(table, path, CORRUPTED)
    return measure(read_corrupted(path, KINDS, (1, 2)), params, seed=1)


def test_the_errors_are_those_of_the_paper_by_hand(tmp_path):
    found = summarise(errors(tmp_path))
    assert (found["n"], found["reference"]) == (4, "image_only")
    fusion, reference = found["models"]["fusion"], found["models"]["image_only"]
    assert (fusion["accuracy"], reference["accuracy"]) == (1, 0.75)
    # noise: (1 + 1) / 8 wrong, blur: (0 + 1) / 8; the reference: 4 / 8 and 4 / 8.
    assert fusion["image"]["corruptions"]["noise"]["error_rate"] == 0.25
    assert fusion["image"]["corruptions"]["blur"]["error_rate"] == 0.125
    assert fusion["image"]["mean_error"] == 0.1875
    assert fusion["image"]["mce"] == pytest.approx((0.5 + 0.25) / 2)
    assert fusion["image"]["accuracy_drop"] == 0.1875
    assert fusion["caption"]["mean_error"] == 0.75  # (2 + 4) / 8
    typos = fusion["caption"]["corruptions"]["typos"]
    assert typos["error_rate_by_severity"] == {"1": 0.5, "2": 1.0}
    assert reference["image"]["mce"] == 1
    assert reference["image"]["mce_low"] is None  # 1 by definition: nothing varies
    assert reference["image"]["accuracy_drop"] == 0.25  # 0.5 - 1 / 4


def test_what_is_not_read_is_left_out(tmp_path):
    found = summarise(errors(tmp_path))["models"]
    assert "caption" not in found["image_only"]
    assert "mce" not in found["fusion"]["caption"]  # the reference reads no caption
    lines = chart(errors(tmp_path)).splitlines()
    assert lines[0] == "model,corruption,severity,accuracy,low,high"
    assert len(lines) == 1 + 5 * 3  # five curves of three points
    assert "image_only,typos" not in chart(errors(tmp_path))


def test_drops_are_paired_by_article(tmp_path):
    # At both severities noise breaks one answer of the first article and none of the second.
    content = rows({("image_only", "noise"): (1, 2, 2), ("image_only", "blur"): (1, 1, 1)})
    found = summarise(errors(tmp_path, content))["models"]["image_only"]["image"]["corruptions"]
    noise = found["noise"]
    # Drawn twice, once or never: the first article loses 2, 1 or 0 of four answers. Of the two
    # articles 12.7 standard errors of 0.25 are left, on Fisher's scale.
    assert noise["accuracy_drop"] == 0.25
    assert -1 < noise["accuracy_drop_low"] < -0.99 < 0.99 < noise["accuracy_drop_high"] < 1
    assert found["blur"]["accuracy_drop"] == 0
    assert found["blur"]["accuracy_drop_high"] is None


def test_a_model_that_is_never_wrong_may_be_so_elsewhere(tmp_path):
    never = rows({("image_only", "noise"): (1, 0, 0), ("image_only", "blur"): (1, 1, 2)})
    found = errors(tmp_path, never)
    noise = summarise(found)["models"]["image_only"]["image"]["corruptions"]["noise"]
    assert (noise["error_rate"], noise["error_rate_low"]) == (0, 0)
    assert noise["error_rate_high"] == pytest.approx(1 - 0.025 ** (1 / 2), abs=1e-6)  # two articles
    drawn = [line for line in chart(found).splitlines() if line.startswith("image_only,noise,1,")]
    assert drawn == ["image_only,noise,1,1.0,0.158114,1.0"]


def test_a_reference_without_errors_gives_no_ratio(tmp_path):
    content = rows({("image_only", "noise"): (0, 0, 0), ("image_only", "blur"): (0, 1, 2)})
    found = summarise(errors(tmp_path, content))["models"]["image_only"]["image"]
    assert found["mce"] is found["mce_low"] is found["mce_high"] is None
    assert found["mean_error"] == 0.1875
    json.dumps(found, allow_nan=False)


def test_the_order_of_rows_means_nothing(tmp_path):
    shuffled = [rows()[k] for k in np.random.default_rng(0).permutation(len(rows()))]
    plain = summarise(errors(tmp_path))
    again = summarise(errors(tmp_path, shuffled))
    assert {**plain["models"]} == {**again["models"]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], r"corrupted\.parquet: no rows"),
        (rows()[:-1], r"\('fusion', 'typos', 2\) are missing"),
        ([row for row in rows() if row["severity"]], r"'none', 0\) are missing"),
    ],
)
def test_answers_that_are_missing_are_told(tmp_path, content, told):
    with pytest.raises(PairdxError, match=told):
        errors(tmp_path, content)


def test_a_reference_that_was_not_asked_is_told(tmp_path):
    params = PARAMS.model_copy(update={"reference": "clinvla"})
    with pytest.raises(PairdxError, match=r"robustness\.reference = 'clinvla'.*image_only, fusion"):
        errors(tmp_path, params=params)
