"""Section `filter`: who and what belongs to the cohort."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from pairdx.core.params import Section

Modality = Literal[
    "chart",
    "dermatology",
    "electrography",
    "endoscopy",
    "medical_photograph",
    "nuclear_medicine",
    "ophthalmic_imaging",
    "pathology",
    "radiology",
    "surgical_images",
    "ultrasound",
]


class FilterParams(Section):
    """Age, modality and licence of the pairs that are kept."""

    section: ClassVar[str] = "filter"
    min_age: float = Field(ge=0, le=130)  # years
    unknown_age: Literal["keep", "drop"]
    modalities: Annotated[tuple[Modality, ...], Strict(False), Field(min_length=1)]
    licenses: Literal["all"] | Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]
