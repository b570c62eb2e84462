import pytest
import yaml
from small import TOP

from pairdx.core.errors import PairdxError
from pairdx.core.params import load_seed, read
from pairdx.curate.scan.params import ScanParams
from pairdx.models.clip.params import ClipZeroShotParams
from pairdx.models.fusion.params import FusionParams


@pytest.fixture
def params(tmp_path):
    """Write params.yaml with `change(content)` applied, and return its path."""

    def write(change=lambda content: None):
        content = yaml.safe_load((TOP / "params.yaml").read_text(encoding="utf-8"))
        change(content)
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return path

    return write


def refused(load, path):
    """Return the error, which must be one line that starts with the file."""
    with pytest.raises(PairdxError) as error:
        load(path)
    told = str(error.value)
    assert len(told.splitlines()) == 1
    assert told.startswith(f"{path}: ")
    return told.removeprefix(f"{path}: ")


def fusion_with(params, **values):
    return params(lambda content: content["fusion"].update(values))


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("lr", "fast", "number"),
        ("lr", True, "number"),
        ("lr", [0.1], "number"),
        ("lr", None, "number"),
        ("lr", 0, "greater than 0"),
        ("epochs", True, "integer"),
        ("epochs", 1.5, "integer"),
        ("epochs", 0, "greater than or equal to 1"),
        ("dropout", 1, "less than 1"),
        ("freeze_image", 1, "boolean"),
        ("freeze_image", "yes, please", "boolean"),
        ("precision", "fp16", "'float32', 'bfloat16' or 'float16'"),
        ("image_encoder", 18, "string"),
    ],
)
def test_a_refused_value_is_named_with_what_is_allowed(params, key, value, allowed):
    told = refused(FusionParams.load, fusion_with(params, **{key: value}))
    assert told.startswith(f"fusion.{key} = {value!r}; ")
    assert allowed in told


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", float("nan"), float("inf")])
def test_a_number_is_finite(params, value):
    assert refused(FusionParams.load, fusion_with(params, lr=value)).startswith(
        f"fusion.lr = {value!r}; "
    )


def test_a_nested_value_is_named_with_its_section(params):
    path = params(lambda content: content["fusion"]["augment"].update(flip=1.5))
    assert refused(FusionParams.load, path).startswith(
        "fusion.augment.flip = 1.5; should be less than or equal to 1"
    )


@pytest.mark.parametrize("key", ["lrr", "batch-size", "learning rate"])
def test_an_unknown_key_is_named_with_those_that_there_are(params, key):
    told = refused(FusionParams.load, fusion_with(params, **{key: 1}))
    assert told.startswith(f"fusion.{key} is not a parameter; allowed are image_encoder, ")
    assert "batch_size" in told


def test_an_unknown_nested_key_is_named_with_its_siblings(params):
    path = params(lambda content: content["fusion"]["augment"].update(blur=1))
    assert refused(FusionParams.load, path) == (
        "fusion.augment.blur is not a parameter; allowed are flip, rotation, scale, brightness, "
        "contrast, saturation, hue"
    )


def test_an_unknown_section_is_named_with_those_that_there_are(params):
    path = params(lambda content: content.update(fusoin={}))
    told = refused(FusionParams.load, path)
    assert told.startswith(
        "'fusoin' is not a section; allowed are audit_labels, balance, baselines, "
    )
    assert "fusion" in told.split("allowed are ")[1].split(", ")
    assert "training" not in told  # a module of this package, but no section


@pytest.mark.parametrize("module", ["base", "sections", "training", "zero_shot"])
def test_a_shared_module_is_no_section(params, module):
    path = params(lambda content: content.update({module: {}}))
    assert refused(FusionParams.load, path).startswith(f"{module!r} is not a section; ")


def test_a_missing_key_is_named(params):
    assert (
        refused(FusionParams.load, params(lambda content: content["fusion"].pop("lr")))
        == "fusion.lr is missing"
    )
    assert (
        refused(FusionParams.load, params(lambda content: content["fusion"]["augment"].pop("hue")))
        == "fusion.augment.hue is missing"
    )


def test_all_mistakes_are_told_at_once(params):
    told = refused(FusionParams.load, fusion_with(params, lr=0, epochs=0))
    assert "fusion.lr = 0; " in told
    assert "fusion.epochs = 0; " in told


@pytest.mark.parametrize("value", [None, 3, ["lr"]])
def test_a_section_is_a_mapping(params, value):
    told = refused(FusionParams.load, params(lambda content: content.update(fusion=value)))
    assert told.startswith(f"fusion = {value!r}; a section with the keys image_encoder, ")


def test_a_missing_section_is_named(params):
    told = refused(FusionParams.load, params(lambda content: content.pop("fusion")))
    assert told.startswith("fusion = None; a section with the keys image_encoder, ")


@pytest.mark.parametrize("text", ["3e-05", "3E-5", "0.3e-4"])
def test_a_number_that_yaml_takes_for_text_is_a_number(params, text):
    assert FusionParams.load(fusion_with(params, lr=text)).lr == 3e-5


def test_dvc_can_set_a_small_number(params):
    """`dvc exp run -S` writes ``3e-05``, which YAML 1.1 reads as a string."""
    hydra = pytest.importorskip("dvc.utils.hydra")
    path = params()
    hydra.apply_overrides(path, ["fusion.lr=3e-5", "fusion.augment.flip=0.25"])
    assert "lr: 3e-05" in path.read_text(encoding="utf-8")
    assert isinstance(read(path)["fusion"]["lr"], str)  # or this test shows nothing
    loaded = FusionParams.load(path)
    assert (loaded.lr, loaded.augment.flip) == (3e-5, 0.25)


@pytest.mark.parametrize("text", ["off", "'off'", "Off"])
def test_off_is_text(params, text):
    """DVC writes it without quotes, and YAML 1.1 reads it as false."""
    path = params()
    given = path.read_text(encoding="utf-8")
    for word in ("ppocr_v4", "centerface"):
        assert word in given
        given = given.replace(word, text)
    path.write_text(given, encoding="utf-8")
    if text == "Off":
        assert "'ppocr_v4' or 'off'" in refused(ScanParams.load, path)
    else:
        assert (ScanParams.load(path).words, ScanParams.load(path).faces) == ("off", "off")


def test_dvc_can_switch_off(params):
    hydra = pytest.importorskip("dvc.utils.hydra")
    path = params()
    hydra.apply_overrides(path, ["scan.words=off", "fusion.freeze_image=true"])
    assert ScanParams.load(path).words == "off"
    assert FusionParams.load(path).freeze_image is True


def test_text_that_looks_like_a_number_stays_text(params):
    names = {"chart": "1e5"}
    path = params(lambda content: content["clip_zero_shot"]["class_names"].update(names))
    assert ClipZeroShotParams.load(path).class_names["chart"] == "1e5"


@pytest.mark.parametrize("seed", [True, None, 1.0, "17", -1, 2**31])
def test_a_seed_is_a_whole_number(params, seed):
    told = refused(load_seed, params(lambda content: content.update(seed=seed)))
    assert told == f"seed = {seed!r}; a whole number from 0 to 2147483647 is needed"


def test_any_seed_in_range_is_read(params):
    for seed in (0, 2**31 - 1):
        assert load_seed(params(lambda content, seed=seed: content.update(seed=seed))) == seed


def test_a_missing_file_is_named(tmp_path):
    assert "no such file; run from the top" in refused(read, tmp_path / "params.yaml")


@pytest.mark.parametrize("text", [b"", b"3", b"- a", b"a: [1", b"a: 1\na\n", b"a: \xff\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_bytes(text)
    refused(read, path)
