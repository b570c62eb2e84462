"""ClinVLA, trained from end to end on pairs told apart at a glance."""

import dataclasses

import numpy as np
import pytest
import torch
from small import STILL, drawn, section
from torch.nn import functional

from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS, write_table
from pairdx.doctor.costs import Cost
from pairdx.doctor.runs import pixel_bytes
from pairdx.doctor.scale import Scale
from pairdx.doctor.times import Work
from pairdx.evidence.retrieval.retrieval import read_searches, score
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.common.card import ModelCard
from pairdx.pairs.images import ImageInput
from pairdx.pairs.pixel_cache import FOLDER
from pairdx.prediction.embed import embed_pairs
from pairdx.training.clinvla.alignment import AlignmentTask, DecodedPairs
from pairdx.training.clinvla.clinvla import align_only, classify_only, new_clinvla, train_clinvla
from pairdx.training.clinvla.local_objective import word_mask, word_region_similarity
from pairdx.training.clip.objectives import contrast
from pairdx.training.common import checkpoint, loop
from pairdx.training.common.checkpoint import Checkpoint

TRAIN = dataclasses.replace(
    drawn(24),
    figures=[f"figure_{row // 12 * 6 + row % 6}" for row in range(24)],  # two parts each
)
VALIDATION = drawn(12)


@pytest.fixture
def base(model_folders):
    return model_folders / "pairdx_clip"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def settings(**changes):
    small = {
        "bottleneck": 16,
        "patch_dropout": 0.5,
        "epochs": 2,
        "batch_size": 8,
        "lr_language": 5e-3,
        "lr_task": 1e-2,
        "classify_epochs": 2,
        "augment": STILL | {"flip": 0.5},
    }
    return section(ClinVlaParams, **small | changes)


def train(base, seed=1, **changes):
    params = settings(**changes)
    model = new_clinvla(base, params, seed)
    histories = train_clinvla(model, TRAIN, VALIDATION, params, seed, Checkpoint("toy", "a"))
    return model, *histories


def decoded(model, train):
    return [DecodedPairs.of(model, pairs) for pairs in (train, VALIDATION)]


def same(one, other):
    one, other = (model.model.adapters.state_dict() for model in (one, other))
    return all(torch.equal(one[key], other[key]) for key in one)


def test_both_parts_learn(base):
    before = ClipClassifier.load(base, ModelCard.load(base)).model.state_dict()
    model, aligned, classified = train(base, epochs=4, classify_epochs=20, patch_dropout=0.0)
    assert aligned[-1]["train_loss"] < 0.9 * aligned[0]["train_loss"]
    assert max(row["validation_macro_f1"] for row in classified) > 0.6
    after = model.base.model.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)  # the base is as it was


@pytest.mark.parametrize("classify", ["task_adapter", "prompts"])
def test_images_are_decoded_once_and_take_what_the_doctor_counts(base, monkeypatch, classify):
    """Both parts look at the same file, and so does the next training."""
    counts, decode = [], ImageInput.decode_each

    def counted(self, images):
        counts.append(len(images))
        return decode(self, images)

    monkeypatch.setattr(ImageInput, "decode_each", counted)
    for seed in (1, 2):
        train(base, seed, epochs=1, classify_epochs=1, classify=classify)
    assert counts == [24, 12]
    cost = Cost(side=32, parameters=0, flops=0, activation_bytes=0)
    run = {"clinvla": Work(cost, parameters=0, rows=24, epochs=2, batch_size=8)}
    scale = Scale(0, 0, cohort=36, pairs=36, train=24, held_out=12)
    files = FOLDER.glob("*.u8")
    assert sum(path.stat().st_size for path in files) == pixel_bytes(scale, run)


def test_the_same_seed_gives_the_same_weights(base):
    one, *first = train(base)
    two, *again = train(base)
    three, *_ = train(base, seed=2)
    assert first == again
    assert same(one, two)
    assert not same(one, three)


@pytest.mark.parametrize("killed_after", [1, 3])
def test_a_killed_run_goes_on(base, monkeypatch, killed_after):
    """In the first part or the second: the end is that of a run that was not killed."""
    whole, *histories = train(base)
    epochs = iter(range(killed_after))
    run = loop._epoch

    def until_killed(*arguments):
        if next(epochs, None) is None:
            raise KeyboardInterrupt
        return run(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "_epoch", until_killed)
        with pytest.raises(KeyboardInterrupt):
            train(base)
    ran = []
    monkeypatch.setattr(loop, "_epoch", lambda *a: ran.append(1) or run(*a))
    resumed, *again = train(base)
    assert len(ran) == 4 - killed_after
    assert again == histories
    assert same(whole, resumed)
    assert not list(checkpoint.FOLDER.glob("*.pt"))


def test_each_part_trains_its_own_adapters(base):
    params = settings()
    model = new_clinvla(base, params, 1)
    adapters = model.model.adapters

    def learning():
        return {name for name, weight in adapters.named_parameters() if weight.requires_grad}

    align_only(model, params)
    everything = {name for name, _ in adapters.named_parameters()}
    assert learning() == {name for name in everything if "task.classification" not in name}
    classify_only(model, params)
    assert learning() == {name for name in everything if "task.classification" in name}
    assert not any(weight.requires_grad for weight in model.base.model.parameters())


def test_language_and_task_adapters_have_their_own_rates(base):
    params = settings(lr_language=5e-5, lr_task=1e-4)
    model = new_clinvla(base, params, 1)
    rates = {
        weight: group["lr"]
        for group in align_only(model, params).param_groups
        for weight in group["params"]
    }
    adapters = model.model.adapters
    assert {rates[weight] for weight in adapters.of_language()} == {5e-5}
    assert {rates[weight] for weight in adapters.of_task("alignment")} == {1e-4}


def test_prompts_need_no_second_part(base):
    model, _, classified = train(base, classify="prompts")
    assert [row["epoch"] for row in classified] == [0]
    assert model.classify == "alignment"


@pytest.mark.parametrize(
    "changes",
    [
        {"bottleneck": 0, "classify": "prompts"},
        {"reduction": 0},
        {"views": "none"},
        {"views": "figure"},
        {"local_weight": 0.0},
        {"global_weight": 0.0},
        {"patch_dropout": 0.0},
        {"objective": "literal"},
    ],
)
def test_every_part_can_be_left_out(base, changes):
    _, aligned, _ = train(base, epochs=1, classify_epochs=1, **changes)
    assert np.isfinite(aligned[0]["train_loss"])


def test_the_loss_is_the_sum_of_its_parts(base):
    params = settings(augment=STILL, views="none", global_weight=0.5, local_weight=0.8)
    model = new_clinvla(base, params, 1)
    pairs = dataclasses.replace(TRAIN, captions=["one", "two words", "three", "two words"] * 6)
    task = AlignmentTask(model, *decoded(model, pairs), params)
    rows = torch.tensor([5, 1, 3, 0])
    with torch.no_grad():
        loss = task.loss(rows)  # in evaluation mode: all patches
        decode, tokenizer = model.base.image_input, model.base.tokenizer
        pixels = decode.normalise(decode.decode_all([pairs.images[row] for row in rows]))
        tokens = tokenizer([pairs.captions[row] for row in rows])
        image, regions = model.model.encode_image(pixels)
        text, words = model.model.encode_text(tokens)
        image, regions, text, words = (
            functional.normalize(part, dim=-1) for part in (image, regions, text, words)
        )
        scale, groups = model.model.adapters.logit_scale.exp(), torch.tensor([0, 0, 0, 1])
        similarity = word_region_similarity(regions, words, word_mask(tokens), scale)
        whole, parts = contrast(scale * image @ text.T, groups), contrast(10 * similarity, groups)
    torch.testing.assert_close(loss, 0.5 * whole + 0.8 * parts)


def test_a_missing_base_is_one_line(tmp_path):
    with pytest.raises(PairdxError, match=r"model.json: no such file"):
        new_clinvla(tmp_path, settings(), 1)


def mean_cosine(model):
    images = model.embed_images(TRAIN.images)
    return float((images @ images.T).mean())


def test_the_literal_objective_collapses_and_the_contrastive_one_does_not(base):
    long = {"epochs": 15, "classify": "prompts", "views": "none"}
    literal, *_ = train(base, objective="literal", **long)
    ours, *_ = train(base, objective="contrastive", **long)
    assert mean_cosine(literal) > 0.99
    assert mean_cosine(ours) < 0.9


def test_the_precision_of_validation_is_that_of_retrieval(base, tmp_path):
    model = new_clinvla(base, settings(), 1)
    scores = AlignmentTask(model, *decoded(model, TRAIN), settings()).validate()
    write_table(embed_pairs(model, VALIDATION), tmp_path / "e.parquet", EMBEDDINGS)
    found = read_searches(tmp_path / "e.parquet")
    both = [score(found[name])["p_at_5"].mean() for name in ("text_to_image", "image_to_text")]
    assert scores["validation_p_at_5"] == pytest.approx(np.mean(both), abs=1e-5)
