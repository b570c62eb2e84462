import pytest
import yaml
from dvc.utils.serialize import dump_yaml, load_yaml
from small import TOP

from pairdx.core.errors import PairdxError
from pairdx.core.params import load_compared, load_seed, read
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scrub.params import ScrubParams
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip.params import ZeroShotParams
from pairdx.models.fusion.params import ClassifierParams, FusionParams
from pairdx.statistics.predictions.summary import ScoreParams
from pairdx.training.clip.params import PairDxClipParams, PretrainClipParams


@pytest.fixture
def params(tmp_path):
    """Write params.yaml with `change(content)` applied, and return its path."""

    def write(change=lambda content: None):
        content = read(TOP / "params.yaml")
        change(content)
        path = tmp_path / "params.yaml"
        dump_yaml(path, content)
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


def classifier_with(params, **values):
    return params(lambda content: content["classifier"].update(values))


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("lr", "fast", "number"),
        ("lr", True, "number"),
        ("lr", [0.1], "number"),
        ("lr", None, "number"),
        ("lr", 0, "greater than 0"),
        ("lr", 1e308, "less than or equal to 10"),
        ("epochs", True, "integer"),
        ("epochs", 1.5, "integer"),
        ("epochs", 0, "greater than or equal to 1"),
        ("dropout", 1, "less than 1"),
        ("freeze_image", 1, "boolean"),
        ("freeze_image", "yes, please", "boolean"),
        ("text", "lstm", "'attention' or 'mean'"),
        ("image_encoder", 18, "string"),
    ],
)
def test_a_refused_value_is_named_with_what_is_allowed(params, key, value, allowed):
    told = refused(ClassifierParams.load, classifier_with(params, **{key: value}))
    assert told.startswith(f"classifier.{key} = {value!r}; ")
    assert allowed in told


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", float("nan"), float("inf")])
def test_a_number_is_finite(params, value):
    assert refused(ClassifierParams.load, classifier_with(params, lr=value)).startswith(
        f"classifier.lr = {value!r}; "
    )


def test_a_shared_value_is_named_as_it_stands(params):
    path = params(lambda content: content["augment"].update(flip=1.5))
    assert refused(ClassifierParams.load, path).startswith(
        "augment.flip = 1.5; should be less than or equal to 1"
    )
    path = params(lambda content: content.update(precision="fp16"))
    told = refused(ClassifierParams.load, path)
    assert told.startswith("precision = 'fp16'; should be 'float32', 'bfloat16', 'float16' or ")


def test_augmented_networks_are_named_by_their_sections(params):
    path = params(lambda content: content["augment"].update(networks=["fusion"]))
    told = refused(ClassifierParams.load, path)
    assert told.startswith("augment.networks.0 = 'fusion'; should be 'classifier', 'pairdx_clip', ")
    path = params(lambda content: content["augment"].update(networks=["classifier"]))
    assert FusionParams.load(path).augmentation == FusionParams.load(path).augment
    assert ClassifierParams.load(path).augmentation is not None
    for section in (PairDxClipParams, PretrainClipParams, ClinVlaParams):
        assert section.load(path).augmentation is None


def test_a_shared_value_is_said_once(params):
    path = classifier_with(params, augment={"flip": 0.5})
    assert refused(ClassifierParams.load, path) == (
        "classifier.augment is not a parameter; augment is said once, at the top level"
    )
    path = params(lambda content: content.pop("augment"))
    assert refused(ClassifierParams.load, path) == "augment is missing"


def test_fusion_is_a_classifier_but_for_what_it_says_itself(params):
    path = params(lambda content: content["fusion"].update(epochs=3))
    shared, fusion = ClassifierParams.load(path), FusionParams.load(path)
    assert (fusion.epochs, fusion.joint) == (3, "concat")
    rest = {"joint", "epochs"}
    assert fusion.model_dump(exclude=rest) == shared.model_dump(exclude=rest)
    path = classifier_with(params, lr=0.25)
    assert (ClassifierParams.load(path).lr, FusionParams.load(path).lr) == (0.25, 0.25)


@pytest.mark.parametrize("value", ["null", "7", "[]"])
def test_what_fusion_inherits_from_is_a_section(tmp_path, value):
    content = read(TOP / "params.yaml") | {"classifier": yaml.safe_load(value)}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(PairdxError, match=r"params\.yaml: classifier = .*; a section is needed"):
        FusionParams.load(tmp_path / "params.yaml")


def test_a_value_that_fusion_inherits_is_named_where_it_stands(params):
    assert refused(FusionParams.load, classifier_with(params, lr=0)).startswith("classifier.lr = 0")
    path = params(lambda content: content["fusion"].update(lr=0))
    assert refused(FusionParams.load, path).startswith("fusion.lr = 0; ")
    path = params(lambda content: content["fusion"].update(joint="sum"))
    assert refused(FusionParams.load, path).startswith("fusion.joint = 'sum'; should be 'concat', ")


@pytest.mark.parametrize("key", ["lrr", "batch-size", "learning rate"])
def test_an_unknown_key_is_named_with_those_that_there_are(params, key):
    told = refused(ClassifierParams.load, classifier_with(params, **{key: 1}))
    assert told.startswith(
        f"classifier.{key} is not a parameter; allowed are batch_size, image_encoder, "
    )
    assert "epochs" in told
    assert "augment" not in told  # it is said at the top level


def test_an_unknown_nested_key_is_named_with_its_siblings(params):
    path = params(lambda content: content["augment"].update(blur=1))
    assert refused(ClassifierParams.load, path) == (
        "augment.blur is not a parameter; allowed are networks, flip, rotation, scale, "
        "brightness, contrast, saturation, hue"
    )


def test_an_unknown_section_is_named_with_those_that_there_are(params):
    path = params(lambda content: content.update(fusoin={}))
    told = refused(ClassifierParams.load, path)
    assert told.startswith(
        "'fusoin' is not a section; allowed are audit_labels, augment, balance, benchmark_cpu, "
    )
    assert "fusion" in told.split("allowed are ")[1].split(", ")
    assert "training" not in told  # a module of this package, but no section


@pytest.mark.parametrize("module", ["base", "sections", "training", "models"])
def test_a_folder_is_no_section(params, module):
    path = params(lambda content: content.update({module: {}}))
    assert refused(ClassifierParams.load, path).startswith(f"{module!r} is not a section; ")


def test_a_missing_key_is_named(params):
    path = params(lambda content: content["classifier"].pop("lr"))
    assert refused(ClassifierParams.load, path) == "classifier.lr is missing"
    assert refused(FusionParams.load, path) == "classifier.lr is missing"
    path = params(lambda content: content["augment"].pop("hue"))
    assert refused(ClassifierParams.load, path) == "augment.hue is missing"
    path = params(lambda content: content["fusion"].pop("joint"))
    assert "joint is missing" in refused(FusionParams.load, path)


def test_all_mistakes_are_told_at_once(params):
    told = refused(ClassifierParams.load, classifier_with(params, lr=0, epochs=0))
    assert "classifier.lr = 0; " in told
    assert "classifier.epochs = 0; " in told


@pytest.mark.parametrize(
    ("model", "values", "told"),
    [
        (ScrubParams, {"min_side": 2000}, "min_side may not be above max_side (512)"),
        (ScanParams, {"min_text_side": 4096}, "min_text_side may not be above max_text_side"),
    ],
)
def test_a_least_size_above_the_largest_is_refused(params, model, values, told):
    path = params(lambda content: content[model.section].update(values))
    assert told in refused(model.load, path)


@pytest.mark.parametrize("value", [None, 3, ["lr"]])
def test_a_section_is_a_mapping(params, value):
    told = refused(ClassifierParams.load, params(lambda content: content.update(classifier=value)))
    assert told.startswith(
        f"classifier = {value!r}; a section with the keys batch_size, image_encoder, "
    )


def test_a_missing_section_is_named(params):
    told = refused(ClassifierParams.load, params(lambda content: content.pop("classifier")))
    assert told.startswith("classifier = None; a section with the keys batch_size, image_encoder, ")


@pytest.mark.parametrize(
    "text", ["012", "1:30", "0o14", "1_000", "3e-05", "3E-5", "yes", "off", "~", "2026-01-02"]
)
def test_a_value_is_what_dvc_takes_it_for(tmp_path, text):
    (tmp_path / "params.yaml").write_text(f"seed: {text}", encoding="utf-8")
    assert read(tmp_path / "params.yaml") == load_yaml(tmp_path / "params.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: 1\nseed: 2", 'line 2: found duplicate key "seed"'),
        ("fusion: {lr: 1, lr: 2}", 'line 1: found duplicate key "lr"'),
        ("seed: " + "1" * 5000, "Exceeds the limit"),
        ("seed: " + "[" * 900, "line 2: did not find"),
        ("seed: " + "[" * 900 + "]" * 900, "a whole number from"),
        ("seed: !!int ", "string index out of range"),
        ("seed: !!bool x", "not valid YAML: 'x'"),
        ("seed: !!python/object:os.system x", "line 1: could not determine a constructor"),
        ("a: *b", "line 1: found undefined alias"),
        ("\x00", ""),
        ("- seed", "a mapping of sections is needed"),
    ],
)
def test_what_is_no_params_file_is_told_in_one_line(tmp_path, text, told):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    assert told in refused(load_seed, path)


def test_a_folder_is_no_params_file(tmp_path):
    assert refused(load_seed, tmp_path) == "cannot be read (not a regular file); name a file"


def test_dvc_can_set_a_small_number(params):
    """`dvc exp run -S` writes ``3e-05``, which YAML 1.1 reads as a string."""
    hydra = pytest.importorskip("dvc.utils.hydra")
    path = params()
    hydra.apply_overrides(path, ["classifier.lr=3e-5", "augment.flip=0.25"])
    assert "lr: 3e-05" in path.read_text(encoding="utf-8")
    assert isinstance(yaml.safe_load(path.read_text())["classifier"]["lr"], str)
    loaded = ClassifierParams.load(path)
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
    hydra.apply_overrides(path, ["scan.words=off", "classifier.freeze_image=true"])
    assert ScanParams.load(path).words == "off"
    assert ClassifierParams.load(path).freeze_image is True


def test_text_that_looks_like_a_number_stays_text(params):
    path = params(lambda content: content["class_names"].update(chart="1e5"))
    assert ZeroShotParams.load(path).class_names["chart"] == "1e5"


def test_zero_shot_models_are_named_by_their_keys(params):
    path = params(lambda content: content["zero_shot"].update(own=content["zero_shot"]["clip"]))
    found = ZeroShotParams.load(path)
    assert list(found.models) == ["clip", "biomedclip", "own"]
    assert found.named("own") == found.named("clip")
    assert found.prompts("own")["medical_photograph"] == ["a photo of a medical photograph"]
    with pytest.raises(PairdxError, match=r"zero_shot\.no is missing; there are clip, biomedclip"):
        found.named("no")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"untrained": "no"}, "zero_shot.clip.untrained = 'no'; "),
        ({"weights": "a"}, "zero_shot.clip.weights is not a parameter; allowed are model, pretr"),
        ({"templates": []}, "zero_shot.clip.templates = []; "),
    ],
)
def test_a_value_of_a_zero_shot_model_is_named_with_its_key(params, values, told):
    path = params(lambda content: content["zero_shot"]["clip"].update(values))
    assert refused(ZeroShotParams.load, path).startswith(told)


def test_a_section_may_share_and_be_shared(params):
    path = params(lambda content: content.update(calibration_bins=1))
    assert refused(ScoreParams.load, path).startswith("calibration_bins = 1; should be greater")
    path = params(lambda content: content["intervals"].update(resamples=5))
    assert refused(ScoreParams.load, path).startswith("intervals.resamples = 5; ")


@pytest.mark.parametrize("names", [None, [], "fusion", ["a", "a"], ["x_zero_shot"]])
def test_the_compared_models_are_a_list_of_names(params, names):
    told = refused(load_compared, params(lambda content: content.update(compared=names)))
    assert told.startswith("compared")


def test_the_compared_models_are_read_in_their_order(params):
    names = ["tfidf", "clip_zero_shot", "mine"]
    assert load_compared(params(lambda content: content.update(compared=names))) == names


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
