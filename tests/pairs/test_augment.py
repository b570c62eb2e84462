from itertools import permutations

import numpy as np
import pytest
import torch
from releases import encode, picture
from scipy.stats import ks_2samp
from small import STILL
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional

from pairdx.pairs.augment import Augment, recolour, turn_hue
from pairdx.pairs.images import ImageInput
from pairdx.pairs.params import Augmentation

STRONG = {"flip": 0.5, "rotation": 15.0, "scale": 0.2, "brightness": 0.3, "contrast": 0.3}
PICTURES = ImageInput(32).decode_all([encode(picture(number)) for number in range(3)])


def augment(**params):
    return Augment(Augmentation.model_validate(STILL | params))


def test_it_follows_the_seed_and_differs_between_images():
    images = PICTURES[:1].repeat(4, 1, 1, 1)
    runs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        runs.append(augment(**STRONG)(images))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    assert runs[0].dtype == torch.float32
    assert runs[0].shape == images.shape
    for other in runs[0][1:]:
        assert not torch.equal(runs[0][0], other)


def test_nothing_changes_nothing():
    torch.testing.assert_close(augment()(PICTURES), PICTURES / 255)


def test_colours_are_changed_in_float32_in_a_training_of_bfloat16():
    runs = []
    for half in (False, True):
        torch.manual_seed(1)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            runs.append(augment(**STRONG)(PICTURES))
    assert torch.equal(*runs)


def test_without_augmentation_images_are_what_they_are_and_nothing_is_drawn():
    before = torch.get_rng_state()
    assert torch.equal(Augment(None)(PICTURES), PICTURES)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_certain_flip_is_a_mirror_image():
    torch.testing.assert_close(augment(flip=1.0)(PICTURES), PICTURES.flip(-1) / 255)


def test_a_flip_is_of_single_images():
    torch.manual_seed(0)
    flipped = augment(flip=0.25)(PICTURES[:1].repeat(800, 1, 1, 1))
    share = (flipped != PICTURES[:1] / 255).flatten(1).any(1).float().mean()
    assert share == pytest.approx(0.25, abs=0.05)


def test_a_crop_only_enlarges():
    """Without rotation nothing from outside the image may come in."""
    torch.manual_seed(0)
    white = torch.full((20, 3, 32, 32), 255, dtype=torch.uint8)
    assert augment(scale=0.5, flip=0.5)(white).min() >= 254 / 255


# Mid-grey tones: torchvision clips after every change, we once.
TONES = (64 + PICTURES[0].float() / 2).to(torch.uint8)
THEIRS = {
    "brightness": v2.ColorJitter(brightness=0.3),
    "contrast": v2.ColorJitter(contrast=0.3),
    "saturation": v2.ColorJitter(saturation=0.5),
    "hue": v2.ColorJitter(hue=0.2),
    "rotation": v2.RandomAffine(25, fill=None, interpolation=InterpolationMode.BILINEAR),
    "scale": v2.RandomAffine(0, scale=(1, 1.4), interpolation=InterpolationMode.BILINEAR),
}
RANGES = {
    "brightness": 0.3,
    "contrast": 0.3,
    "saturation": 0.5,
    "hue": 0.2,
    "rotation": 25.0,
    "scale": 0.4,
}


def measured(images: torch.Tensor) -> dict[str, np.ndarray]:
    """Of every image: its mean, its contrast, how far colours are apart, and one corner."""
    pixels = images.float()
    return {
        "mean": pixels.mean((1, 2, 3)).numpy(),
        "contrast": pixels.std((1, 2, 3)).numpy(),
        "colour": pixels.std(1).mean((1, 2)).numpy(),
        "red": pixels[:, 0].mean((1, 2)).numpy(),
        "corner": pixels[:, :, :8, :8].mean((1, 2, 3)).numpy(),
    }


@pytest.mark.parametrize("name", THEIRS)
def test_images_are_distributed_as_torchvision_changes_them(name):
    torch.manual_seed(3)
    many = TONES.repeat(600, 1, 1, 1)
    ours = measured(augment(**{name: RANGES[name]})(many) * 255)
    theirs = measured(torch.stack([THEIRS[name](image) for image in many / 255]) * 255)
    for quantity, values in ours.items():
        other = theirs[quantity]
        if max(values.std(), other.std()) > 0.01:  # of 255; less is rounding
            assert ks_2samp(values, other).pvalue > 0.001, quantity
        else:
            assert abs(values.mean() - other.mean()) < 0.01, quantity


def test_all_colours_together_are_distributed_as_torchvision_changes_them():
    torch.manual_seed(4)
    many = TONES.repeat(600, 1, 1, 1)
    strengths = {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2}
    ours = measured(augment(**strengths)(many) * 255)
    jitter = v2.ColorJitter(0.2, 0.2, 0.2)
    theirs = measured(torch.stack([jitter(image) for image in many / 255]) * 255)
    for quantity, values in ours.items():
        assert ks_2samp(values, theirs[quantity]).pvalue > 0.001, quantity


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_colours_are_changed_as_torchvision_changes_them_in_any_order(order):
    factors = torch.tensor([1.1, 0.8, 1.3])
    steps = (functional.adjust_brightness, functional.adjust_contrast, functional.adjust_saturation)
    theirs = TONES / 255
    for step in order:
        theirs = steps[step](theirs, factors[step])
    (ours,) = recolour((TONES / 255)[None], *factors[:, None])
    torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=0)


def test_a_change_that_is_switched_on_leaves_the_others_as_they_were():
    runs = []
    for hue in (0.0, 1e-9):
        torch.manual_seed(5)
        runs.append(augment(**STRONG, hue=hue)(PICTURES))
    torch.testing.assert_close(*runs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("turns", [-0.5, -0.1, 0.0, 0.25, 0.5])
def test_a_hue_is_turned_as_torchvision_turns_it(turns):
    ours = turn_hue(PICTURES / 255, torch.full((3,), turns))
    theirs = functional.adjust_hue(PICTURES / 255, turns)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_grey_has_no_hue():
    grey = torch.full((1, 3, 4, 4), 0.5)
    torch.testing.assert_close(turn_hue(grey, torch.tensor([0.3])), grey)
