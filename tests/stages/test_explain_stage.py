"""The whole stage on one model of each kind: what it writes, and the same bytes again."""

import json
import re

import pandas as pd
import pyarrow as pa
import pytest
from scripts import run
from small import drawn, write_params

from pairdx.core.schema import LABELS, PAIRS, PREDICTIONS, write_table
from pairdx.pages.gallery import read_sections
from pairdx.prediction.predict import load_model, predict_pairs

TEST = drawn(13)
TEST.captions[2] = ""  # a caption without words is a pair like any other
MODELS = ("fusion", "caption_only", "tfidf", "clip_zero_shot", "pairdx_clip", "clinvla")


@pytest.fixture
def project(tmp_path, model_folders):
    """A folder with everything that the stage reads."""
    small = {"cases": 2, "pairs": 3, "regions": 4, "steps": 3, "thumbnail": 32}
    own = {f"explain__{key}": value for key, value in small.items()}
    write_params(tmp_path, compared=MODELS, intervals__resamples=100, **own)
    for name in ("fusion", "pairdx_clip"):
        table = predict_pairs(load_model(model_folders / name), TEST)
        write_table(table, tmp_path / "predictions" / f"{name}.parquet", PREDICTIONS)
    columns = {name: [None] * len(TEST) for name in PAIRS.names}
    columns |= {
        "id": TEST.ids,
        "article_id": TEST.articles,
        "case_id": TEST.cases,
        "figure_id": TEST.figures,
        "label": TEST.labels,
        "caption": TEST.captions,
        "image": [{"bytes": image, "path": None} for image in TEST.images],
    }
    write_table(pa.table(columns, PAIRS), tmp_path / "test.parquet", PAIRS)
    (tmp_path / "models").symlink_to(model_folders)
    return tmp_path


def explain(project, out, predictions=("fusion", "pairdx_clip")):
    words = "--models models --pairs test.parquet"
    words += "".join(f" --predictions predictions/{name}.parquet" for name in predictions)
    words += f" --metrics {out}/explain.json --curves {out}/explain.csv --out {out}/page"
    return run(project, "explain", words), project / out


def test_it_writes_numbers_curves_and_a_page_and_the_same_again(project):
    done, first = explain(project, "first")
    assert done.returncode == 0, done.stderr
    assert "3 models on images, 3 on captions" in done.stdout
    _, second = explain(project, "second")
    for name in ("explain.json", "explain.csv", "page/index.html", "page/cases.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()

    metrics = json.loads((first / "explain.json").read_text())
    assert set(metrics["image"]) == {"fusion", "pairdx_clip", "clinvla"}
    assert set(metrics["caption"]) == {"fusion", "caption_only", "tfidf"}
    assert set(metrics["caption"]["fusion"]) == {"occlusion", "attention"}
    assert set(metrics["caption"]["tfidf"]) == {"occlusion", "linear"}
    assert metrics["image"]["clinvla"]["grad_cam"]["n"] == 3
    assert metrics["modality"]["fusion"]["n"] == len(TEST)
    assert set(metrics["modality"]["fusion"]["per_class"]) == set(LABELS)

    curves = pd.read_csv(first / "explain.csv")
    assert len(curves) == (3 + 6) * 4 * 4  # explanations, lines, points
    assert curves["probability"].between(0, 1).all()

    page = (first / "page" / "index.html").read_text()
    cases = read_sections(first / "page" / "cases.json")
    assert [one.title for one in cases] == ["Right", "Wrong", "Disputed"]
    assert [card.id for one in cases for card in one.cards] == re.findall(
        r">(pair_\d+)</code>", page
    )
    assert "clinvla: " in page
    assert "tfidf, linear terms: " in page


def test_one_table_of_predictions_is_refused_before_anything_is_written(project):
    done, out = explain(project, "first", predictions=("fusion",))
    assert done.returncode == 1
    assert "--predictions: 1 given" in done.stderr
    assert not out.exists()
