"""What the demo says of one pair, without its server."""

import numpy as np
import pytest
from demo_folder import write_calibration, write_split
from model_folders import READS
from releases import encode, picture
from small import drawn

from pairdx.core.errors import PairdxError
from pairdx.demo.answers import Picture, find_models
from pairdx.evidence.calibration.temperature import scale
from pairdx.prediction.export.export import export_model

CAPTION = "A chart of patient 1."


@pytest.fixture(scope="module")
def asked():
    return Picture.of(drawn(1).images[0])


def shelves_of(model_folders, tmp_path):
    return {one.folder.name: one for one in find_models(model_folders, tmp_path)}


def test_every_model_answers_and_says_why(model_folders, tmp_path, asked):
    for name, shelf in shelves_of(model_folders, tmp_path).items():
        answer = shelf.ask(asked, CAPTION)
        assert answer.problem == ""
        assert answer.row.sum() == pytest.approx(1)
        assert answer.seconds > 0
        assert (answer.heat is not None) == ("image" in READS[name]), name
        assert (answer.words is not None) == ("caption" in READS[name]), name
        assert (answer.shares is not None) == (READS[name] == {"image", "caption"}), name
        assert answer.inside == []
        assert not answer.abstains


def test_a_model_is_opened_when_it_is_asked_and_once(model_folders, tmp_path, asked, monkeypatch):
    opened = []
    ours = "pairdx.demo.answers.load_model"
    from pairdx.prediction.predict import load_model

    monkeypatch.setattr(ours, lambda folder: opened.append(folder.name) or load_model(folder))
    shelf = shelves_of(model_folders, tmp_path)["tfidf"]
    assert opened == []
    shelf.ask(asked, CAPTION)
    shelf.ask(None, CAPTION)
    assert opened == ["tfidf"]


@pytest.mark.parametrize(("threshold", "abstains"), [(0.0, False), (1.0, True)])
def test_a_calibration_is_obeyed(model_folders, tmp_path, asked, threshold, abstains):
    plain = shelves_of(model_folders, tmp_path)["fusion"].ask(asked, CAPTION)
    rule = write_calibration(tmp_path / "fusion.json", "fusion", threshold)
    answer = shelves_of(model_folders, tmp_path)["fusion"].ask(asked, CAPTION)
    np.testing.assert_allclose(answer.row, scale(plain.row[None], rule["temperature"])[0])
    assert answer.abstains is abstains
    assert len(answer.inside) == max(1, int((answer.row >= 0.1).sum()))


def test_what_a_model_lacks_is_named(model_folders, tmp_path, asked):
    shelves = shelves_of(model_folders, tmp_path)
    for name, reads in READS.items():
        without_picture = shelves[name].ask(None, CAPTION).problem
        assert ("it reads pictures" in without_picture) == ("image" in reads), name
        without_caption = shelves[name].ask(asked, "").problem
        assert ("it reads captions alone" in without_caption) == (reads == {"caption"}), name


def test_a_damaged_model_does_not_keep_the_others_from_answering(model_folders, tmp_path, asked):
    for name in ("tfidf", "fusion"):
        (tmp_path / name).mkdir()
        for file in (model_folders / name).iterdir():
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    (tmp_path / "fusion/weights.safetensors").write_bytes(b"broken")
    fusion, tfidf = find_models(tmp_path, tmp_path / "none")
    assert "weights.safetensors" in fusion.ask(asked, CAPTION).problem
    assert tfidf.ask(asked, CAPTION).problem == ""


@pytest.mark.slow
def test_an_exported_model_answers_and_explains_nothing(model_folders, tmp_path, asked):
    for split in ("train", "test"):
        write_split(tmp_path / f"data/{split}.parquet", 12)
    place = tmp_path / "exports/fusion"
    export_model(model_folders / "fusion", place, "openvino", "fp32", tmp_path / "data", 17)
    (exported,) = find_models(tmp_path / "exports", tmp_path)
    answer = exported.ask(asked, CAPTION)
    plain = shelves_of(model_folders, tmp_path)["fusion"].ask(asked, CAPTION)
    np.testing.assert_allclose(answer.row, plain.row, atol=1e-4)
    assert (answer.problem, answer.heat, answer.words, answer.shares) == ("", None, None, None)


def test_trained_models_come_first(model_folders, tmp_path):
    shelves = find_models(model_folders, tmp_path)
    assert [one.folder.name for one in shelves][-1] == "clip_zero_shot"


def test_a_folder_without_models_is_refused(tmp_path):
    with pytest.raises(PairdxError, match=r"--models .* holds a model\.json"):
        find_models(tmp_path, tmp_path)


def test_another_models_calibration_is_refused(model_folders, tmp_path):
    write_calibration(tmp_path / "fusion.json", "tfidf", 0.5)
    with pytest.raises(PairdxError, match="the calibration of tfidf"):
        find_models(model_folders, tmp_path)


@pytest.mark.parametrize("data", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n", encode(picture(0))[:100]])
def test_what_is_no_image_is_told_in_one_line(data):
    with pytest.raises(PairdxError, match="not an image that can be read: ") as caught:
        Picture.of(data)
    assert "\n" not in str(caught.value)


def test_the_shown_copy_is_small_and_the_size_is_the_images(tmp_path):
    found = Picture.of(encode(picture(0, (900, 300))))
    assert found.size == (900, 300)
    assert found.small.size == (384, 128)
