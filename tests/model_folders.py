"""A model folder of each kind, small and made once: nobody writes into them."""

import pytest
from small import PROMPTS, drawn, section, tiny_clip, tiny_fusion, word_vectors, zero_shot

from pairdx.models.clinvla import clinvla
from pairdx.models.clip import clip
from pairdx.models.fusion import fusion
from pairdx.models.tfidf import tfidf
from pairdx.models.tfidf.tfidf import TfidfParams

READS = {  # of every folder, what the model in it looks at
    "fusion": {"image", "caption"},
    "image_only": {"image"},
    "caption_only": {"caption"},
    "tfidf": {"caption"},
    "clip_zero_shot": {"image"},
    "pairdx_clip": {"image"},
    "clinvla": {"image"},
}
TRAINED = [name for name in READS if name != "clip_zero_shot"]  # as their cards say


def untrained_clip(architecture, prompts=PROMPTS, seed=1, **changes):
    """A CLIP of random weights, the same each time."""
    values = {"model": f"local-dir:{architecture}", "pretrained": None, "untrained": True}
    return clip.ClipClassifier.create(zero_shot(**values | changes), prompts, seed)


def save_network(folder, words=True, image=True, **changes):
    """Save PairDxFusion, or one of its encoders alone, with random weights."""
    folder.mkdir()
    params = tiny_fusion(**changes)
    network = fusion.build(params, word_vectors() if words else None, image, 1)
    network.save(folder, fusion.card(folder.name, "", network, params))
    return folder


def save_tfidf(folder, pairs, **changes):
    """Save the linear baseline, which has learnt the captions of some pairs."""
    folder.mkdir()
    params = section(TfidfParams, **changes)
    model = tfidf.train_tfidf(pairs.captions, pairs.targets.tolist(), params)
    model.save(folder, tfidf.card(folder.name, "", model, params))
    return folder


def save_clip(folder, model, trained):
    """Save a CLIP model."""
    folder.mkdir()
    model.save(folder, clip.card(folder.name, "tiny", model, trained))
    return folder


def save_clinvla(folder, base):
    """Save adapters of the CLIP in ``base``, as they are at the start."""
    folder.mkdir()
    shape = {"bottleneck": 4, "reduction": 2, "patch_dropout": 0.5}
    model = clinvla.ClinVla.build(base, "classification", **shape)
    model.save(folder, clinvla.card(folder.name, "", model, base, folder))
    return folder


@pytest.fixture(scope="session")
def architecture(tmp_path_factory):
    """The folder of a CLIP small enough to be trained in a test."""
    return tiny_clip(tmp_path_factory.mktemp("clip") / "architecture")


@pytest.fixture(scope="session")
def model_folders(tmp_path_factory, architecture):
    """A folder of model folders, named as in ``READS``."""
    top = tmp_path_factory.mktemp("models")
    save_network(top / "fusion")
    save_network(top / "image_only", words=False)
    save_network(top / "caption_only", image=False)
    save_tfidf(top / "tfidf", drawn(13))
    model = untrained_clip(architecture)
    save_clip(top / "clip_zero_shot", model, trained=False)
    save_clip(top / "pairdx_clip", model, trained=True)
    save_clinvla(top / "clinvla", top / "clip_zero_shot")
    return top
