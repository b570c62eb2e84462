"""TF-IDF of a caption's words, then logistic regression: the linear baseline on captions.

Shapes: ``N`` captions, ``W`` words of one, ``R`` variants of it, ``K`` classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import STRICT, read_json, regular
from pairdx.core.outputs import write_json
from pairdx.core.params import Section
from pairdx.core.schema import LABELS
from pairdx.models.common.card import ModelCard
from pairdx.models.common.explainable import Bools, Floats, Reading
from pairdx.models.common.predictor import Part, Predictor
from pairdx.pairs.text import tokenize


class TfidfSettings(Section):
    """What stands in the card of a fitted model, too."""

    ngrams: int = Field(ge=1, le=5)


class TfidfParams(TfidfSettings):
    """TF-IDF of words and word n-grams, then logistic regression."""

    section: ClassVar[str] = "tfidf"
    min_count: int = Field(ge=1)  # captions that hold the term
    max_features: int = Field(ge=1)
    inverse_regularisation: float = Field(gt=0)  # scikit-learn's C


@dataclass(frozen=True)
class Terms:
    """vocabulary.json: what each weight of a class is about."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    terms: list[str]


@dataclass(frozen=True)
class TfidfClassifier(Predictor):
    """A fitted vectorizer and linear model."""

    vectorizer: TfidfVectorizer
    model: LogisticRegression

    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """See :class:`pairdx.models.common.predictor.Predictor`; the images are not read."""
        del images
        return self.model.predict_proba(self.vectorizer.transform(captions))

    @property
    def reads(self) -> frozenset[Part]:
        """The caption alone."""
        return frozenset({"caption"})

    def read_caption(self, image: bytes, caption: str) -> Reading:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        del image
        words = tokenize(caption)

        def without(left_out: Bools) -> Floats:
            captions = [
                " ".join(word for word, out in zip(words, row, strict=True) if not out)
                for row in left_out
            ]
            return self.predict([], captions)

        target = int(without(np.zeros((1, len(words)), bool)).argmax())
        return Reading(words, without, {"linear": linear_terms(self, words, target)})

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return int(self.model.coef_.size + self.model.intercept_.size)

    def save(self, folder: Path, card: ModelCard) -> None:
        """Write weights (no pickle), vocabulary and card into ``folder``."""
        terms = self.vectorizer.get_feature_names_out().tolist()
        write_json(folder / "vocabulary.json", {"terms": terms})
        weights = {
            "idf": self.vectorizer.idf_,
            "coefficients": self.model.coef_,
            "intercepts": self.model.intercept_,
        }
        # scikit-learn's coefficients lie in memory column by column; safetensors writes the memory
        # as it lies and reads it row by row.
        rows = {name: np.ascontiguousarray(weight) for name, weight in weights.items()}
        save_file(rows, folder / "weights.safetensors")
        card.save(folder)

    @classmethod
    def load(cls, folder: Path, card: ModelCard) -> "TfidfClassifier":
        """Read what :meth:`save` wrote.

        Raises:
            PairdxError: a file is missing or damaged.
        """
        settings = card.settings_as(TfidfSettings, folder)
        path = folder / "vocabulary.json"
        terms = read_json(path, Terms, "a list of terms", "train the model again").terms
        try:
            weights = load_file(regular(folder / "weights.safetensors"))
            _check(weights, len(terms))
            vectorizer = _vectorizer(settings.ngrams, vocabulary=terms)
            vectorizer.idf_ = weights["idf"]
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise PairdxError(f"{folder}: not a TF-IDF model ({error}); train it again") from error
        model = LogisticRegression()
        model.classes_ = np.arange(len(LABELS))
        model.coef_, model.intercept_ = weights["coefficients"], weights["intercepts"]
        return cls(vectorizer, model)


def load(folder: Path, card: ModelCard) -> TfidfClassifier:
    """Open a model folder of this kind (see :class:`pairdx.models.common.predictor.Predictor`)."""
    return TfidfClassifier.load(folder, card)


def train_tfidf(
    captions: Sequence[str], targets: Sequence[int], params: TfidfParams
) -> TfidfClassifier:
    """Fit on captions and class numbers, all six of which must occur.

    Raises:
        PairdxError: no caption holds a word often enough.
    """
    vectorizer = _vectorizer(
        params.ngrams, min_df=params.min_count, max_features=params.max_features
    )
    try:
        features = vectorizer.fit_transform(captions)
    except ValueError as error:
        raise PairdxError(f"tfidf: the training captions give no term ({error})") from None
    model = LogisticRegression(C=params.inverse_regularisation, max_iter=1000)
    return TfidfClassifier(vectorizer, model.fit(features, list(targets)))


def card(
    name: str, description: str, classifier: TfidfClassifier, params: TfidfParams
) -> ModelCard:
    """Describe a fitted model."""
    settings = {"ngrams": params.ngrams}
    return ModelCard(name, "tfidf", description, True, classifier.parameters, settings)


def linear_terms(model: TfidfClassifier, words: list[str], target: int) -> Floats:
    """What each word adds to the logit of class ``target``; with the intercept they sum to it.

    A term's share is divided evenly among its places in the caption, and a term of several words
    evenly among these.
    """
    vectorizer, places = model.vectorizer, _places(words, model.vectorizer.ngram_range)
    row = vectorizer.transform([" ".join(words)])
    names = vectorizer.get_feature_names_out()
    added = np.zeros(len(words))
    for column, value in zip(row.indices, row.data, strict=True):
        term = places[names[column]]
        share = value * model.model.coef_[target, column] / len(term)
        for start, length in term:
            added[start : start + length] += share / length
    return added


def _places(words: list[str], ngrams: tuple[int, int]) -> dict[str, list[tuple[int, int]]]:
    """Where each term is: (first word, number of words)."""
    found: dict[str, list[tuple[int, int]]] = {}
    for length in range(ngrams[0], ngrams[1] + 1):
        for start in range(len(words) - length + 1):
            found.setdefault(" ".join(words[start : start + length]), []).append((start, length))
    return found


def _check(weights: dict[str, NDArray[np.float64]], terms: int) -> None:
    """Raise ValueError unless weights have the shapes of such a model, and are numbers."""
    shapes = {"idf": (terms,), "coefficients": (len(LABELS), terms), "intercepts": (len(LABELS),)}
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise ValueError(f"{name} of shape {weights[name].shape}, not {shape}")
        if not np.isfinite(weights[name]).all():
            raise ValueError(f"{name} holds NaN or infinity")


def _vectorizer(ngrams: int, **options: object) -> TfidfVectorizer:
    return TfidfVectorizer(
        tokenizer=tokenize,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, ngrams),
        sublinear_tf=True,
        **options,
    )
