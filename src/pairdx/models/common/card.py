"""model.json: what a model folder holds, for people and for the loader."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import STRICT, fault, read_json
from pairdx.core.outputs import write_json
from pairdx.core.params import Section
from pairdx.core.schema import LABELS
from pairdx.models.common.inputs import ModelInputs

S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class ModelCard:
    """The model's name, how to load it, and what the comparison says of it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    model: str
    kind: str  # the folder below pairdx/models that knows it
    description: str
    trained: bool  # False: random weights, whose score is chance
    parameters: int
    settings: dict[str, Any] = field(default_factory=dict)
    inputs: ModelInputs | None = None  # None: of no network, or of a folder that does not say
    labels: tuple[str, ...] = LABELS  # the classes, in the order of the probabilities

    def save(self, folder: Path) -> None:
        """Write model.json."""
        write_json(folder / "model.json", TypeAdapter(ModelCard).dump_python(self, mode="json"))

    @classmethod
    def load(cls, folder: Path) -> "ModelCard":
        """Read model.json.

        Raises:
            PairdxError: the folder holds none, or one of another shape or of other classes.
        """
        path = folder / "model.json"
        remedy = "run `dvc repro`, or name a folder that holds a model"
        card = read_json(path, cls, "a model card", remedy)
        if card.labels != LABELS:
            raise PairdxError(
                f"{path}: labels {', '.join(card.labels)}; allowed are {', '.join(LABELS)}, in "
                "this order; train the model again"
            )
        return card

    def settings_as(self, form: type[S], folder: Path) -> S:
        """Read the settings into the form that a kind of models gives them.

        Raises:
            PairdxError: they are of another form; ``folder`` is named.
        """
        try:
            return form.model_validate(self.settings)
        except ValidationError as error:
            what = f"{folder}/model.json: settings.{fault(error)}"
            raise PairdxError(f"{what}; train the model again") from None


def trained(models: Path, names: Iterable[str]) -> list[str]:
    """Return those of ``names``, folders of ``models``, that hold no random weights.

    Raises:
        PairdxError: a folder holds no model.
    """
    return [name for name in names if ModelCard.load(models / name).trained]
