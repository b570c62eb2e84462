"""model.json: what a model folder holds, for people and for the loader."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import write_json


@dataclass(frozen=True)
class ModelCard:
    """The model's name, how to load it, and what the comparison says of it."""

    model: str
    kind: str  # the folder below pairdx/models that knows it
    description: str
    trained: bool  # False: random weights, whose score is chance
    parameters: int
    settings: dict[str, Any] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write model.json."""
        write_json(folder / "model.json", asdict(self))

    @classmethod
    def load(cls, folder: Path) -> "ModelCard":
        """Read model.json.

        Raises:
            PairdxError: the folder holds none, or one of another shape.
        """
        path = folder / "model.json"
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise PairdxError(f"{path}: no such file; run `dvc repro` to train it") from None
        except (ValueError, TypeError) as error:
            raise PairdxError(f"{path}: not a model card ({error})") from error


def trained(models: Path, names: Iterable[str]) -> list[str]:
    """Return those of ``names``, folders of ``models``, that hold no random weights.

    Raises:
        PairdxError: a folder holds no model.
    """
    return [name for name in names if ModelCard.load(models / name).trained]
