"""Section `baselines`: image-only, caption-only, TF-IDF."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section
from pairdx.params.training import ClassifierParams


class TfidfParams(Section):
    """TF-IDF of words and word n-grams, then logistic regression."""

    ngrams: int = Field(ge=1, le=5)
    min_count: int = Field(ge=1)
    max_features: int = Field(ge=1)
    inverse_regularisation: float = Field(gt=0)  # scikit-learn's C


class BaselinesParams(ClassifierParams):
    """The same encoders, each alone; and a linear model of the caption's words."""

    section: ClassVar[str] = "baselines"
    tfidf: TfidfParams
