"""Which labels are probably wrong: confident learning (Northcutt, Jiang & Chuang 2021, JAIR).

Every pair of train and validation is classified by a model that was fitted on the other folds;
folds keep articles whole, because the parts of one figure share what they show and often words of
their caption. The test split is classified by a model fitted on all of train and validation.
cleanlab then compares what is predicted with what is given: a pair is a suspect if it is predicted
to be of another class with at least the confidence that pairs labelled so have on average.

Shapes: N pairs, K classes in the order of ``LABELS``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pairdx.core.errors import PairdxError
from pairdx.core.schema import AUDIT, LABELS
from pairdx.evidence.labels.look import Evidence, fit_and_predict, join
from pairdx.evidence.labels.params import AuditLabelsParams
from pairdx.pairs.store import Pairs
from pairdx.statistics.intervals.reported import DIGITS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Audited:
    """Some pairs' labels, and what a model that has not seen them says."""

    labels: Integers  # (N,)
    probabilities: Floats  # (N, K)
    thresholds: Floats  # (K,), the mean probability of a class over the pairs labelled so

    @classmethod
    def of(cls, labels: Integers, probabilities: Floats) -> "Audited":
        """Take the thresholds from the pairs themselves, as is right for out-of-fold ones."""
        from cleanlab.count import get_confident_thresholds

        return cls(labels, probabilities, get_confident_thresholds(labels, probabilities))

    @property
    def suggested(self) -> Integers:
        """The most probable class, (N,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def quality(self) -> Floats:
        """How far the label's probability lies above the best other one's, from 0 to 1, (N,)."""
        from cleanlab.rank import get_label_quality_scores

        return get_label_quality_scores(self.labels, self.probabilities, method="normalized_margin")

    @property
    def suspects(self) -> Booleans:
        """Off the diagonal of the confident joint, and not most probably what they are called."""
        from cleanlab.count import compute_confident_joint

        _, off_diagonal = compute_confident_joint(
            self.labels,
            self.probabilities,
            thresholds=self.thresholds,
            return_indices_of_off_diagonals=True,
        )
        found = np.zeros(len(self.labels), dtype=np.bool_)
        found[off_diagonal] = True
        return found & (self.suggested != self.labels)


def audit(
    learned: Sequence[tuple[Pairs, Evidence]],
    test: tuple[Pairs, Evidence],
    params: AuditLabelsParams,
    seed: int,
) -> tuple[Audited, Audited]:
    """Audit train and validation (``learned``), one behind another, and the test split.

    Raises:
        PairdxError: there are fewer articles than folds.
    """
    evidence = join([part for _, part in learned])
    labels = np.concatenate([pairs.targets.numpy() for pairs, _ in learned])
    articles = np.array([article for pairs, _ in learned for article in pairs.articles])
    inside = Audited.of(labels, out_of_fold(evidence, labels, articles, params, seed))
    outside = fit_and_predict(evidence, labels, test[1], params.trees, seed)
    return inside, Audited(test[0].targets.numpy(), outside, inside.thresholds)


def out_of_fold(
    evidence: Evidence,
    labels: Integers,
    articles: npt.NDArray[np.str_],
    params: AuditLabelsParams,
    seed: int,
) -> Floats:
    """Classify every pair by a model that has seen no pair of its article, (N, K)."""
    if len(set(articles)) < params.folds:
        raise PairdxError(
            f"audit_labels.folds = {params.folds}, but train and validation have "
            f"{len(set(articles))} articles; ask for fewer folds"
        )
    from sklearn.model_selection import StratifiedGroupKFold

    dealer = StratifiedGroupKFold(params.folds, shuffle=True, random_state=seed)
    probabilities = np.zeros((len(labels), len(LABELS)))
    for known, asked in dealer.split(labels, labels, articles):
        probabilities[asked] = fit_and_predict(
            evidence.take(known), labels[known], evidence.take(asked), params.trees, seed
        )
    return probabilities


def joint_noise(audited: Audited) -> Floats:
    """Estimate the share of all pairs by given (rows) and true class (columns), (K, K)."""
    from cleanlab.count import estimate_joint

    return estimate_joint(audited.labels, audited.probabilities)


def to_table(splits: Sequence[tuple[str, Pairs]], audited: Audited) -> pa.Table:
    """Return the rows of ``AUDIT``; ``splits`` name the pairs that ``audited`` is about."""
    columns = {
        "id": [id_ for _, pairs in splits for id_ in pairs.ids],
        "article_id": [article for _, pairs in splits for article in pairs.articles],
        "split": [name for name, pairs in splits for _ in pairs.ids],
        "label": [LABELS[k] for k in audited.labels],
        "suggested": [LABELS[k] for k in audited.suggested],
        "quality": audited.quality,
        "suspect": audited.suspects,
        **{f"p_{label}": audited.probabilities[:, k] for k, label in enumerate(LABELS)},
    }
    return pa.table(columns, AUDIT)


def summarise(learned: Audited, test: Audited) -> dict[str, Any]:
    """Count the suspects, and say how many labels are estimated to be wrong, and in which way."""
    joint = joint_noise(learned)
    wrong = {
        given: {
            true: round(float(joint[row, column]), DIGITS)
            for column, true in enumerate(LABELS)
            if column != row
        }
        for row, given in enumerate(LABELS)
    }
    return {
        "train_and_validation": {
            **_counts(learned),
            "estimated_wrong": round(float(1 - np.trace(joint)), DIGITS),
            "estimated_wrong_as": wrong,
        },
        "test": _counts(test),
    }


def _counts(audited: Audited) -> dict[str, Any]:
    """Count pairs and suspects, in all and by the label given."""
    suspects = audited.suspects
    return {
        "n": len(audited.labels),
        "accuracy": round(float((audited.suggested == audited.labels).mean()), DIGITS),
        "suspects": int(suspects.sum()),
        "suspects_by_label": {
            label: int(suspects[audited.labels == k].sum()) for k, label in enumerate(LABELS)
        },
    }


def noise_rows(learned: Audited) -> list[tuple[str, str, float, int]]:
    """Return a row a cell for a chart: given, true, estimated pairs, suspects among them."""
    pairs = joint_noise(learned) * len(learned.labels)
    suspects = learned.suspects
    return [
        (
            given,
            true,
            round(float(pairs[row, column]), 2),
            int((suspects & (learned.labels == row) & (learned.suggested == column)).sum()),
        )
        for row, given in enumerate(LABELS)
        for column, true in enumerate(LABELS)
        if row != column
    ]
