"""Section `tfidf`: the linear baseline on captions."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class TfidfParams(Section):
    """TF-IDF of words and word n-grams, then logistic regression."""

    section: ClassVar[str] = "tfidf"
    ngrams: int = Field(ge=1, le=5)
    min_count: int = Field(ge=1)  # captions that hold the term
    max_features: int = Field(ge=1)
    inverse_regularisation: float = Field(gt=0)  # scikit-learn's C
