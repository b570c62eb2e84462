"""`pairdx export-model-card`: a folder that opens elsewhere, and a card of what was measured."""

import json
import re

import huggingface_hub
import numpy as np
import pytest
from model_folders import READS
from small import drawn
from strangers import run_python

from pairdx import cli
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.prediction.export.export import export_model
from pairdx.prediction.predict import load_model
from pairdx.sharing.model_card import export_model_card

PAIRS = drawn(4)


def write_scores(metrics, name):
    """What the run measured of a model."""
    scores = {"n": 12}
    for key in ("accuracy", "macro_f1", "balanced_accuracy", "auroc", "ece"):
        scores |= {key: 0.8125, f"{key}_low": 0.7, f"{key}_high": 0.9}
    one = {"precision": 0.25, "recall": 0.5, "f1": 0.75, "support": 2}
    scores["per_class"] = dict.fromkeys(LABELS, one)
    (metrics / f"{name}.json").write_text(json.dumps(scores), encoding="utf-8")


def exported(name, project, model_folders, tmp_path):
    write_scores(project.metrics, name)
    out = tmp_path / "out" / name
    folder = model_folders / name
    export_model_card(folder, out, project.data, project.raw, project.metrics)
    return out


@pytest.mark.parametrize("name", list(READS))
def test_every_copy_predicts_as_its_model(project, model_folders, tmp_path, name):
    out = exported(name, project, model_folders, tmp_path)
    found, expected = (
        load_model(folder).predict(PAIRS.images, PAIRS.captions)
        for folder in (out, model_folders / name)
    )
    np.testing.assert_array_equal(found, expected)
    text = (out / "README.md").read_text(encoding="utf-8")
    nouns = {"image": "an image", "caption": "a caption"}
    told = " and ".join(noun for part, noun in nouns.items() if part in READS[name])
    assert f"It reads {told} and gives" in text
    assert ("Random weights, never trained" in text) == (name == "clip_zero_shot")
    assert "Trained and measured on drawn pictures" in text
    assert "| Accuracy | 0.812 [0.700, 0.900] |" in text
    assert "| radiology | 0.250 | 0.500 | 0.750 | 2 |" in text


def test_the_hub_reads_the_card(project, model_folders, tmp_path):
    out = exported("pairdx_clip", project, model_folders, tmp_path)
    card = huggingface_hub.ModelCard.load(out / "README.md")
    assert card.data.library_name == "open_clip"
    assert [one.metric_value for one in card.data.eval_results] == [0.8125, 0.8125]


def test_the_cards_lines_run_in_plain_open_clip(project, model_folders, tmp_path):
    out = exported("pairdx_clip", project, model_folders, tmp_path)
    text = (out / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.+?)```", text, re.DOTALL)[1]
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(PAIRS.images[2])
    program = program.replace("path/to/this/folder", str(out)).replace("picture.jpg", str(picture))
    told = run_python(program, home=tmp_path)
    odds = json.loads(told.replace("'", '"'))
    expected = load_model(out).predict(PAIRS.images[2:3], [""])[0]
    np.testing.assert_allclose([odds[label] for label in LABELS], expected, atol=1e-6)


def test_what_else_was_measured_is_told(project, model_folders, tmp_path):
    ece = {"ece": 0.5, "ece_low": 0.25, "ece_high": 0.75}
    covered = {"threshold": 0.75, "answered": 9, "accuracy": 0.5, "accuracy_low": None}
    calibration = {"temperature": 2.0, "n": 12, "before": ece, "after": ece}
    calibration["coverage"] = {"90": covered | {"accuracy_high": None}}
    drop = {"accuracy_drop": 0.125, "accuracy_drop_low": 0.0, "accuracy_drop_high": 0.25}
    timing = {"seconds_per_pair_median": 0.0123}
    other = {"accuracy": 0.5, "accuracy_low": 0.25, "accuracy_high": 0.75}
    other |= {key.replace("accuracy", "macro_f1"): value for key, value in other.items()}
    files = {
        "calibration/fusion.json": calibration,
        "robustness.json": {"n": 6, "models": {"fusion": {"image": drop}}},
        "timing/train/fusion.json": {"seconds": 61.4},
        "timing/cpu.json": {"cpu": {"cores": 2}, "models": {"fusion": timing}},
        "comparison.json": {"fusion": other, "tfidf": other},
    }
    for name, content in files.items():
        path = project.metrics / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    text = (exported("fusion", project, model_folders, tmp_path) / "README.md").read_text()
    for told in (
        "Divide the logits by 2.000",
        "is 0.500 [0.250, 0.750] before and 0.500 [0.250, 0.750] after.",
        "it answers 9 of 12 (aim 90 %), with an accuracy of 0.500 [none].",
        "corruptions of the image its accuracy falls by 0.125 [0.000, 0.250] on average (6 pairs)",
        "Training: 61 s",
        "0.0123 s (cores 2)",
        "| tfidf | 0.500 [0.250, 0.750] | 0.500 [0.250, 0.750] |",
    ):
        assert told in text, told
    assert "| fusion |" not in text


def test_a_model_that_was_not_evaluated_is_refused(project, model_folders, tmp_path):
    with pytest.raises(PairdxError, match=r"tfidf\.json: no such file; run `dvc repro evaluate`"):
        export_model_card(
            model_folders / "tfidf", tmp_path / "out", project.data, project.raw, project.metrics
        )
    assert not (tmp_path / "out").exists()


def test_the_command_leaves_a_folder_that_is_there(
    project, model_folders, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(project.top)
    write_scores(project.metrics, "tfidf")
    words = ["pairdx", "export-model-card", str(model_folders / "tfidf"), "exports/tfidf"]
    monkeypatch.setattr("sys.argv", words)
    for code, told in ((0, "exports/tfidf: tfidf; read"), (1, "exports/tfidf: is there; name")):
        with pytest.raises(SystemExit, match=rf"^{code}$"):
            cli.main()
        assert told in "".join(capsys.readouterr())


ONNX = """
import json, sys
import numpy, onnxruntime
folder, caption = sys.argv[1:]
session = onnxruntime.InferenceSession(folder + "/network.onnx")
card = session.get_modelmeta().custom_metadata_map
said = json.loads(card["inputs"])["tokens"]
words = json.load(open(folder + "/" + said["vocabulary"], encoding="utf-8"))["words"]
number = {word: at for at, word in enumerate(words, start=said["first_word"])}
read = [word.strip(said["edges"]) for word in caption.lower().split()]
ids = [number.get(word, said["unknown"]) for word in read if word][: said["max_tokens"]]
ids += [said["padding"]] * (said["max_tokens"] - len(ids))
logits = session.run(None, {"tokens": numpy.array([ids])})[0][0].astype(float)
odds = numpy.exp(logits - logits.max())
print(json.dumps(dict(zip(json.loads(card["labels"]), (odds / odds.sum()).tolist()))))
"""


@pytest.mark.slow
def test_an_onnx_file_says_all_that_onnxruntime_needs(project, model_folders, tmp_path):
    write_scores(project.metrics, "caption_only")
    network, out = tmp_path / "network", tmp_path / "out"
    export_model(model_folders / "caption_only", network, "onnx", "fp32", project.data, 17)
    export_model_card(network, out, project.data, project.raw, project.metrics)
    told = json.loads(run_python(ONNX, str(out), PAIRS.captions[2], home=tmp_path))
    expected = load_model(out).predict(PAIRS.images[2:3], PAIRS.captions[2:3])[0]
    np.testing.assert_allclose([told[label] for label in LABELS], expected, atol=2e-6)
    assert "Accuracy | 0.812" in (out / "README.md").read_text(encoding="utf-8")
