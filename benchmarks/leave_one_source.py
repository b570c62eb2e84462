"""What image-only makes of pictures from a source that it has not seen, screened and as they are.

`python benchmarks/leave_one_source.py ../shared/realdata` deals the sources of a folder of pairs
(column `source` of pairs.csv) into folds, so that few sources of one class come together; trains
section `classifier` of params.yaml, images alone, on the screened pairs of the other folds; and
classifies the fold that was held out twice: screened as `external` does, and unscreened. With
`--by article` whole articles are dealt instead, so that every source is on both sides: what is then
lost without the screen is what the model knows by the fill. A class counts in a fold where at least
`LEARNT` pairs of it are left to learn from. Words and faces are looked for as `--params` says.
"""

import json
from collections import Counter, defaultdict
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from cross_validate import evaluate, take
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold
from tqdm import tqdm

from pairdx.core.params import PARAMS
from pairdx.core.schema import LABELS
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import CACHE
from pairdx.curate.scrub.params import ScrubParams
from pairdx.evidence.external.pairs import Screen, screened
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import ClassifierParams
from pairdx.pairs.store import Pairs, to_pairs
from pairdx.sources.import_folder import import_folder
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.fusion.classifier import train_classifier

VALIDATION_FOLDS = 6  # one of six chooses the epoch
LEARNT = 10  # pairs of a class, from which it counts as one that the model could learn

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


def main(
    folder: Annotated[Path, typer.Argument(help="A folder of pairs, with `source`.")],
    by: Annotated[str, typer.Option(help="source | article")] = "source",
    folds: int = 5,
    seed: int = 17,
    params: Annotated[Path, typer.Option(help="Of `scan` and `scrub`.")] = Path(
        "profiles/small.yaml"
    ),
    cache: Annotated[Path, typer.Option(help="Of what a scan found.")] = CACHE,
    out: Annotated[Path | None, typer.Option(help="Write the numbers here, as JSON.")] = None,
) -> None:
    """Print a Markdown table: recall of each class, accuracy and macro-F1, both ways."""
    screen = Screen(ScanParams.load(params), ScrubParams.load(params), cache)
    pictures, sources = read(folder, screen)
    pairs = pictures["screened"]
    parts = by_source(sources, pairs.labels, folds) if by == "source" else by_article(pairs, folds)
    probabilities = {how: np.zeros((len(pairs), len(LABELS))) for how in pictures}
    counts = np.zeros(len(pairs), bool)
    for held_out in tqdm(parts, desc=by, unit="fold"):
        rest = np.setdiff1d(np.arange(len(pairs)), held_out)
        model = train(take(pairs, rest), seed)
        learnt = Counter(pairs.labels[row] for row in rest)
        counts[held_out] = [learnt[pairs.labels[row]] >= LEARNT for row in held_out]
        for how, ones in pictures.items():
            held = take(ones, held_out)
            probabilities[how][held_out] = model.predict(held.images, held.captions)
    rows = np.flatnonzero(counts)
    scores = {how: score(take(pairs, rows), found[rows]) for how, found in probabilities.items()}
    print(table(scores, Counter(pairs.labels[row] for row in rows)))
    if out is not None:
        out.write_text(json.dumps({"by": by, "seed": seed} | scores, indent=2) + "\n")


def read(folder: Path, screen: Screen) -> tuple[dict[str, Pairs], list[str]]:
    """Return the pairs that the screen leaves, screened and unscreened, and their sources."""
    tables = {}
    for how, one in (("screened", screen), ("unscreened", screen.off())):
        with TemporaryDirectory() as scratch:
            import_folder(folder, Path(scratch), drop_bad_rows=False)
            tables[how] = screened(Path(scratch), one)[0].sort_by("id")
    left = set(tables["screened"]["id"].to_pylist())
    rows = [row for row, id_ in enumerate(tables["unscreened"]["id"].to_pylist()) if id_ in left]
    tables["unscreened"] = tables["unscreened"].take(rows)
    pictures = {how: to_pairs(table) for how, table in tables.items()}
    return pictures, tables["screened"]["source"].to_pylist()


def by_source(sources: list[str], labels: list[str], folds: int) -> list[Rows]:
    """Deal whole sources, the largest first, where they share fewest classes with others."""
    classes: dict[str, set[str]] = defaultdict(set)
    for source, label in zip(sources, labels, strict=True):
        classes[source].add(label)
    sizes = Counter(sources)
    dealt: list[list[str]] = [[] for _ in range(folds)]
    for source, _ in sizes.most_common():
        best = min(
            dealt,
            key=lambda fold: (
                sum(len(classes[source] & classes[other]) for other in fold),
                sum(sizes[other] for other in fold),
            ),
        )
        best.append(source)
    return [np.flatnonzero(np.isin(sources, fold)) for fold in dealt if fold]


def by_article(pairs: Pairs, folds: int) -> list[Rows]:
    """Deal whole articles."""
    dealer = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    return [held_out for _, held_out in dealer.split(pairs.labels, pairs.labels, pairs.articles)]


def train(pairs: Pairs, seed: int):  # noqa: ANN201  the model as `build` returns it
    """Train image-only, the epoch chosen on a sixth of the pairs."""
    params = ClassifierParams.load(PARAMS)
    inner = StratifiedGroupKFold(VALIDATION_FOLDS, shuffle=True, random_state=seed)
    rows, check = next(inner.split(pairs.labels, pairs.labels, pairs.articles))
    model = build(params, None, with_image=True, seed=seed)
    with TemporaryDirectory() as scratch, chdir(scratch):  # where checkpoints go
        checkpoint = Checkpoint("fold", "fold")
        train_classifier(model, take(pairs, rows), take(pairs, check), params, seed, checkpoint)
    return model


def score(pairs: Pairs, probabilities: Floats) -> dict[str, float]:
    """Accuracy and macro-F1 with intervals by article, and the recall of each class."""
    found = evaluate(pairs, probabilities, 0)
    labels, best = np.array(pairs.labels), np.array(LABELS)[probabilities.argmax(1)]
    recalls = {
        f"recall_{label}": round(float((best == label)[labels == label].mean()), 4)
        for label in LABELS
        if label in pairs.labels
    }
    names = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1")
    return {name: found[name] for name in (*names, "macro_f1_low", "macro_f1_high")} | recalls


def table(scores: dict[str, dict[str, float]], counts: Counter[str]) -> str:
    """Return a Markdown table, a row a score."""
    lines = ["| | pairs | " + " | ".join(scores) + " |", "|---|---:|" + "---:|" * len(scores)]
    for name in ("accuracy", "macro_f1"):
        cells = [
            f"{one[name]:.3f} [{one[f'{name}_low']:.3f}, {one[f'{name}_high']:.3f}]"
            for one in scores.values()
        ]
        lines.append(f"| {name} | {counts.total()} | {' | '.join(cells)} |")
    for label in LABELS:
        if counts[label]:
            cells = [f"{one[f'recall_{label}']:.3f}" for one in scores.values()]
            lines.append(f"| recall of {label} | {counts[label]} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
