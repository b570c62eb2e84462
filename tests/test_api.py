"""`pairdx.load` and `pairdx.read`, as a notebook calls them."""

import os
import subprocess
import sys
import zipfile
from importlib.metadata import version

import numpy as np
import pandas as pd
import pytest
from closure import ROOT
from file_forms import file_forms
from imports import importing
from model_folders import READS
from PIL import Image
from releases import encode, picture
from small import drawn, write_pairs

import pairdx
from pairdx.core.decode import decode
from pairdx.core.schema import LABELS
from pairdx.prediction.predict import load_model

PAIRS = drawn(10)


@pytest.fixture
def fusion(model_folders):
    return pairdx.load(model_folders / "fusion")


@pytest.mark.parametrize("name", READS)
def test_every_model_predicts_as_in_the_pipeline(model_folders, name):
    model = pairdx.load(str(model_folders / name))
    found = model.predict(PAIRS.images, PAIRS.captions, batch=3)
    expected = load_model(model_folders / name).predict(PAIRS.images, PAIRS.captions)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)
    assert found.labels == [LABELS[best] for best in expected.argmax(1)]
    assert (model.name, model.reads, model.labels) == (name, READS[name], LABELS)
    table = found.to_pandas()
    assert table.columns.tolist() == ["label", *(f"p_{label}" for label in LABELS)]
    assert table["label"].tolist() == found.labels


def test_an_image_is_the_same_as_path_bytes_and_pillow(model_folders, tmp_path):
    model = pairdx.load(model_folders / "image_only")
    forms = [(form, data) for form, data, _ in file_forms(picture(7, (60, 44)))]
    deep = Image.fromarray(np.linspace(-5, 900, 60 * 44, dtype=np.float32).reshape(44, 60))
    forms += [("float", encode(deep, "TIFF")), ("int", encode(deep.convert("I"), "TIFF"))]
    forms += [("grey", encode(picture(7, (60, 44)).convert("LA")))]
    forms += [("twelve bits", encode(Image.fromarray(np.asarray(deep).astype(np.uint16) * 4)))]
    for form, data in forms:
        path = tmp_path / form
        path.write_bytes(data)
        with Image.open(path) as opened:
            found = model.predict([data, path, str(path), opened]).probabilities
        np.testing.assert_array_equal(found, found[[0, 0, 0, 0]], form)


def test_one_pair_needs_no_lists(fusion):
    alone = fusion.predict(PAIRS.images[3], PAIRS.captions[3])
    several = fusion.predict(PAIRS.images, pd.Series(PAIRS.captions, index=range(7, 17)))
    np.testing.assert_allclose(alone.probabilities[0], several.probabilities[3], atol=1e-6)
    assert fusion.predict([]).probabilities.shape == (0, 6)
    silent = fusion.predict(PAIRS.images).probabilities
    np.testing.assert_array_equal(silent, fusion.predict(PAIRS.images, [""] * 10).probabilities)


def test_only_a_batch_is_encoded_at_once(fusion):
    """Pictures are read when their turn comes: a list of paths may be of any length."""
    seen = []

    class Watched(list):
        def __iter__(self):
            for row in range(len(self)):
                seen.append(row)
                yield self[row]

    predictor, asked = fusion.predictor, []

    class Counting:
        reads = predictor.reads

        def predict(self, images, captions):
            asked.append((len(images), len(seen)))
            return predictor.predict(images, captions)

    pairdx.Model(fusion.folder, fusion.card, Counting()).predict(Watched(PAIRS.images), batch=4)
    assert asked == [(4, 4), (4, 8), (2, 10)]


def test_an_exported_folder_is_a_model(model_folders, tmp_path):
    from pairdx.prediction.export.export import export_model

    for split in ("train", "test"):
        write_pairs(tmp_path / f"{split}.parquet", PAIRS)
    folder = model_folders / "caption_only"
    export_model(folder, tmp_path / "out", "onnx", "fp32", tmp_path, 17)
    expected = pairdx.load(folder).predict(PAIRS.images, PAIRS.captions).probabilities
    for backend in (None, "onnx", "openvino"):
        model = pairdx.load(tmp_path / "out", backend)
        found = model.predict(PAIRS.images, PAIRS.captions).probabilities
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_images_and_captions_are_embedded(model_folders):
    model = pairdx.load(model_folders / "pairdx_clip")
    found = model.embed(PAIRS.images, PAIRS.captions[:4], batch=3)
    assert found.images.shape[0] == 10
    assert found.captions.shape == (4, found.images.shape[1])
    for vectors in (found.images, found.captions):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(found.images, model.predictor.embed_images(PAIRS.images), atol=1e-6)
    assert model.embed(captions="a chart").images is None
    with pytest.raises(pairdx.PairdxError, match="fusion: not a CLIP-like model"):
        pairdx.load(model_folders / "fusion").embed(PAIRS.images)


@pytest.mark.parametrize(
    ("images", "captions", "told"),
    [
        ([PAIRS.images[0], "nowhere.png"], None, r"images\[1\], nowhere.png: cannot be read"),
        ([*PAIRS.images[:5], b"abc"], None, r"images\[5\]: not one of BMP"),
        ([np.zeros((3, 3))], None, r"images\[0\] is ndarray; a path, bytes or a Pillow image"),
        (PAIRS.images[:2], ["a"], "2 images and 1 captions; one an image is needed"),
        (PAIRS.images[:2], "a", "2 images and 1 captions"),
        (PAIRS.images[:2], ["a", None], r"captions\[1\] = None; text is needed"),
    ],
)
def test_what_cannot_be_asked_is_named(fusion, images, captions, told):
    with pytest.raises(pairdx.PairdxError, match=told):
        fusion.predict(images, captions, batch=2)


def test_a_split_is_read_and_its_images_stay_in_the_file(tmp_path):
    write_pairs(tmp_path / "test.parquet", PAIRS)
    split = pairdx.read(tmp_path, split="test")
    assert len(split) == 10
    assert split.frame["caption"].tolist() == PAIRS.captions
    assert "image" not in split.frame
    assert split.images._at_hand == {}
    assert list(split.images) == PAIRS.images
    assert split.picture(3).tobytes() == decode(PAIRS.images[3]).tobytes()
    with pytest.raises(pairdx.PairdxError, match="split = 'dev'; allowed are train, validation"):
        pairdx.read(tmp_path, split="dev")
    with pytest.raises(pairdx.PairdxError, match=r"train\.parquet: no such file"):
        pairdx.read(tmp_path, split="train")


def test_importing_is_quick():
    code = (
        "import sys, pairdx; print(*sys.modules); print(pairdx.__version__)\n"
        "pairdx.load; print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": importing(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    modules, told, torch = done.stdout.splitlines()
    heavy = {"numpy", "pandas", "pyarrow", "PIL", "torch", "pydantic", "pairdx.api"}
    assert not heavy & set(modules.split())
    assert told == version("pairdx")
    assert torch == "False"


def test_a_name_that_is_not_there_is_an_attribute_error():
    assert set(pairdx.__all__) <= set(dir(pairdx))
    with pytest.raises(AttributeError, match="module 'pairdx' has no attribute 'fit'"):
        pairdx.fit  # noqa: B018


def test_the_wheel_has_every_file_of_the_package(tmp_path):
    """The mark of a typed package among them, and what pages are made of."""
    import shutil

    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    code = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=tmp_path, check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = (path for path in (ROOT / "src/pairdx").rglob("*") if path.is_file())
    ours = {path.relative_to(ROOT / "src").as_posix() for path in files if path.suffix != ".pyc"}
    assert "pairdx/py.typed" in ours
    assert ours <= packed
