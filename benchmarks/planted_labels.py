"""How many planted label errors the audit finds, on the pairs of a finished run.

`python benchmarks/planted_labels.py` flips 5 % of the labels of train and validation in a copy in
memory, ranks all pairs by the audit's quality and counts the flips among the lowest 8 %, once a
seed, and prints a row of a Markdown table for the audit's own model and for a plainer one. `--to
neighbour` flips to the class that a label is most often confused with, instead of any other one.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from pairdx.core.schema import LABELS
from pairdx.evidence.labels.audit import Audited, joint_noise, out_of_fold
from pairdx.evidence.labels.look import Evidence, join, look_at
from pairdx.evidence.labels.params import AuditLabelsParams
from pairdx.pairs.store import read_pairs
from pairdx.pairs.text import tokenize
from pairdx.prediction.embed import load_embedder

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FLIPPED, TOP = 0.05, 0.08
# The pairs that MultiCaRe's own classifier confuses most.
NEIGHBOUR = {
    "chart": "electrography",
    "electrography": "chart",
    "endoscopy": "medical_photograph",
    "medical_photograph": "endoscopy",
    "ophthalmic_imaging": "medical_photograph",
    "radiology": "medical_photograph",
}


def main(
    run: Annotated[Path, typer.Option(help="A checkout with a finished run.")] = Path(),
    to: Annotated[str, typer.Option(help="any | neighbour")] = "any",
    seeds: int = 10,
) -> None:
    """Print the share of flips found, of suspects that are flips, and the estimated noise."""
    params = AuditLabelsParams.load(run / "params.yaml")
    embedder = load_embedder(run / params.base)
    splits = [
        read_pairs(run / "data/pairdx" / f"{name}.parquet") for name in ("train", "validation")
    ]
    evidence = join([look_at(pairs, embedder) for pairs in splits])
    labels = np.concatenate([pairs.targets.numpy() for pairs in splits])
    articles = np.array([article for pairs in splits for article in pairs.articles])
    print(f"{len(labels)} pairs, {round(FLIPPED * len(labels))} flips to {to}, {seeds} seeds")
    print(
        "| Model | Flips in the lowest 8 % (least) | Suspects | of them flips | Estimated wrong |"
    )
    print("|---|---|---|---|---|")
    for name, classify in (("the audit's", out_of_fold), ("one logistic regression", linear)):
        found = []
        for seed in tqdm(range(seeds), desc=name):
            given, flipped = flip(labels, to, seed)
            probabilities = classify(evidence, given, articles, params, seed)
            found.append(measure(given, flipped, probabilities))
        recall, suspects, right, noise = np.array(found).T
        print(
            f"| {name} | {recall.mean():.3f} ({recall.min():.3f}) | {suspects.mean():.1f} | "
            f"{right.sum() / max(suspects.sum(), 1):.3f} | {noise.mean():.3f} |"
        )


def flip(labels: Integers, to: str, seed: int) -> tuple[Integers, Integers]:
    """Return the labels with 5 % of them flipped, and the flipped rows."""
    generator = np.random.default_rng(seed)
    count = round(FLIPPED * len(labels))
    rows = generator.choice(len(labels), count, replace=False)
    given = labels.copy()
    if to == "any":
        given[rows] = (labels[rows] + generator.integers(1, len(LABELS), count)) % len(LABELS)
    elif to == "neighbour":
        given[rows] = [LABELS.index(NEIGHBOUR[LABELS[label]]) for label in labels[rows]]
    else:
        raise typer.BadParameter(f"--to {to}; allowed are any, neighbour")
    return given, rows


def measure(
    given: Integers, flipped: Integers, probabilities: Floats
) -> tuple[float, int, int, float]:
    """Flips among the lowest 8 %, suspects, suspects that are flips, estimated share of errors."""
    audited = Audited.of(given, probabilities)
    lowest = np.argsort(audited.quality, kind="stable")[: round(TOP * len(given))]
    return (
        float(np.isin(flipped, lowest).mean()),
        int(audited.suspects.sum()),
        int(audited.suspects[flipped].sum()),
        float(1 - np.trace(joint_noise(audited))),
    )


def linear(
    evidence: Evidence,
    labels: Integers,
    articles: NDArray[np.str_],
    params: AuditLabelsParams,
    seed: int,
) -> Floats:
    """Classify by one logistic regression on the words and the image's features together."""
    words = TfidfVectorizer(
        tokenizer=tokenize, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2
    ).fit_transform(evidence.captions)
    images = StandardScaler().fit_transform(evidence.images) / np.sqrt(evidence.images.shape[1])
    features = hstack([words, csr_matrix(images)]).tocsr()
    dealer = StratifiedGroupKFold(params.folds, shuffle=True, random_state=seed)
    probabilities = np.zeros((len(labels), len(LABELS)))
    for known, asked in dealer.split(labels, labels, articles):
        model = LogisticRegression(C=10.0, max_iter=1000).fit(features[known], labels[known])
        probabilities[asked] = model.predict_proba(features[asked])
    return probabilities


if __name__ == "__main__":
    typer.run(main)
