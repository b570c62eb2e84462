"""`pairdx export`: the same probabilities without torch, or none at all."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from closure import ROOT
from imports import importing
from model_folders import READS
from small import drawn

from pairdx import cli
from pairdx.core.errors import PairdxError
from pairdx.core.schema import PAIRS, write_table
from pairdx.models.common.card import ModelCard
from pairdx.models.exported import runtimes
from pairdx.prediction.export import export as exporting
from pairdx.prediction.export.export import draw, export_model
from pairdx.prediction.predict import OpenedModel, load_model

SIX = drawn(12)
TESTED = ("caption_only", "fusion", "tfidf")  # elsewhere; each conversion takes seconds


def _pairs_table(columns):
    return pa.table({name: columns[name] for name in PAIRS.names}).cast(PAIRS)


@pytest.fixture(scope="session")
def splits(tmp_path_factory):
    """A folder with train.parquet and test.parquet."""
    folder = tmp_path_factory.mktemp("pairdx")
    for split in ("train", "test"):
        rows = {
            "id": SIX.ids,
            "image": [{"bytes": image, "path": None} for image in SIX.images],
            "caption": SIX.captions,
            "label": SIX.labels,
            "split": [split] * len(SIX),
            "article_id": SIX.articles,
            "case_id": SIX.cases,
            "figure_id": SIX.figures,
        }
        absent = {
            field.name: pa.nulls(len(SIX), field.type) for field in PAIRS if field.name not in rows
        }
        write_table(_pairs_table({**rows, **absent}), folder / f"{split}.parquet", PAIRS)
    return folder


@pytest.fixture(scope="session")
def fusion_exports(model_folders, splits, tmp_path_factory):
    """PairDxFusion, which looks at images twice, in fp32 for each runtime."""
    top = tmp_path_factory.mktemp("exports")
    for to in ("onnx", "openvino"):
        export_model(model_folders / "fusion", top / to, to, "fp32", splits, 17)
    return top


@pytest.mark.parametrize("to", ["onnx", "openvino"])
def test_an_export_predicts_as_its_model(model_folders, fusion_exports, to):
    model, found = load_model(model_folders / "fusion"), OpenedModel.open(fusion_exports / to)
    assert found.reads == READS["fusion"]
    assert model.average_mirror
    expected = model.predict(SIX.images, SIX.captions)
    for rows in (slice(0, 1), slice(0, 12)):
        np.testing.assert_allclose(
            found.model.predict(SIX.images[rows], SIX.captions[rows]), expected[rows], atol=1e-5
        )
    settings = ModelCard.load(fusion_exports / to).settings
    assert settings["passes"] == 2
    assert settings["agreement"]["equal_labels"] == 1
    assert settings["images"]["pixels"] == "RGB from 0 to 255: the network does the rest"
    inputs = ModelCard.load(fusion_exports / to).inputs.model_dump(mode="json")
    assert inputs == {"images": settings["images"], "tokens": settings["tokens"]}
    assert settings["agreement"]["largest_difference"] < 1e-5
    assert str(fusion_exports) not in (fusion_exports / to / "model.json").read_text()


@pytest.mark.parametrize(
    "name",
    [
        "caption_only",
        *(pytest.param(name, marks=pytest.mark.slow) for name in READS if name not in TESTED),
    ],
)
def test_every_network_can_leave(model_folders, splits, tmp_path, name):
    found = export_model(model_folders / name, tmp_path / name, "onnx", "fp32", splits, 17)
    assert found == {**found, "pairs": 12, "equal_labels": 1.0}
    assert load_model(tmp_path / name).reads == READS[name]


@pytest.mark.slow
@pytest.mark.parametrize("joint", ["gated", "bilinear", "cross_attention"])
def test_every_joint_can_leave(splits, tmp_path, joint):
    from model_folders import save_network

    folder = save_network(tmp_path / joint, joint=joint)
    export_model(folder, tmp_path / "out", "openvino", "fp32", splits, 17)


@pytest.mark.slow
def test_int8_is_close(model_folders, splits, tmp_path):
    found = export_model(model_folders / "fusion", tmp_path / "a", "openvino", "int8", splits, 17)
    assert 0 < found["largest_difference"] < 0.1
    settings = ModelCard.load(tmp_path / "a").settings
    assert settings["calibration"] == {"split": "train", "pairs": 12, "seed": 17}
    assert set(_quantised_inputs(tmp_path / "a" / "network.xml")) == {"images"}  # and no words


def _quantised_inputs(network):
    """Return the inputs that reach an operation which rounds to few levels."""
    import openvino

    reaching = {}
    for operation in openvino.Core().read_model(network).get_ordered_ops():
        name = operation.get_friendly_name()
        sources = [one.get_source_output().get_node() for one in operation.inputs()]
        own = {name} if operation.get_type_name() == "Parameter" else set()
        reaching[name] = own.union(*(reaching[one.get_friendly_name()] for one in sources))
        if operation.get_type_name() == "FakeQuantize":
            yield from reaching[name]


def test_int8_is_never_calibrated_on_test(monkeypatch, model_folders, splits, tmp_path):
    calibrated = []

    def stop(graph, folder, to, precision, calibration):
        calibrated.extend(calibration)
        raise PairdxError("enough")

    monkeypatch.setattr(exporting, "write_network", stop)
    only_train = shutil.copytree(splits, tmp_path / "splits")
    blank = drawn(3).images[0]
    table = pa.parquet.read_table(only_train / "train.parquet")
    image = pa.array([{"bytes": blank, "path": None}] * len(table), PAIRS.field("image").type)
    at = table.schema.get_field_index("image")
    write_table(table.set_column(at, "image", image), only_train / "train.parquet", PAIRS)
    with pytest.raises(PairdxError, match="enough"):
        export_model(model_folders / "fusion", tmp_path / "a", "openvino", "int8", only_train, 17)
    assert len(calibrated) == 12
    assert all((one["images"] == calibrated[0]["images"]).all() for one in calibrated)


def test_the_same_seed_draws_the_same_pairs(splits):
    ids = [draw(splits / "train.parquet", 5, seed).ids for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]


def test_an_fp32_export_that_differs_is_not_written(monkeypatch, model_folders, splits, tmp_path):
    monkeypatch.setattr(exporting, "TOLERANCE", 0.0)
    with pytest.raises(PairdxError, match=r"not written: a probability is .* from the model's"):
        export_model(model_folders / "caption_only", tmp_path / "a", "onnx", "fp32", splits, 17)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", ["onnx", "openvino"])
def test_a_stranger_can_run_it(fusion_exports, tmp_path, to):
    """With the folder alone: no line of this project is at hand."""
    picture = tmp_path / "a.png"
    picture.write_bytes(SIX.images[4])
    folder = shutil.copytree(fusion_exports / to, tmp_path / to)
    code = (
        "import runpy, sys; sys.modules['pairdx'] = sys.modules['torch'] = None;"
        "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", code, str(folder / "predict.py"), str(picture)]
    done = subprocess.run(
        [*command, *SIX.captions[4].split()], capture_output=True, text=True, check=True
    )
    told = {label: float(odds) for odds, label in map(str.split, done.stdout.splitlines())}
    expected = load_model(folder).predict([SIX.images[4]], [SIX.captions[4]])[0]
    settings = json.loads((folder / "model.json").read_text())["settings"]
    np.testing.assert_allclose([told[label] for label in settings["labels"]], expected, atol=2e-6)


def test_predict_asks_the_backend_without_torch(fusion_exports, tmp_path):
    (tmp_path / "a.png").write_bytes(SIX.images[0])
    code = (
        "import sys; from pairdx.cli import main; sys.argv = sys.argv[1:]\n"
        "try: main()\nfinally: print('torch' in sys.modules)"
    )
    told = []
    for to, backend in (("onnx", "onnx"), ("onnx", "openvino"), ("openvino", "openvino")):
        words = ["pairdx", "predict", str(tmp_path / "a.png"), "--caption", "a chart"]
        words += ["--model", str(fusion_exports / to), "--backend", backend]
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": importing(ROOT / "src")},
        )
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    assert told[0].endswith("False\n")
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(
    ("folder", "backend", "told"),
    [
        ("models/fusion", "onnx", "is for torch; `pairdx export` writes"),
        ("exports/openvino", "onnx", "is for openvino"),
        ("exports/onnx", "torch", "is for onnx, openvino"),
    ],
)
def test_a_backend_that_cannot_is_an_error(model_folders, fusion_exports, folder, backend, told):
    kind, name = folder.split("/")
    place = {"models": model_folders, "exports": fusion_exports}[kind] / name
    with pytest.raises(PairdxError, match=told):
        load_model(place, backend)


@pytest.mark.parametrize(
    ("to", "precision", "package"),
    [
        ("onnx", "fp32", "onnxscript"),
        ("onnx", "fp32", "onnxruntime"),
        ("openvino", "fp32", "onnx"),
        ("openvino", "int8", "nncf"),
    ],
)
def test_an_extra_that_is_absent_is_named(
    monkeypatch, model_folders, splits, tmp_path, to, precision, package
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PairdxError, match=rf"{package} is not installed; pip install 'pairdx\[exp"):
        export_model(model_folders / "fusion", tmp_path / "a", to, precision, splits, 17)


def test_opening_says_that_onnxruntime_is_absent(monkeypatch, fusion_exports):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PairdxError, match="onnxruntime is not installed; pip"):
        load_model(fusion_exports / "onnx")
    load_model(fusion_exports / "openvino")


def test_a_cpu_without_bf16_is_an_error(monkeypatch, fusion_exports):
    monkeypatch.setattr("openvino.Core.get_property", lambda *_: ["FP32", "INT8"])
    with pytest.raises(PairdxError, match="this CPU has no bf16; export with"):
        runtimes.with_openvino(fusion_exports / "openvino" / "network.xml", "bf16")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("network.bin", "network.bin: damaged, not the file that model.json names; export again"),
        ("vocabulary.json", "vocabulary.json: cannot be read"),
        ("precision", "settings.precision = 'int4'; Input should be"),
        ("labels", "labels cat, dog; this version has chart"),
        ("backends", "settings.backends.0 = 'torch'; Input should be"),
        ("files", "files has no sha256 of network.xml, vocabulary.json"),
    ],
)
def test_a_damaged_export_is_one_line(monkeypatch, capsys, fusion_exports, tmp_path, changed, told):
    folder = shutil.copytree(fusion_exports / "openvino", tmp_path / "a")
    card = json.loads((folder / "model.json").read_text())
    values = {
        "precision": "int4",
        "labels": ["cat", "dog"],
        "backends": ["torch"],
        "files": {},
    }
    if changed in values:
        card["settings"][changed] = values[changed]
        (folder / "model.json").write_text(json.dumps(card))
    elif changed == "network.bin":
        (folder / changed).write_bytes((folder / changed).read_bytes()[:-9])
    else:
        (folder / changed).unlink()
    (tmp_path / "a.png").write_bytes(SIX.images[0])
    words = ["pairdx", "predict", str(tmp_path / "a.png"), "--model", str(folder)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit):
        cli.main()
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") <= 2


@pytest.mark.parametrize(
    ("name", "to", "precision", "told"),
    [
        ("tfidf", "onnx", "fp32", "kind 'tfidf' is no torch network"),
        ("fusion", "onnx", "bf16", "bf16: allowed is fp32; for bf16: --to openvino"),
        ("fusion", "onnx", "int8", "int8: allowed is fp32; for int8: --to openvino"),
        ("caption_only", "openvino", "int8", "this one reads captions alone; allowed are fp32 and"),
    ],
)
def test_what_cannot_be_exported_is_an_error(
    model_folders, splits, tmp_path, name, to, precision, told
):
    with pytest.raises(PairdxError, match=told):
        export_model(model_folders / name, tmp_path / "a", to, precision, splits, 17)


def test_a_trained_model_is_not_overwritten(model_folders, splits):
    before = ModelCard.load(model_folders / "image_only")
    with pytest.raises(PairdxError, match="is there, and no export; name a new folder"):
        export_model(
            model_folders / "fusion", model_folders / "image_only", "onnx", "fp32", splits, 17
        )
    assert ModelCard.load(model_folders / "image_only") == before


def test_the_command_says_how_close_it_is(monkeypatch, capsys, model_folders, splits, tmp_path):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(ROOT / "params.yaml", "params.yaml")
    words = ["export", str(model_folders / "caption_only"), "--to", "onnx", "--data", str(splits)]
    monkeypatch.setattr("sys.argv", ["pairdx", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    told = capsys.readouterr().out
    assert told.startswith("exports/caption_only-onnx-fp32: on 12 test pairs, largest difference")
    assert "equal labels 100.0 %" in told
