"""The whole stage on one model of each kind: what it writes, and the same bytes again."""

import importlib.util
import json

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from closure import ROOT
from small import drawn, section, tiny_clip, word_vectors

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, PREDICTIONS, write_table
from pairdx.models.clinvla import clinvla
from pairdx.models.clip import clip
from pairdx.models.clip.params import ClipZeroShotParams
from pairdx.models.fusion import fusion
from pairdx.models.fusion.params import FusionParams
from pairdx.models.tfidf import tfidf
from pairdx.models.tfidf.tfidf import TfidfParams
from pairdx.prediction.predict import load_model, predict_pairs

TEST = drawn(13)
MODELS = ("fusion", "caption_only", "tfidf", "pairdx_clip", "clinvla")


def save_classifier(folder, with_image):
    folder.mkdir()
    small = {"image_encoder": "test_resnet", "image_weights": None, "image_size": 32, "hidden": 8}
    params = section(FusionParams, **small)
    network = fusion.build(params, word_vectors(), with_image, 1)
    network.save(folder, fusion.card(folder.name, "", network, params))


def save_tfidf(folder):
    folder.mkdir()
    params = section(TfidfParams)
    model = tfidf.train_tfidf(TEST.captions, TEST.targets.tolist(), params)
    model.save(folder, tfidf.card("tfidf", "", model, params))


def save_clip_and_clinvla(folder, start):
    values = {"model": f"local-dir:{tiny_clip(start)}", "pretrained": None, "untrained": True}
    model = clip.ClipClassifier.create(section(ClipZeroShotParams, **values), 1)
    base = folder / "pairdx_clip"
    base.mkdir()
    model.save(base, clip.card("pairdx_clip", "", model, trained=True))
    shape = {"bottleneck": 8, "reduction": 2, "patch_dropout": 0.5}
    adapted = clinvla.ClinVla.build(base, "classification", **shape)
    out = folder / "clinvla"
    out.mkdir()
    adapted.save(out, clinvla.card("clinvla", "", adapted, base, out))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with everything that the stage reads."""
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    small = {"cases": 2, "pairs": 3, "regions": 4, "steps": 3, "resamples": 100, "thumbnail": 32}
    params["explain"] |= small
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    models = tmp_path / "models"
    models.mkdir()
    save_classifier(models / "fusion", True)
    save_classifier(models / "caption_only", False)
    save_tfidf(models / "tfidf")
    save_clip_and_clinvla(models, tmp_path / "start")
    TEST.captions[2] = ""  # a caption without words is a pair like any other
    for name in ("fusion", "pairdx_clip"):
        table = predict_pairs(load_model(models / name), TEST)
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
    return tmp_path


def explain(project, out, predictions=("fusion", "pairdx_clip")):
    spec = importlib.util.spec_from_file_location("explain_stage", ROOT / "stages" / "explain.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(
        model=[project / "models" / name for name in MODELS],
        predictions=[project / "predictions" / f"{name}.parquet" for name in predictions],
        pairs=project / "test.parquet",
        metrics=project / out / "explain.json",
        curves=project / out / "explain.csv",
        out=project / out / "page",
    )
    return project / out


def test_it_writes_numbers_curves_and_a_page_and_the_same_again(project):
    first, second = (explain(project, name) for name in ("first", "second"))
    for name in ("explain.json", "explain.csv", "page/index.html"):
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
    assert "clinvla: " in page
    assert "tfidf, linear terms: " in page


def test_one_table_of_predictions_is_refused_before_anything_is_written(project):
    with pytest.raises(PairdxError, match="--predictions: 1 given"):
        explain(project, "first", predictions=("fusion",))
    assert not (project / "first").exists()
