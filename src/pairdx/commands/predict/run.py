"""Many images through one model, a batch at a time: what `pairdx predict` does."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pairdx.commands.predict.answers import Answer, Format, Write, choose_format, columns, writing
from pairdx.commands.predict.images import fault_of
from pairdx.commands.predict.rows import Row, Source, open_source
from pairdx.core.checkout import kept
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.evidence.calibration.temperature import scale
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Predictor
from pairdx.prediction.abstain import Rule, read_rule
from pairdx.prediction.predict import load_model
from pairdx.readers.spreadsheet import visible

# Masks an encoded image and its caption, and says what was found.
Screen = Callable[[bytes, str], tuple[bytes, str, tuple[str, ...]]]


@dataclass(frozen=True)
class Pair:
    """A row whose image was read."""

    row: Row
    image: bytes
    caption: str
    masked: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of each image."""

    model: Predictor
    rule: Rule | None
    screen: Screen | None
    caption: str  # of images that have none

    def answer(self, rows: Sequence[Row]) -> tuple[list[Answer], list[str]]:
        """Classify a batch; returns the answers, and what is wrong with the other rows."""
        refused: list[str] = []
        pairs = [pair for row in rows if (pair := self._read(row, refused))]
        try:
            probabilities = self._ask(pairs)
        except PairdxError:  # which does not say of which; each is decoded twice only now
            decodable = [pair for pair in pairs if not _is_damaged(pair, refused)]
            if len(decodable) == len(pairs):
                raise
            pairs, probabilities = decodable, self._ask(decodable)
        told = zip(pairs, probabilities, strict=True)
        return [Answer(one.row.name, row, self.rule, one.masked) for one, row in told], refused

    def _read(self, row: Row, refused: list[str]) -> Pair | None:
        try:
            image, caption = row.load(), row.caption or self.caption
            if self.screen is None:
                return Pair(row, image, caption)
            return Pair(row, *self.screen(image, caption))
        except PairdxError as error:
            refused.append(f"{visible(row.place)}: {error}")
            return None

    def _ask(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """The probabilities, ``(N, 6)``."""
        if not pairs:
            return np.empty((0, len(LABELS)))
        images, captions = [one.image for one in pairs], [one.caption for one in pairs]
        probabilities = self.model.predict(images, captions)
        return scale(probabilities, self.rule.temperature) if self.rule else probabilities


def _is_damaged(pair: Pair, refused: list[str]) -> bool:
    fault = fault_of(pair.image)
    if fault:
        refused.append(f"{visible(pair.row.place)}: {fault}")
    return fault is not None


@dataclass(frozen=True)
class Run:
    """Where rows come from and answers go to."""

    sources: Sequence[Source]
    alone: bool  # one image file is all
    batch: int  # images at once
    form: Format
    out: Path | None

    def of(self, question: Question, notes: Sequence[str]) -> int:
        """Write all answers; say the notes once there are some, and what cannot be used.

        Returns:
            How many rows cannot be used.

        Raises:
            PairdxError: none can.
        """
        schema = columns(question.rule is not None, question.screen is not None)
        with self._bar() as rows, writing(self.form, self.out, schema, self.alone) as write:
            answered, unused = self._each_batch(question, iter(rows), write, notes)
            if not answered:
                raise PairdxError(f"{self.sources[0].name}: none of {unused} rows can be used")
        if unused:
            _say(f"{unused} of {answered + unused} rows could not be used, see above")
        return unused

    def _each_batch(
        self, question: Question, rows: Iterator[Row], write: Write, notes: Sequence[str]
    ) -> tuple[int, int]:
        answered = unused = 0
        while some := list(islice(rows, self.batch)):
            answers, refused = question.answer(some)
            if self.alone and refused:
                raise PairdxError(refused[0])
            write(answers)
            for line in [*(notes if answers and not answered else []), *refused]:
                _say(line)
            answered, unused = answered + len(answers), unused + len(refused)
        return answered, unused

    def _bar(self) -> "tqdm[Row]":
        counts = [source.count for source in self.sources]
        total = None if None in counts else sum(filter(None, counts))
        rows = chain.from_iterable(source.rows() for source in self.sources)
        scrolls = self.out is None and sys.stdout.isatty()  # rows are their own progress
        return tqdm(rows, total=total, unit=" images", disable=scrolls or self.alone or None)


def predict(
    arguments: Sequence[str],
    folder: Path,
    *,
    backend: str | None = None,
    caption: str = "",
    calibration: Path | None = None,
    coverage: str | None = None,
    screen: bool = False,
    root: Path | None = None,
    batch: int = 32,
    form: Format | None = None,
    out: Path | None = None,
) -> int:
    """Classify what the arguments name, and write the answers (see `pairdx predict --help`).

    Returns:
        How many rows could not be used; each was told.

    Raises:
        PairdxError: an argument, the model, the calibration or the output cannot be used, or no
            row can.
    """
    card = ModelCard.load(folder)
    rule = _rule(calibration, coverage, card.model)
    sources = [open_source(argument, root) for argument in arguments]
    alone = len(sources) == 1 and sources[0].is_image
    _check_out(out, arguments)
    run = Run(sources, alone, batch, choose_format(form, out, alone), out)
    question = Question(load_model(folder, backend), rule, _screen() if screen else None, caption)
    return run.of(question, list(_notes(folder, card, question, sources)))


def _rule(calibration: Path | None, coverage: str | None, model: str) -> Rule | None:
    if calibration:
        return read_rule(calibration, "90" if coverage is None else coverage, model)
    if coverage is not None:
        raise PairdxError("--coverage needs --calibration: a file of metrics/calibration")
    return None


def _check_out(out: Path | None, arguments: Sequence[str]) -> None:
    if out and out.is_dir():
        raise PairdxError(f"--out {out}: is a folder; name a file in it")
    if out and any(Path(one).resolve() == out.resolve() for one in arguments):
        raise PairdxError(f"--out {out}: is what is asked about; name another file")


def _notes(
    folder: Path, card: ModelCard, question: Question, sources: Sequence[Source]
) -> Iterator[str]:
    """What whoever reads the answers should know."""
    if not card.trained:
        yield f"{folder}: random weights, never trained; this is chance"
    bare = [source for source in sources if not source.captioned]
    if "caption" in question.model.reads and bare and not question.caption:
        give = f"name {bare[0].beside}" if bare[0].beside else "--caption, or a table, gives them"
        yield f"{folder}: reads captions, and {bare[0].name} has none; {give}"
        if question.rule:
            yield "calibration was measured with captions: sets and abstention do not hold without"
    if "image" in question.model.reads and not question.screen:
        yield "not screened: models were trained on masked pictures (--screen masks, 0.1 s each)"


def _screen() -> Screen:
    """Mask pairs as the training pairs were, by params.yaml."""
    from pairdx.curate.scan.params import ScanParams
    from pairdx.curate.scan.scan import CACHE
    from pairdx.curate.scrub.one_pair import screen_pair
    from pairdx.curate.scrub.params import ScrubParams

    scan, scrub = ScanParams.load(), ScrubParams.load()
    return lambda image, caption: screen_pair(image, caption, scan, scrub, kept(CACHE))


def _say(line: str) -> None:
    """Tell on stderr, above the bar if there is one."""
    tqdm.write(line, file=sys.stderr)
