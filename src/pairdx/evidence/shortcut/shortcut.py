"""The shortcut test's scores: what each model loses by each change, and its chart."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.evidence.shortcut.drops import Labelled, Resampling, drops
from pairdx.statistics.intervals.bootstrap import Integers
from pairdx.statistics.scores.classification import COMPARED


def summarise(
    pairs: Labelled,
    unchanged: Mapping[str, Integers],
    changed: Mapping[str, Mapping[str, Integers | None]],
    params: Resampling,
    seed: int,
) -> dict[str, Any]:
    """Score each model under each change.

    Args:
        pairs: what was predicted.
        unchanged: predicted classes of the pairs as they are by model, (N,).
        changed: those of the changed pairs by model and change; None where the model does not
            read what was changed, so that nothing can be lost.
        params: of the intervals.
        seed: of the resamples.
    """
    return {
        model: _of_model(pairs, before, changed[model], params, seed)
        for model, before in unchanged.items()
    }


def _of_model(
    pairs: Labelled,
    before: Integers,
    changed: Mapping[str, Integers | None],
    params: Resampling,
    seed: int,
) -> dict[str, Any]:
    after = {name: before if classes is None else classes for name, classes in changed.items()}
    scored = drops(pairs, before, {"unchanged": before, **after}, params, seed)
    unchanged = {name: scored["unchanged"][name] for name in COMPARED}
    told = {name: {"read": changed[name] is not None, **scored[name]} for name in changed}
    return {"n": len(before), **unchanged, "changes": told}


def chart(models: Mapping[str, Any]) -> str:
    """One row a model and change: what accuracy loses, with its interval, as CSV."""
    rows = [
        {
            "model": model,
            "change": change.replace("_", " "),
            "drop": scores["accuracy_drop"],
            "low": scores["accuracy_drop_low"],
            "high": scores["accuracy_drop_high"],
            "accuracy": scores["accuracy"],
            "read": "yes" if scores["read"] else "no",
        }
        for model, told in models.items()
        for change, scores in told["changes"].items()
    ]
    return to_csv(pd.DataFrame(rows))
