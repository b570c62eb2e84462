"""The results of other stages, as files below `metrics/` and `plots/`."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import read_json, regular


class AbsentError(PairdxError):
    """A result is not there: its stage is not of this run."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file}: no such result; run `dvc repro`")
        self.file = file


@dataclass(frozen=True)
class Records:
    """Where results lie."""

    metrics: Path
    plots: Path

    def metric(self, name: str) -> dict[str, Any]:
        """Read `metrics/<name>.json`.

        Raises:
            AbsentError: there is none.
            PairdxError: it is damaged.
        """
        path = self.metrics / f"{name}.json"
        if not path.exists():
            raise AbsentError(f"metrics/{name}.json")
        return read_json(path, dict[str, Any], "a result", "run `dvc repro`")

    def rows(self, name: str) -> list[dict[str, str]]:
        """Read `plots/<name>.csv`, a dictionary a row.

        Raises:
            AbsentError: there is none.
        """
        path = self.plots / f"{name}.csv"
        if not path.exists():
            raise AbsentError(f"plots/{name}.csv")
        with regular(path).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
