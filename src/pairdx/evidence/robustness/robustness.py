"""How much worse models get on corrupted pairs, after ImageNet-C (Hendrycks and Dietterich 2019).

- The **error rate** of a corruption is the share of wrong answers, the mean of its severities.
- The **mean error** is the mean over the corruptions of images, or of captions.
- The **mean corruption error** (``mce``) of ImageNet-C divides a corruption's errors by those that
  a reference model makes on the same pictures before it takes the mean; the reference has 1. Where
  the reference makes no error, or does not read what is corrupted, it has no value.
- The **drop** is the accuracy on the unchanged pairs less that on the corrupted ones. A model with
  a low accuracy has little to lose: read it beside the error.

What a model does not read cannot change its answers: its error there is that of the unchanged
pairs. All of it is resampled together by article, so that drops and ratios are paired.

Shapes: R resamples, N pairs, F models, K corruptions, S severities.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.core.errors import PairdxError
from pairdx.evidence.robustness.answers import Booleans, Corrupted
from pairdx.evidence.robustness.params import RobustnessParams
from pairdx.statistics.intervals.bootstrap import (
    DIFFERENCE,
    LOSS,
    SHARE,
    Floats,
    Scale,
    article_weights,
)
from pairdx.statistics.intervals.reported import Summary, rounded, with_interval
from pairdx.statistics.scores.ranking import divide


@dataclass(frozen=True)
class Errors:
    """Shares of wrong answers by model, corruption and severity, 0 being the unchanged pairs."""

    answers: Corrupted
    rates: Floats  # (1 + R, F, K, 1 + S): of the pairs as they are, and of each resample
    reference: int  # which of the F models others are held against
    confidence: float

    def told(self, name: str, values: Floats, scale: Scale) -> Summary:
        """A value that is made of the rates, (1 + R,), with its interval."""
        articles = self.answers.articles
        return with_interval(name, values[0], values[1:], self.confidence, articles, scale)


def measure(answers: Corrupted, params: RobustnessParams, seed: int) -> Errors:
    """Count the errors in the pairs and in resamples of their articles.

    Raises:
        PairdxError: the reference is not among the models.
    """
    if params.reference not in answers.models:
        raise PairdxError(
            f"robustness.reference = {params.reference!r}; it was not asked about corrupted pairs, "
            f"allowed are {', '.join(answers.models)} (see robustness.models)"
        )
    resamples = article_weights(answers.articles, params.resamples, np.random.default_rng(seed))
    weights = [np.ones((1, len(answers.wrong))), *resamples]
    rates = np.concatenate([_rates(rows, answers.wrong) for rows in weights])
    return Errors(answers, rates, answers.models.index(params.reference), params.confidence)


def summarise(errors: Errors) -> dict[str, Any]:
    """Every model's errors by corruption and by part of the pair, with intervals."""
    answers = errors.answers
    parts = dict.fromkeys(answers.kinds.values())
    return {
        "n": len(answers.wrong),
        "reference": answers.models[errors.reference],
        "models": {
            model: {
                "accuracy": rounded(1 - errors.rates[0, f, 0, 0]),
                **{
                    part: _of_part(errors, f, answers.places(part))
                    for part in parts
                    if answers.read[f, answers.places(part)].all()
                },
            }
            for f, model in enumerate(answers.models)
        },
    }


def chart(errors: Errors) -> str:
    """One row a model, corruption of what it reads, and severity: its accuracy, as CSV."""
    answers, rows = errors.answers, []
    for f, k, s in np.ndindex(errors.rates.shape[1:]):
        if answers.read[f, k]:
            kind = list(answers.kinds)[k].replace("_", " ")
            numbers = errors.told("accuracy", 1 - errors.rates[:, f, k, s], SHARE)
            rows.append((answers.models[f], kind, s, *numbers.values()))
    columns = ["model", "corruption", "severity", "accuracy", "low", "high"]
    return to_csv(pd.DataFrame(rows, columns=columns))


def _rates(weights: Floats, wrong: Booleans) -> Floats:
    """Shares of wrong answers under each row of ``weights`` (R, N): (R, F, K, 1 + S)."""
    flat = wrong.reshape(len(wrong), -1).astype(np.float64)
    shares = weights @ flat / weights.sum(axis=1, keepdims=True)
    return shares.reshape(-1, *wrong.shape[1:])


def _of_part(errors: Errors, model: int, places: list[int]) -> dict[str, Any]:
    """The measures of one model over the corruptions at ``places``, and of each of these."""
    rates, read = errors.rates[:, :, places], errors.answers.read
    corrupted = rates[..., 1:].mean(axis=-1)  # (1 + R, F, K)
    own = corrupted[:, model]  # (1 + R, K)
    lost = own - rates[:, model, :, 0]
    relative = divide(own, corrupted[:, errors.reference])
    summary: dict[str, Any] = {
        **errors.told("mean_error", own.mean(axis=1), SHARE),
        **errors.told("accuracy_drop", lost.mean(axis=1), DIFFERENCE),
    }
    if read[errors.reference, places].all():  # else it stands for nothing
        summary |= errors.told("mce", relative.mean(axis=1), LOSS)
    kinds = list(errors.answers.kinds)
    summary["corruptions"] = {
        kinds[place]: {
            **errors.told("error_rate", own[:, k], SHARE),
            **errors.told("accuracy_drop", lost[:, k], DIFFERENCE),
            "error_rate_by_severity": {
                str(severity): rounded(rate)
                for severity, rate in enumerate(rates[0, model, k, 1:], start=1)
            },
        }
        for k, place in enumerate(places)
    }
    return summary
