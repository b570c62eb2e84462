import pytest
import yaml
from small import TOP

from pairdx.core.errors import PairdxError
from pairdx.core.params import TOP_LEVEL, read
from pairdx.doctor.sections import check, sections

CONTENT = read(TOP / "params.yaml")
CLIP = CONTENT["zero_shot"]["clip"]


@pytest.fixture
def check_with(tmp_path):
    """Check params.yaml with `values` in the place of those of one section."""

    def run(section, **values):
        path = tmp_path / "params.yaml"
        content = CONTENT | {section: CONTENT[section] | values}
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return check(path).get(section)

    return run


def test_every_section_has_a_model_and_the_other_way_round():
    assert set(sections()) == set(CONTENT) - set(TOP_LEVEL)


def test_a_model_cannot_be_changed(check_with):
    with pytest.raises(ValueError, match="frozen"):
        check_with("intervals").resamples = 100


@pytest.mark.parametrize(
    ("section", "values", "told"),
    [
        ("balance", {"cap_per_class": 9, "total": 60}, "balance: set cap_per_class or total"),
        ("balance", {"total": 5}, "balance.total = 5; "),
        ("split", {"validation": 0.3, "test": 0.25}, "split: validation + test must leave"),
        ("split", {"test": 0.17}, "split.test = 0.17; a multiple of 0.05"),
        ("split", {"test": 0.0}, "split.test = 0.0; "),
        ("split", {"group_by": "patient"}, "split.group_by = 'patient'; "),
        ("download", {"path": None}, "download.path = None; a folder is needed; an empty one"),
        ("download", {"path": ""}, "download.path = ''; a folder is needed"),
        ("download", {"record": 10079370}, "10079370; version 1 of MultiCaRe has no labels"),
        ("download", {"record": 10079369}, "10079369; it stands for all versions"),
        ("download", {"api": "zenodo.org"}, "an address such as https://zenodo.org/api"),
        ("download", {"source": "zenodo"}, "'sample', 'multicare', 'pairdx_release' or 'folder'"),
        ("download", {"workers": 0}, "download.workers = 0; should be greater than or equal to 1"),
        ("word_vectors", {"source": "file", "path": None}, "needs word_vectors.path"),
        ("zero_shot", {"clip": CLIP | {"templates": []}}, "zero_shot.clip.templates = []; "),
        ("zero_shot", {"clip": CLIP | {"templates": ["a photo"]}}, "'a photo' must hold {} once"),
        ("zero_shot", {"clip": CLIP | {"templates": ["a {}", "{} {}"]}}, "'{} {}' must hold {} on"),
        # These hold {} once, and str.format fails on them.
        ("zero_shot", {"clip": CLIP | {"templates": ["{} {x}"]}}, "'{} {x}' must hold {} once"),
        ("zero_shot", {"clip": CLIP | {"templates": ["{ {}"]}}, "'{ {}' must hold {} once"),
        ("class_names", {"lungs": "lungs"}, "class_names: must name exactly"),
        ("filter", {"modalities": ["chart", "xray"]}, "filter.modalities.1 = 'xray'; "),
        ("filter", {"modalities": []}, "filter.modalities = []; "),
        ("filter", {"licenses": "CC0"}, "filter.licenses = 'CC0'; "),
        ("filter", {"licenses": []}, "filter.licenses = []; "),
        ("scrub", {"min_side": 0}, "scrub.min_side = 0; "),
        ("scan", {"hash_size": 9}, "scan.hash_size = 9; should be a multiple of 8"),
        ("intervals", {"confidence": 95}, "intervals.confidence = 95; should be less than 1"),
        ("intervals", {"resamples": 5}, "intervals.resamples = 5; "),
        ("benchmark_cpu", {"pairs": True}, "benchmark_cpu.pairs = True; "),
        ("tfidf", {"ngrams": "2"}, "tfidf.ngrams = '2'; should be a valid integer"),
        ("pairdx_clip", {"objective": "both"}, "'prompts' or 'captions'"),
        ("pairdx_clip", {"tune": "probe", "objective": "captions"}, "set objective: prompts"),
        ("pairdx_clip", {"tune": "clinvla"}, "'full', 'lora' or 'probe'"),
        ("pretrain_clip", {"epochs": -1}, "pretrain_clip.epochs = -1; "),
        ("clinvla", {"objective": "sound"}, "'contrastive' or 'literal'"),
        ("clinvla", {"patch_dropout": 1.0}, "clinvla.patch_dropout = 1.0; should be less than 1"),
        ("clinvla", {"global_weight": 0.0, "local_weight": 0.0}, "one must be positive"),
        ("clinvla", {"bottleneck": 0}, "task_adapter needs a bottleneck above 0; or set prompts"),
        ("retrieve", {"models": []}, "retrieve.models = []; "),
        ("robustness", {"pairs": 0}, "robustness.pairs = 0; "),
        ("robustness", {"models": []}, "robustness.models = []; "),
        ("disagreements", {"models": ["fusion", "fusion"]}, "two different models are needed"),
        ("external", {"folders": ["mine"]}, "external.folders = ['mine']; "),
        ("external", {"folders": {"../up": "x"}}, "external.folders.../up"),
        ("external", {"folders": {"mine": ""}}, "external.folders.mine = ''; "),
    ],
)
def test_a_contradiction_is_one_line(check_with, section, values, told):
    with pytest.raises(PairdxError) as error:
        check_with(section, **values)
    assert told in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_all_that_is_refused_is_told_and_what_is_shared_once(tmp_path):
    path = tmp_path / "params.yaml"
    scan = CONTENT["scan"] | {"precision": "fast", "workers": -1}
    content = CONTENT | {"precision": "half", "scan": scan}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(PairdxError) as error:
        check(path)
    told = str(error.value)
    assert len(told.splitlines()) == told.count(str(path)) == told.count("'half'") == 1
    assert "scan.precision = 'fast'" in told
    assert "scan.workers = -1" in told


def test_an_edge_is_allowed(check_with):
    assert check_with("split", validation=0.25, test=0.25).test == 0.25
    assert check_with("split", validation=0.15, test=0.35).test == 0.35  # 0.5 in floats, nearly
    assert check_with("balance", cap_per_class=None, total=6).total == 6
    assert check_with("balance", cap_per_class=None, total=None).total is None
    assert check_with("filter", licenses=["CC BY"]).licenses == ("CC BY",)
