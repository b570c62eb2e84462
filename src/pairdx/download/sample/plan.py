"""What a sample consists of before anything is drawn: articles, cases, figures and rows."""

from dataclasses import dataclass, field

from pairdx.download.sample.captions import Caption, Identifier, Wording
from pairdx.download.sample.motifs import Pair


@dataclass(frozen=True)
class Figure:
    """One figure: what it shows, the names of its parts, and what is said of them."""

    number: int  # seeds its drawings
    motif: str
    decided_by: str
    looks_like: Pair | None
    wording: Wording
    parts: tuple[str, ...]  # ("undivided",), ("A", "B"), ("left", "right")
    caption: Caption
    identifiers: tuple[Identifier, ...] = ()  # none, or one for each part
    copy_kind: str | None = None  # exact | near
    copy_of: tuple[int, int] | None = None  # figure, part

    def drawn_from(self, part: int) -> tuple[int, int]:
        """Figure and part, by number, whose seed a sub-figure is drawn with."""
        return self.copy_of or (self.number, part)


@dataclass
class Case:
    """One patient of an article."""

    age: float | None
    gender: str
    figures: list[int] = field(default_factory=list)  # numbers


@dataclass
class Article:
    """One case report."""

    pmcid: str
    license: str
    cases: list[Case]


@dataclass(frozen=True)
class Row:
    """One row of captions_and_labels.csv: a sub-figure attached to a case."""

    article: int
    case: int
    figure: int  # number
    part: int  # number
    file: str  # <PMCID>_<original>_<part>_<order>_<parts of the figure>.webp
    defect: str | None = None  # missing | blank | burned_in
    copy_kind: str | None = None  # exact | near | second_case
    copy_of: str | None = None  # file

    @property
    def original(self) -> str:
        """The file of the whole figure that the image is a part of, as its article names it."""
        return self.file.split("_", 1)[1].rsplit("_", 3)[0] + ".jpg"

    @property
    def member(self) -> str:
        """Where the image is in its archive."""
        return f"{self.file[:4]}/{self.file[:5]}/{self.file}"


@dataclass(frozen=True)
class Plan:
    """A whole sample."""

    seed: int
    figures: list[Figure]
    articles: list[Article]
    rows: list[Row]
