"""The page of explained cases: heat maps over images, shaded words, what each input brings."""

from collections.abc import Iterable, Mapping, Sequence

from pairdx.core.decode import decode
from pairdx.core.schema import LABELS
from pairdx.evidence.explanation.explain import ImageMap, WordWeights
from pairdx.evidence.explanation.heat_map import overlay
from pairdx.evidence.explanation.study import Case
from pairdx.pages.gallery import Card, Picture, Section, render
from pairdx.pages.pictures import thumbnail
from pairdx.pairs.images import ImageInput
from pairdx.pairs.store import Pairs
from pairdx.pairs.text import tokenize
from pairdx.statistics.intervals.bootstrap import Floats

TITLE = "What the models look at"
INTRO = (
    "Pictures: where the evidence for the class that the model predicts lies (Grad-CAM; yellow "
    "is the strongest of this picture, no colour is none). Captions: blue words speak for that "
    "class, red ones against it, each line by the strongest of its own. Occlusion is what the "
    "probability loses without the word, attention what weight the network gives it (never a "
    "word against), linear terms what it adds to the class. Image and caption: what each brings "
    "to the probability (its Shapley value). An explanation says what a model uses, not what is "
    "true, and may be wrong about that too: metrics/explain.json says how far each kind holds "
    "when regions or words are taken away."
)
NOTES = {
    "right": "PairDxFusion and PairDxCLIP agree, and are right.",
    "wrong": "PairDxFusion and PairDxCLIP agree, and are wrong.",
    "disputed": "PairDxFusion and PairDxCLIP differ.",
}
SHOWN = {"occlusion": "occlusion", "attention": "attention", "linear": "linear terms"}
Piece = tuple[str, float]


def lay_out(
    kinds: Mapping[str, Sequence[Case]],
    pairs: Pairs,
    inputs: Mapping[str, ImageInput],
    side: int,
) -> list[Section]:
    """Lay the cases out; ``inputs`` say how each model was given its images."""
    return [
        Section(
            kind.capitalize(),
            NOTES[kind],
            tuple(_card(case, kind, pairs, inputs, side) for case in cases),
        )
        for kind, cases in kinds.items()
    ]


def page(sections: Sequence[Section]) -> str:
    """Return the cases as a page."""
    return render(TITLE, INTRO, sections)


def shaded(caption: str, weights: Floats) -> list[Piece]:
    """Cut a caption into its words with their weights, scaled so that the strongest is 1.

    What the model does not read, punctuation alone or what is beyond its last token, weighs 0.
    """
    strongest = max((abs(float(weight)) for weight in weights), default=0.0) or 1.0
    left = [float(weight) / strongest for weight in weights]
    pieces: list[Piece] = []
    for part in caption.split():
        is_word = bool(tokenize(part)) and bool(left)
        pieces += [(part, left.pop(0) if is_word else 0.0), (" ", 0.0)]
    return pieces[:-1]


def _card(case: Case, kind: str, pairs: Pairs, inputs: Mapping[str, ImageInput], side: int) -> Card:
    label = pairs.labels[case.row]
    image = decode(pairs.images[case.row])
    pictures = [Picture(thumbnail(image, side), "the image")]
    for name, seen in case.maps.items():
        drawn = overlay(image, seen.values, inputs[name].resize)
        nothing = "" if (seen.values > 0).any() else ": no evidence for it anywhere"
        said = f"{name}: {_said(seen.predicted)}{nothing}"
        pictures.append(Picture(thumbnail(drawn, side), said))
    caption = _lines(pairs.captions[case.row], case.words)
    return Card(
        pairs.ids[case.row],
        (label, kind),
        tuple(pictures),
        tuple(caption),
        tuple(_facts(case, label)),
    )


def _lines(caption: str, words: Mapping[str, WordWeights]) -> list[Piece]:
    """One line a model and explanation; a caption without words as it is."""
    if not tokenize(caption):
        return [(caption, 0.0)] if caption.strip() else []
    pieces: list[Piece] = []
    for name, weighed in words.items():
        # Of a linear model the terms are exact; occlusion says nearly the same.
        exact = {kind: own for kind, own in weighed.weights.items() if kind == "linear"}
        for kind, weights in (exact or weighed.weights).items():
            strongest = max(weights, key=abs)
            head = (
                f"{name}, {SHOWN[kind]}: {_said(weighed.predicted)} (strongest {strongest:+.2f})\n"
            )
            pieces += [(head, 0.0), *shaded(caption, weights), ("\n\n", 0.0)]
    return pieces[:-1]


def _facts(case: Case, label: str) -> Iterable[tuple[str, str]]:
    yield "label", _name(label)
    predictions: dict[str, WordWeights | ImageMap] = {**case.words, **case.maps}
    for name, found in predictions.items():
        right = "right" if LABELS[found.predicted] == label else "wrong"
        yield name, f"{_said(found.predicted)}, {found.probability:.2f}: {right}"
    for name, (image, caption) in case.shares.items():
        yield f"{name}, image", f"{image:+.2f}"
        yield f"{name}, caption", f"{caption:+.2f}"


def _said(predicted: int) -> str:
    return _name(LABELS[predicted])


def _name(label: str) -> str:
    return label.replace("_", " ")
