"""What a calibration says about one prediction: how sure it is, and what else it may be."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import regular
from pairdx.core.schema import LABELS


@dataclass(frozen=True)
class Rule:
    """The temperature of a model, what is answered, and what belongs to a set of classes."""

    temperature: float
    threshold: float  # the least confidence that is answered
    level: float  # how often the set holds the true class
    least: tuple[float, ...]  # from which probability each class of LABELS belongs to it


def read_rule(path: Path, coverage: str, model: str) -> Rule:
    """Read the rule that answered ``coverage`` % of the validation pairs.

    Args:
        path: a model's file of `metrics/calibration`.
        coverage: a percentage that stands in it.
        model: the name of the model that predicts.

    Raises:
        PairdxError: the file is missing, is none of stage `calibrate` or another model's, or has
            no such coverage.
    """
    try:
        content = json.loads(regular(path).read_text(encoding="utf-8"))
        temperature, rules = float(content["temperature"]), content["coverage"]
        thresholds = {share: float(rule["threshold"]) for share, rule in rules.items()}
        calibrated, sets = content["model"], content["sets"]
        level, least = float(sets["level"]), sets["marginal"]["thresholds"]
        belongs = tuple(float(least[label]) for label in LABELS)
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; run `dvc repro calibrate`") from None
    except OSError as error:
        raise PairdxError(f"{path}: cannot be read ({error.strerror}); name a file") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PairdxError(
            f"{path}: model, temperature, coverage and sets are needed; name a "
            "file of metrics/calibration, or run `dvc repro calibrate`"
        ) from None
    if calibrated != model:
        raise PairdxError(f"{path}: the calibration of {calibrated}, not of {model}; name its own")
    if not 0 < temperature < math.inf:
        raise PairdxError(f"{path}: temperature = {temperature}; a number above 0 is needed")
    if coverage not in thresholds:
        raise PairdxError(
            f"--coverage {coverage} (if not given, 90): not in {path}; allowed are "
            f"{', '.join(thresholds)} (more: calibrate.coverages)"
        )
    return Rule(temperature, thresholds[coverage], level, belongs)
