"""What a model says of an image, and the forms in which it is written."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairdx.core.csv_lines import csv_writer
from pairdx.core.errors import PairdxError
from pairdx.core.outputs import new_file
from pairdx.core.schema import LABELS
from pairdx.core.streaming import TableWriter
from pairdx.evidence.calibration.prediction_sets import members
from pairdx.prediction.abstain import Rule
from pairdx.readers.spreadsheet import protect, visible

Format = Literal["table", "csv", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
DIGITS = 6  # of a probability in CSV and JSON lines


@dataclass(frozen=True)
class Answer:
    """What is said of one image; None: that was not asked for."""

    name: str
    probabilities: NDArray[np.float64]  # (6,)
    rule: Rule | None = None  # by which they were made as sure as they say
    masked: tuple[str, ...] | None = None  # what was screened

    @property
    def label(self) -> str:
        """The most probable class."""
        return LABELS[self.probabilities.argmax()]

    @property
    def abstain(self) -> bool:
        """Whether it is too unsure for the coverage that was asked for."""
        return self.rule is not None and bool(self.probabilities.max() < self.rule.threshold)

    @property
    def classes(self) -> list[str]:
        """The set that holds the true class as often as it was calibrated to."""
        if self.rule is None:
            return []
        inside = members(self.probabilities[None], np.array(self.rule.least))[0]
        return [label for label, belongs in zip(LABELS, inside, strict=True) if belongs]

    def cells(self) -> dict[str, Any]:
        """One value a column."""
        chances = zip(LABELS, self.probabilities.tolist(), strict=True)
        cells = {"name": self.name, "label": self.label, **{f"p_{k}": p for k, p in chances}}
        if self.rule is not None:
            cells |= {"abstain": self.abstain, "set": self.classes}
        return cells if self.masked is None else cells | {"masked": list(self.masked)}


Write = Callable[[Sequence[Answer]], object]


def columns(calibrated: bool, screened: bool) -> pa.Schema:
    """The columns of a table of answers."""
    names = pa.list_(pa.string())
    return pa.schema(
        [
            ("name", pa.string()),
            ("label", pa.string()),
            *[(f"p_{label}", pa.float64()) for label in LABELS],
            *([("abstain", pa.bool_()), ("set", names)] if calibrated else []),
            *([("masked", names)] if screened else []),
        ]
    )


def choose_format(asked: Format | None, out: Path | None, alone: bool) -> Format:
    """The format that is asked for, that of the file's name, or what suits who looks.

    Raises:
        PairdxError: the file's name says none, or one is asked for that needs a file.
    """
    if asked == "parquet" and out is None:
        raise PairdxError("--format parquet: needs --out, the name of a file")
    if asked:
        return asked
    if out is None:
        return "table" if alone or sys.stdout.isatty() else "csv"
    for known in FORMATS[1:]:
        if out.suffix.lower() == f".{known}":
            return known
    raise PairdxError(f"--out {out}: end it in .csv, .jsonl or .parquet, or say --format")


@contextmanager
def writing(form: Format, out: Path | None, schema: pa.Schema, alone: bool) -> Iterator[Write]:
    """Yield what writes answers to a file, which appears whole or not at all, or to the terminal.

    Args:
        form: of the answers.
        out: the file; None: standard output.
        schema: the columns.
        alone: there is one image, of which a table says all.
    """
    if out is None:
        write = _to(sys.stdout, form, schema, alone)
        sys.stdout.flush()  # somebody may wait for the names of the columns, and for each answer
        yield lambda answers: (write(answers), sys.stdout.flush())
    elif form == "parquet":
        with new_file(out) as new, TableWriter(new, schema) as table:
            yield partial(_add_rows, table)
    else:
        with new_file(out) as new, new.open("w", encoding="utf-8", newline="") as file:
            yield _to(file, form, schema, alone)


def _to(file: TextIO, form: Format, schema: pa.Schema, alone: bool) -> Write:
    if form == "csv":
        writer = csv_writer(file)
        writer.writerow(schema.names)
        return lambda answers: writer.writerows(map(_csv_row, answers))
    if form == "jsonl":
        return lambda answers: file.writelines(map(_json_line, answers))
    if alone:
        return lambda answers: file.writelines(map(_in_full, answers))
    file.write(f"{'p':>6}  {'label':19}  name\n")
    return lambda answers: file.writelines(map(_in_a_line, answers))


def _add_rows(table: TableWriter, answers: Sequence[Answer]) -> None:
    for answer in answers:
        table.write(answer.cells())


def _csv_row(answer: Answer) -> list[str]:
    return [protect(_cell(value)) for value in answer.cells().values()]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.{DIGITS}f}"
    return "; ".join(value) if isinstance(value, list) else str(value)


def _json_line(answer: Answer) -> str:
    cells = answer.cells()
    chances = {label: round(cells.pop(f"p_{label}"), DIGITS) for label in LABELS}
    head = {"name": cells.pop("name"), "label": cells.pop("label"), "probabilities": chances}
    return json.dumps(head | cells, ensure_ascii=False) + "\n"


def _in_a_line(answer: Answer) -> str:
    notes = ["not sure enough"] if answer.abstain else []
    if len(answer.classes) > 1:
        notes.append(f"one of {', '.join(answer.classes)}")
    if answer.masked:
        notes.append(f"masked: {', '.join(answer.masked)}")
    note = f"  ({'; '.join(notes)})" if notes else ""
    return f"{answer.probabilities.max():6.3f}  {answer.label:19}  {visible(answer.name)}{note}\n"


def _in_full(answer: Answer) -> str:
    best, rule, lines = answer.probabilities.max(), answer.rule, []
    if answer.masked is not None:
        lines.append(f"masked: {', '.join(answer.masked) or 'nothing'}")
    if rule is not None:
        if answer.abstain:
            lines.append(f"not sure enough: {best:.3f}, below {rule.threshold:.3f}; ask a person")
        often = f"set that holds {100 * rule.level:g} % of pairs like the validation's"
        lines.append(f"{often}: {', '.join(answer.classes)}")
    ranked = sorted(zip(answer.probabilities, LABELS, strict=True), key=lambda one: -one[0])
    lines += [f"{probability:6.3f}  {label}" for probability, label in ranked]
    return "".join(f"{line}\n" for line in lines)
