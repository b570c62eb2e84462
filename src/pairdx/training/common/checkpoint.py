"""The state of a training run after its last whole epoch, kept outside DVC's outputs.

DVC deletes a stage's outputs before it runs the stage again; a checkpoint must survive that.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from pairdx.core.checkout import kept
from pairdx.core.errors import PairdxError
from pairdx.core.launch import first_process
from pairdx.core.outputs import new_file
from pairdx.training.common.precision import resolve

FOLDER = Path(".pairdx/checkpoints")


@dataclass(frozen=True)
class Checkpoint:
    """One file a run: of a model, and one combination of settings, data and code.

    Two experiments that train side by side have each their own.
    """

    name: str
    fingerprint: str

    @property
    def path(self) -> Path:
        """Where the state is kept."""
        return kept(FOLDER) / f"{self.name}-{self.fingerprint[:12]}.pt"

    def save(self, state: dict[str, Any]) -> None:
        """Keep ``state``: tensors, numbers, strings, lists and dictionaries of them."""
        if not first_process():  # all have the same
            return
        with new_file(self.path) as partial:
            torch.save({"fingerprint": self.fingerprint, "state": state}, partial)

    def load(self) -> dict[str, Any] | None:
        """Return the state of the same run, or None where there is none to go on from.

        Raises:
            PairdxError: the file is damaged.
        """
        if not self.path.exists():
            return None
        try:
            content = torch.load(self.path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, UnpicklingError) as error:
            raise PairdxError(
                f"{self.path}: damaged checkpoint; delete it to train from the start"
            ) from error
        return content["state"] if content["fingerprint"] == self.fingerprint else None

    def remove(self) -> None:
        """Forget the state: the run is over."""
        if first_process():
            self.path.unlink(missing_ok=True)


def fingerprint(settings: dict[str, Any], files: Iterable[Path]) -> str:
    """Digest what a run depends on: settings, input files, number format, torch, and our code.

    Of our code that is the modules which the running script has imported, and the script.
    """
    machine = [torch.__version__, str(resolve("auto"))]
    parts = [json.dumps([settings, machine], sort_keys=True)]
    for path in [*files, *_code()]:
        with path.open("rb") as file:
            parts.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _code() -> list[Path]:
    ours = [name for name in sys.modules if name.partition(".")[0] == "pairdx"]
    named = (getattr(sys.modules[name], "__file__", None) for name in ["__main__", *sorted(ours)])
    return [Path(file) for file in named if file]
