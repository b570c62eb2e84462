"""Train, validation and test: stratified by class, and grouped so that none knows another.

The pairs are dealt into 20 stratified folds, and whole folds make up the splits. Folds of whole
articles are uneven for small classes, so that many ways to choose them are tried and the one is
taken that comes nearest to the shares for every class.
"""

import logging
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import AfterValidator, Field, model_validator

from pairdx.core.errors import PairdxError
from pairdx.core.features import folder_header
from pairdx.core.outputs import write_text
from pairdx.core.params import Section
from pairdx.core.schema import LABELS, PAIRS, SCRUBBED, SPLITS
from pairdx.core.streaming import TableWriter, stream_rows


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


FOLDS = 20
TRIES = 20_000  # choices of folds; of 775,200 possible ones for 14 + 3 + 3
POINTS = 0.02  # by which a share may miss its aim without a word
PARTS = ("total", *LABELS)
MISSING = 1e6  # a split without a class is worse than any uneven one
COLUMNS = (  # of SCRUBBED: no image is needed
    "id",
    "label",
    "article_id",
    "case_id",
    "figure_id",
    "caption",
    "pixel_sha256",
    "perceptual_hash",
)

README = """
# PairDx, as the pipeline keeps it

One Parquet file a split. `datasets.load_dataset` of this folder gives images and classes, by the
header above. It says nothing of licences and limits: what is to be passed on is written by
`pairdx export-dataset`.
"""

Ints = npt.NDArray[np.int64]
Measured = Mapping[str, Mapping[str, Mapping[str, float]]]

log = logging.getLogger(__name__)


def keep_published(pairs: pa.Table, published: Mapping[str, str]) -> pa.Table:
    """Return ``pairs``, sorted by id, with a column ``split`` as ``published`` says by id.

    Raises:
        PairdxError: a pair is not among the published ones, or a split holds none of a class.
    """
    pairs = pairs.sort_by("id")
    names = [published.get(id_) for id_ in pairs["id"].to_pylist()]
    if None in names:
        id_ = pairs["id"][names.index(None)].as_py()
        raise PairdxError(f"pair {id_!r} has no published split; run `dvc repro` from the start")
    result = pairs.append_column("split", pa.array(names, pa.string()))
    _refuse_empty_classes(
        result, "the published split, or what the stages before left of it, has none"
    )
    return result


def split(pairs: pa.Table, params: SplitParams, seed: int) -> pa.Table:
    """Return ``pairs``, sorted by id, with a column ``split``.

    Raises:
        PairdxError: a class has fewer articles (or cases, or pairs) than there are splits, or a
            split would hold none of it.
    """
    pairs = pairs.sort_by("id")
    labels = np.array(pairs["label"].to_pylist(), str)
    column = "id" if params.group_by == "none" else f"{params.group_by}_id"
    groups = np.array(pairs[column].to_pylist(), str)
    _refuse_small_classes(labels, groups, params)
    if max(np.unique(labels, return_counts=True)[1]) < FOLDS:
        raise PairdxError(f"no class has {FOLDS} pairs, by which the folds are made: add pairs")
    folds = deal(labels, None if params.group_by == "none" else groups, FOLDS, seed)
    counts = np.stack([np.bincount(folds[labels == name], minlength=FOLDS) for name in LABELS], 1)
    names = np.array(SPLITS)[_choose(counts, params, seed)[folds]]
    result = pairs.append_column("split", pa.array(names.tolist(), pa.string()))
    _refuse_empty_classes(result, f"its {_unit(params)} cannot be parted")
    _warn_of_missed_shares(result, params)
    return result


def _unit(params: SplitParams) -> str:
    return "pairs" if params.group_by == "none" else f"{params.group_by}s"


def _refuse_small_classes(
    labels: npt.NDArray[np.str_], groups: npt.NDArray[np.str_], params: SplitParams
) -> None:
    for label in LABELS:
        number = len(np.unique(groups[labels == label]))
        if number < len(SPLITS):
            raise PairdxError(
                f"class {label!r} has pairs of {number} {_unit(params)}; one for each of the "
                f"{len(SPLITS)} splits is needed: add pairs, loosen filter, or set split.group_by "
                "to none"
            )


def deal(
    labels: npt.NDArray[np.str_],
    groups: npt.NDArray[np.str_] | Ints | None,
    folds: int,
    seed: int,
) -> Ints:
    """Return the fold of every pair, stratified by class; what shares a group shares a fold."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    method = StratifiedKFold if groups is None else StratifiedGroupKFold
    dealer = method(folds, shuffle=True, random_state=seed)
    dealt = np.zeros(len(labels), np.int64)
    with warnings.catch_warnings():
        # A class smaller than the number of folds is in order: the splits are made of many.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for fold, (_, members) in enumerate(dealer.split(labels, labels, groups)):
            dealt[members] = fold
    return dealt


def _choose(counts: Ints, params: SplitParams, seed: int) -> Ints:
    """Return the split of every fold: 0 train, 1 validation, 2 test.

    Args:
        counts: ``(FOLDS, K)`` pairs of each class in each fold.
        params: the shares aimed at.
        seed: of the choices that are tried.
    """
    validation, test = round(params.validation * FOLDS), round(params.test * FOLDS)
    folds = np.repeat([0, 1, 2], [FOLDS - validation - test, validation, test])
    rng = np.random.default_rng(seed)
    tries = rng.permuted(np.tile(folds, (TRIES, 1)), axis=1)  # (TRIES, FOLDS)
    target = np.array([1 - params.validation - params.test, params.validation, params.test])
    parts = [(tries == part) @ (counts / counts.sum(0)) for part in range(len(SPLITS))]
    shares = np.stack(parts, axis=1)  # (TRIES, 3, K)
    misses = (shares / target[:, None] - 1) ** 2 + MISSING * (shares == 0)
    return tries[np.argmin(misses.sum(axis=(1, 2)))]


def _refuse_empty_classes(pairs: pa.Table, reason: str) -> None:
    for name, counts in count_splits(pairs).items():
        for label in LABELS:
            if counts[label] == 0:
                raise PairdxError(
                    f"class {label!r} has no pair in {name}: {reason}; "
                    "add pairs, loosen filter, or set split.group_by to none"
                )


def count_splits(pairs: pa.Table) -> dict[str, dict[str, int]]:
    """Count the pairs of each split, in all and by class."""
    counts = Counter(zip(pairs["split"].to_pylist(), pairs["label"].to_pylist(), strict=True))
    by_class = {name: {label: counts[name, label] for label in LABELS} for name in SPLITS}
    return {name: {"total": sum(part.values()), **part} for name, part in by_class.items()}


def measure(pairs: pa.Table) -> Measured:
    """Return ``counts``, as of :func:`count_splits`, and ``shares``: of all, and of each class."""
    counts = count_splits(pairs)
    whole = {part: sum(counts[name][part] for name in SPLITS) for part in PARTS}
    shares = {
        name: {part: round(counts[name][part] / whole[part], 4) for part in PARTS}
        for name in SPLITS
    }
    return {"counts": counts, "shares": shares}


def told(measured: Measured) -> str:
    """Say in a few words which shares :func:`measure` found."""
    return ", ".join(f"{name} {shares['total']:.1%}" for name, shares in measured["shares"].items())


def _warn_of_missed_shares(pairs: pa.Table, params: SplitParams) -> None:
    aims = (1 - params.validation - params.test, params.validation, params.test)
    missed = [*_missed_shares(count_splits(pairs), dict(zip(SPLITS, aims, strict=True)))]
    if missed:
        log.warning(
            "split: %s: %s of many pairs stay whole; lower balance.cap_per_class, add pairs of "
            "others, or go on with these shares",
            ", ".join(missed),
            _unit(params),
        )


def _missed_shares(
    counts: Mapping[str, Mapping[str, int]], aims: Mapping[str, float]
) -> Iterator[str]:
    """Name what misses its share by more than ``POINTS``, and by more than one pair."""
    for name, aim in aims.items():
        usual = aim
        for part in PARTS:
            here, whole = counts[name][part], sum(counts[split][part] for split in SPLITS)
            far = max(POINTS * whole, 1)
            if abs(here - aim * whole) > far and abs(here - usual * whole) > far:
                of = "the pairs" if part == "total" else part
                yield f"{name} {here / whole:.3f} of {of} (aim {aim:.2f})"
                if part == "total":
                    usual = here / whole  # what is true of all classes is said once


def write_splits(scrubbed: Path, pairs: pa.Table, out: Path) -> None:
    """Write ``train.parquet``, ``validation.parquet`` and ``test.parquet`` into the folder ``out``.

    Beside them is a README.md, by which Hugging Face `datasets` knows the classes.

    Args:
        scrubbed: the table of ``SCRUBBED`` that has the images.
        pairs: ``id`` and ``split`` of the pairs that are wanted.
        out: an existing folder.
    """
    splits = dict(zip(pairs["id"].to_pylist(), pairs["split"].to_pylist(), strict=True))
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(TableWriter(out / f"{name}.parquet", PAIRS))
            for name in SPLITS
        }
        for row in stream_rows(scrubbed, SCRUBBED):
            name = splits.get(row["id"])
            if name is not None:
                writers[name].write({key: row.get(key) for key in PAIRS.names} | {"split": name})
    files = {name: f"{name}.parquet" for name in SPLITS}
    write_text(out / "README.md", folder_header(PAIRS, {"label": LABELS}, files) + README)
