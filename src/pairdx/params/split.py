"""Section `split`: train, validation and test."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pairdx.params.base import Section


def _in_twentieths(share: float) -> float:
    if abs(share * 20 - round(share * 20)) > 1e-9:
        raise ValueError("a multiple of 0.05 is needed: the split is made of 20 folds")
    return share


Share = Annotated[float, Field(ge=0.05, le=0.45), AfterValidator(_in_twentieths)]


class SplitParams(Section):
    """`none` is how the paper splits; `article` keeps what shares an article on one side.

    `published` takes the split that the authors of PairDx publish, whatever its shares are.
    """

    section: ClassVar[str] = "split"
    group_by: Literal["article", "case", "none", "published"]
    validation: Share
    test: Share

    @model_validator(mode="after")
    def _leaves_a_training_set(self) -> Self:
        if self.validation + self.test > 0.5 + 1e-9:
            raise ValueError("validation + test must leave at least half for training")
        return self
