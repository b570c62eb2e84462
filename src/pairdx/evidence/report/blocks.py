"""What a chapter of the report is made of; blocks.html has a macro for each kind of block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup

from pairdx.evidence.report.records import AbsentError
from pairdx.pages.gallery import Card
from pairdx.statistics.intervals.reported import ENDS, estimate

NOTHING = "none"


@dataclass(frozen=True)
class Words:
    """A paragraph; `backticks` set code."""

    kind: ClassVar[str] = "words"
    text: str


@dataclass(frozen=True)
class Points:
    """Sentences, one below the other."""

    kind: ClassVar[str] = "points"
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Cells of text; the first of a row is its head."""

    kind: ClassVar[str] = "table"
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def wordy(self) -> tuple[bool, ...]:
        """Whether a column holds words alone: those begin below each other, numbers end so."""
        columns = zip(*self.rows, strict=True)
        found = tuple(all(cell[:1].isalpha() for cell in column) for column in columns)
        return found or (False,) * len(self.header)


@dataclass(frozen=True)
class Matrix:
    """Counts by actual (rows) and predicted class."""

    caption: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def weight(self, row: int, column: int) -> float:
        """The share of a row that is told as a class: above 0 if rightly, below if wrongly."""
        share = self.counts[row][column] / (sum(self.counts[row]) or 1)
        return share if row == column else -share


@dataclass(frozen=True)
class Matrices:
    """Confusion matrices side by side."""

    kind: ClassVar[str] = "matrices"
    matrices: tuple[Matrix, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing, its caption, and what it shows for who cannot see it."""

    svg: Markup
    caption: str
    said: str


@dataclass(frozen=True)
class Charts:
    """Charts side by side."""

    kind: ClassVar[str] = "charts"
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Cards:
    """Cases side by side; their captions, if long, are folded under a title."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]
    fold: str = ""


@dataclass(frozen=True)
class Fold:
    """A long text, shown when asked for."""

    kind: ClassVar[str] = "fold"
    title: str
    text: str


@dataclass(frozen=True)
class Links:
    """Other pages of this run: what they are, and where, relative to the report."""

    kind: ClassVar[str] = "links"
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LeftOut:
    """What is not on the page, as the file that it would show is not there."""

    kind: ClassVar[str] = "left_out"
    file: str


Block = Words | Points | Table | Matrices | Charts | Cards | Fold | Links | LeftOut


@dataclass(frozen=True)
class Part:
    """Blocks under a title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Chapter:
    """Parts under a title, and the anchor by which they are found."""

    anchor: str
    title: str
    parts: tuple[Part, ...]


def part(title: str, build: Callable[[], list[Block]]) -> Part:
    """Return what ``build`` makes, or one line that names the file which it lacks."""
    try:
        return Part(title, tuple(build()))
    except AbsentError as absent:
        return Part(title, (LeftOut(absent.file),))


def name(label: str) -> str:
    """A class, a step or a reason as a person says it."""
    return label.replace("_", " ")


def told(scores: Mapping[str, Any], key: str, sign: str = "") -> str:
    """`value [low, high]`, "none" where there is no value."""
    return NOTHING if scores.get(key) is None else estimate(scores, key, sign)


def held(scores: Mapping[str, Any], key: str, adjusted: str = "") -> bool:
    """Whether there is an interval, and zero lies outside it."""
    low, high = (scores.get(f"{adjusted or key}{end}") for end in ENDS[1:])
    return low is not None and high is not None and (low > 0 or high < 0)
