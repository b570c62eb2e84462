"""PairDxCLIP, trained from end to end on pairs told apart at a glance."""

import dataclasses

import pytest
import torch
from small import STILL, drawn, section
from torch.nn import functional

from pairdx.training.clip.clip import ClipTask, finetune_clip
from pairdx.training.clip.groups import caption_groups
from pairdx.training.clip.objectives import multi_positive_contrastive
from pairdx.training.clip.params import PairDxClipParams
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.validation import precision_both_ways

TRAIN, VALIDATION = drawn(24), drawn(12)


def settings(**changes):
    small = {
        "objective": "prompts",
        "epochs": 2,
        "batch_size": 8,
        "lr": 2e-3,
        "clip_gradient": 1.0,
        "augment": STILL | {"flip": 0.5},
    }
    return section(PairDxClipParams, **small | changes)


def train(clip, seed=1, train_pairs=TRAIN, **changes):
    params = settings(**changes)
    return finetune_clip(clip, train_pairs, VALIDATION, params, seed, Checkpoint("toy", "a"))


def same(one, other):
    one, other = one.model.state_dict(), other.model.state_dict()
    return all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("objective", ["prompts", "captions"])
def test_each_objective_learns(start, objective):
    clip = start()
    history = train(clip, objective=objective, epochs=8)
    assert history[-1]["train_loss"] < 0.8 * history[0]["train_loss"]
    assert not same(clip, start())


@pytest.mark.parametrize(
    ("objective", "texts"), [("prompts", [6]), ("captions", [len(TRAIN), len(VALIDATION), 6])]
)
def test_texts_are_tokenised_once(start, objective, texts):
    clip, counts = start(), []

    def counted(captions):
        counts.append(len(captions))
        return clip.tokenizer(captions)

    train(dataclasses.replace(clip, tokenizer=counted), objective=objective, epochs=2)
    assert counts == texts


@pytest.mark.parametrize("networks", [["pairdx_clip"], ["classifier"]])
def test_images_are_changed_where_params_name_this_network(start, networks):
    """The paper's CLIP is shown what its official preprocessing gives, and no more."""
    augment = STILL | {"flip": 1.0, "networks": networks}
    clip, rows = start(), torch.arange(4)
    task = ClipTask(clip, TRAIN, VALIDATION, settings(augment=augment))
    shown = clip.image_input.decode_all(TRAIN.images[:4])
    if networks == ["pairdx_clip"]:
        shown = shown.flip(-1)
    with torch.no_grad():
        loss, images, prompts = task.loss(rows), clip.encode_images(shown), clip.encode_prompts()
    scale = clip.model.logit_scale.exp()
    expected = functional.cross_entropy(scale * images @ prompts.T, TRAIN.targets[:4])
    torch.testing.assert_close(loss, expected)


def test_captions_choose_the_epoch_by_how_pairs_are_found(start):
    clip = start()
    history = train(clip, objective="captions", epochs=6)
    images, captions = (
        torch.from_numpy(embed)
        for embed in (
            clip.embed_images(VALIDATION.images),
            clip.embed_captions(VALIDATION.captions),
        )
    )
    found = precision_both_ways(images, captions, VALIDATION.targets)
    assert found == pytest.approx(max(row["validation_p_at_5"] for row in history), abs=1e-3)
    assert "validation_p_at_5" not in train(start(), epochs=1)[0]


def test_prompts_teach_the_classes(start):
    clip = start()
    history = train(clip, epochs=10)
    assert max(row["validation_macro_f1"] for row in history) > 0.8
    predicted = clip.predict(VALIDATION.images, VALIDATION.captions).argmax(1)
    assert (torch.from_numpy(predicted) == VALIDATION.targets).float().mean() > 0.8


@pytest.mark.parametrize("objective", ["prompts", "captions"])
def test_the_same_seed_gives_the_same_weights(start, objective):
    one, two, three = start(), start(), start()
    first, again = train(one, objective=objective), train(two, objective=objective)
    train(three, seed=2, objective=objective)
    assert first == again
    assert same(one, two)
    assert not same(one, three)


def test_both_encoders_learn(start):
    clip, fresh = start(), start()
    train(clip, epochs=1)
    changed = {
        name.split(".")[0]
        for (name, ours), theirs in zip(
            clip.model.named_parameters(), fresh.model.parameters(), strict=True
        )
        if not torch.equal(ours, theirs)
    }
    assert {"visual", "transformer", "token_embedding", "logit_scale"} <= changed


def test_the_temperature_stays_in_range(start):
    clip = start()
    with torch.no_grad():
        clip.model.logit_scale.fill_(9.0)
    train(clip, epochs=1)
    assert clip.model.logit_scale.item() <= 4.6052  # ln 100


def captions_of(*captions, figures=None):
    pairs = drawn(len(captions))
    figures = figures or pairs.figures
    return dataclasses.replace(pairs, captions=list(captions), figures=list(figures))


def test_pairs_with_one_caption_share_a_group():
    pairs = captions_of("CT head.", "MRI", "ct head. ", "CT", "mri")
    assert caption_groups(pairs).tolist() == [0, 1, 0, 2, 1]


def test_pairs_of_one_figure_share_a_group_and_groups_join_up():
    pairs = captions_of("CT", "MRI", "mri", "PET", figures=["a", "a", "b", "c"])
    assert caption_groups(pairs).tolist() == [0, 0, 0, 1]


def test_a_missing_caption_links_nothing_but_its_figure():
    pairs = captions_of("", "CT", " ", "", figures=["a", "d", "b", "a"])
    assert caption_groups(pairs).tolist() == [0, 1, 2, 0]


def test_shared_captions_are_positives_in_training(start):
    # One caption with two tokenisations: of two equal embeddings any share of the target costs the
    # same, and the groups would not show.
    pairs = captions_of("Gauß", "MRI", "gauss", "US", "mri", "gauss")
    clip = start()
    task = ClipTask(clip, pairs, VALIDATION, settings(objective="captions", augment=STILL))
    rows = torch.tensor([5, 1, 3, 0])
    with torch.no_grad():
        loss = task.loss(rows)
        images = clip.encode_images(
            clip.image_input.decode_all([pairs.images[row] for row in rows])
        )
        captions = clip.encode_captions(["gauss", "MRI", "US", "Gauß"])
        scale = clip.model.logit_scale.exp()
        expected = multi_positive_contrastive(images, captions, scale, torch.tensor([0, 1, 2, 0]))
        ordinary = multi_positive_contrastive(images, captions, scale, torch.arange(4))
    torch.testing.assert_close(loss, expected)
    assert abs(loss - ordinary) > 1e-3  # or this test shows nothing
