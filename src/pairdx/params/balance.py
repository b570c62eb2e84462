"""Section `balance`: duplicates out, then at most so many pairs a class."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.params.base import Section


class BalanceParams(Section):
    """Either a cap a class, or a total for which the cap is solved, or neither."""

    section: ClassVar[str] = "balance"
    duplicates: Literal["drop", "keep"]
    max_hash_distance: float = Field(ge=0, le=0.5)  # share of the hash's bits that differ
    cap_per_class: int | None = Field(ge=1)
    total: int | None = Field(ge=6)

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.cap_per_class is not None and self.total is not None:
            raise ValueError("set cap_per_class or total and leave the other null")
        return self
