"""Train a small network for 20 steps, alone or as one of the processes of `torchrun`.

    python twenty_steps.py NETWORK,NETWORK... [STEP]

The first process writes the loss of each step and the history into NETWORK.json, the weights of the
end into NETWORK.pt. The last process is killed at STEP. A CLIP is in the folder `base`.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch
from small import STILL, drawn, section, word_vectors

from pairdx.core.errors import told_in_one_line
from pairdx.core.outputs import new_file, write_json
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.common.card import ModelCard
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.training.clip.params import PairDxClipParams
from pairdx.training.common import loop
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.processes import together
from pairdx.training.fusion.classifier import train_classifier

# Five steps an epoch, the last of them of three pairs: parts of one and two. Two images a figure.
TRAIN = replace(drawn(43), figures=[f"figure_{row // 12 * 6 + row % 6}" for row in range(43)])
VALIDATION = drawn(15)
CHANGED = STILL | {"flip": 0.5, "rotation": 10.0, "brightness": 0.2, "hue": 0.1}
SHARED = {"batch_size": 10, "augment": CHANGED}
CHECKPOINT, BASE = Checkpoint("toy", "a"), Path("base")


def fusion(encoder, **changes):
    small = {
        "image_size": 64,
        "image_weights": None,
        "hidden": 16,
        "text_width": 8,
        "epochs": 4,
    }
    rate = {"lr": changes.pop("lr", 2e-4)}  # above what params.yaml may say, too
    params = section(FusionParams, image_encoder=encoder, **small | SHARED | changes)
    params = params.model_copy(update=rate)
    model = build(params, word_vectors(), True, 1)
    return train_classifier(model, TRAIN, VALIDATION, params, 1, CHECKPOINT), model.network


def pairdx_clip(**changes):
    from pairdx.training.clip.tune import tune_clip  # open_clip takes seconds to import

    small = {"epochs": 4, "lr": 1e-3, "clip_gradient": 0.5}
    params = section(PairDxClipParams, **small | SHARED | changes)
    base = ClipClassifier.load(BASE, ModelCard.load(BASE))
    model, history = tune_clip(base, TRAIN, VALIDATION, params, 1, CHECKPOINT)
    return history, model.model


def clinvla(**changes):
    from pairdx.training.clinvla.clinvla import new_clinvla, train_clinvla

    small = {"bottleneck": 8, "epochs": 2, "classify_epochs": 2}
    params = section(ClinVlaParams, **small | SHARED | changes)
    model = new_clinvla(BASE, params, 1)
    aligned, classified = train_clinvla(model, TRAIN, VALIDATION, params, 1, CHECKPOINT)
    return [*aligned, *classified], model.model.adapters


NETWORKS = {
    "resnet18": lambda: fusion("resnet18"),
    "resnet10t": lambda: fusion(
        "resnet10t", lr=2e-5, class_weights="balanced", label_smoothing=0.0
    ),
    "prompts": lambda: pairdx_clip(objective="prompts"),
    "captions": lambda: pairdx_clip(objective="captions"),
    "lora": lambda: pairdx_clip(tune="lora", objective="prompts"),
    "probe": lambda: pairdx_clip(tune="probe", objective="prompts"),
    "clinvla": clinvla,
    "literal": lambda: clinvla(objective="literal"),
    "compiled_no_dropout": lambda: fusion("test_resnet", dropout=0.0, compile=True),
    "no_dropout": lambda: fusion("test_resnet", dropout=0.0),
    "compiled_captions": lambda: pairdx_clip(objective="captions", compile=True),
    "diverging": lambda: fusion("test_resnet", lr=1e30),
}


def watched(stepper, losses, killed):
    """A stepper whose losses are kept; the last process dies at one of its steps."""
    last = os.environ.get("RANK") != "0"

    def watch(*arguments):
        step = stepper(*arguments)

        def watched_step(rows):
            if len(losses) == killed and last:
                os.kill(os.getpid(), signal.SIGKILL)
            losses.append(step(rows).item())
            return torch.tensor(losses[-1])

        return watched_step

    return watch


@together()
def main(networks, killed=None):
    torch.set_num_threads(1)
    loop.SAVE_EVERY = 0
    stepper = loop.stepper
    for network in networks.split(","):
        losses: list[float] = []
        loop.stepper = watched(stepper, losses, killed)
        history, model = NETWORKS[network]()
        write_json(Path(f"{network}.json"), {"losses": losses, "history": history})
        with new_file(Path(f"{network}.pt")) as partial:
            torch.save(model.state_dict(), partial)


if __name__ == "__main__":
    with told_in_one_line():
        main(sys.argv[1], *map(int, sys.argv[2:]))
