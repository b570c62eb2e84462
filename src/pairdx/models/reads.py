"""Which half of a pair a model looks at, by its card: the other may change as it likes."""

from typing import Literal

from pairdx.models.card import ModelCard

Part = Literal["image", "caption"]
PARTS: tuple[Part, ...] = ("image", "caption")


def reads(card: ModelCard) -> frozenset[Part]:
    """Say what the ``predict`` of the model that ``card`` describes depends on.

    CLIP-like models compare the image with sentences of their own and never see the caption.
    """
    if card.kind == "classifier":
        return frozenset(part for part in PARTS if card.settings[part])
    return frozenset({"caption"} if card.kind == "tfidf" else {"image"})
