import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from small import drawn, section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.models.common.card import ModelCard
from pairdx.models.tfidf.tfidf import TfidfClassifier, TfidfParams, card, linear_terms, train_tfidf
from pairdx.pairs.text import tokenize

PARAMS = section(TfidfParams, ngrams=2, min_count=1, max_features=50, inverse_regularisation=10.0)
PAIRS = drawn(36)
NEW = ["A radiology of patient 99", "", "nothing known here", "CHART, chart! A patient"]


@pytest.fixture(scope="module")
def fitted():
    return train_tfidf(PAIRS.captions, PAIRS.targets.tolist(), PARAMS)


def test_it_is_scikit_learns_pipeline(fitted):
    vectorizer = TfidfVectorizer(
        analyzer=lambda caption: [
            *tokenize(caption),
            *map(" ".join, zip(tokenize(caption), tokenize(caption)[1:], strict=False)),
        ],
        sublinear_tf=True,
        max_features=50,
    )
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=10.0, max_iter=1000))
    pipeline.fit(PAIRS.captions, PAIRS.targets.tolist())
    np.testing.assert_allclose(
        fitted.predict([b""] * 4, NEW), pipeline.predict_proba(NEW), atol=1e-6
    )


def test_it_learns(fitted):
    made = fitted.predict(PAIRS.images, PAIRS.captions)
    assert made.argmax(1).tolist() == PAIRS.targets.tolist()
    np.testing.assert_allclose(fitted.predict([b""] * 4, NEW).sum(1), 1)
    assert fitted.predict([b""], NEW[:1]).argmax() == 5
    assert fitted.predict([b""], NEW[3:]).argmax() == 0


def test_what_is_saved_comes_back(tmp_path, fitted):
    described = card("tfidf", "words", fitted, PARAMS)
    fitted.save(tmp_path, described)
    loaded = TfidfClassifier.load(tmp_path, ModelCard.load(tmp_path))
    np.testing.assert_array_equal(loaded.predict([b""] * 4, NEW), fitted.predict([b""] * 4, NEW))
    assert described.kind == "tfidf"
    assert described.parameters == 6 * len(fitted.vectorizer.vocabulary_) + 6
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "model.json",
        "vocabulary.json",
        "weights.safetensors",
    ]


def test_the_same_captions_give_the_same_bytes(tmp_path):
    for name in "ab":
        fitted = train_tfidf(PAIRS.captions, PAIRS.targets.tolist(), PARAMS)
        (tmp_path / name).mkdir()
        fitted.save(tmp_path / name, card("tfidf", "words", fitted, PARAMS))
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("captions", [["", ""], ["one", "two"]])
def test_captions_without_a_term_are_an_error(captions):
    with pytest.raises(PairdxError, match="tfidf: the training captions give no term"):
        train_tfidf(captions, [0, 1], PARAMS.model_copy(update={"min_count": 2}))


@pytest.mark.parametrize("name", ["vocabulary.json", "weights.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"garbage and more"])
def test_a_missing_or_damaged_file_is_refused(tmp_path, fitted, name, content):
    described = card("tfidf", "words", fitted, PARAMS)
    fitted.save(tmp_path, described)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(PairdxError, match=r"not a TF-IDF model|vocabulary\.json: (no|cannot)"):
        TfidfClassifier.load(tmp_path, described)


WORDS = ["a", "chart", "of", "patient", "radiology", "chart"]


def of_few_words(ngrams):
    captions = [*PAIRS.captions, "chart of patient radiology", "chart chart", "radiology chart"]
    targets = [*PAIRS.targets.tolist(), 5, 0, 5]
    return train_tfidf(captions, targets, section(TfidfParams, ngrams=ngrams, min_count=1))


@pytest.mark.parametrize("ngrams", [1, 2, 3])
def test_linear_terms_sum_to_the_logit(ngrams):
    model = of_few_words(ngrams)
    for target in range(len(LABELS)):
        added = linear_terms(model, WORDS, target)
        features = model.vectorizer.transform([" ".join(WORDS)])
        logit = model.model.decision_function(features)[0, target]
        assert added.sum() + model.model.intercept_[target] == pytest.approx(logit)


def test_linear_terms_by_hand():
    model = of_few_words(2)
    caption = ["chart", "zebra", "chart"]  # the terms are chart, twice; zebra is unknown
    column = model.vectorizer.get_feature_names_out().tolist().index("chart")
    features = model.vectorizer.transform(["chart zebra chart"]).toarray()[0]
    assert np.flatnonzero(features).tolist() == [column]
    half = features[column] * model.model.coef_[0, column] / 2
    np.testing.assert_allclose(linear_terms(model, caption, 0), [half, 0, half])


def test_a_pair_of_words_shares_its_term_evenly():
    model = of_few_words(2)
    names = model.vectorizer.get_feature_names_out().tolist()
    row = model.vectorizer.transform(["chart chart"]).toarray()[0]
    both, single = (
        row[names.index(term)] * model.model.coef_[0, names.index(term)]
        for term in ("chart chart", "chart")
    )
    np.testing.assert_allclose(linear_terms(model, ["chart"] * 2, 0), [(both + single) / 2] * 2)
