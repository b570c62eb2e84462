"""What a sample consists of before anything is drawn: articles, cases, figures and rows."""

from dataclasses import dataclass, field

from pairdx.download.sample.captions import Identifier, Wording
from pairdx.download.sample.motifs import Pair


@dataclass(frozen=True)
class Figure:
    """One figure: a caption shared by its sub-figures, and what they show."""

    number: int  # seeds its drawings
    motif: str
    decided_by: str
    looks_like: Pair | None
    wording: Wording
    caption: str
    components: int
    identifiers: tuple[Identifier, ...] = ()
    copy_kind: str | None = None  # exact | near
    copy_of: tuple[int, int] | None = None  # figure number, component

    def drawn_from(self, component: int) -> tuple[int, int]:
        """Figure number and component whose seed a sub-figure is drawn with."""
        return self.copy_of or (self.number, component)


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
    component: int
    file: str  # <PMCID>_<figure>_<component>_<order>_<images of the article>.webp
    defect: str | None = None  # missing | blank | burned_in
    copy_kind: str | None = None  # exact | near | second_case
    copy_of: str | None = None  # file

    @property
    def main_image(self) -> str:
        """The whole figure that the image is a part of."""
        return self.file.rsplit("_", 3)[0] + ".webp"

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
