"""Cases side by side: one HTML file with pictures, captions and facts; no script, no network.

For what people only look at. What they decide on is the review page's business.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from pairdx.core.inputs import read_json
from pairdx.core.outputs import write_json
from pairdx.pages.frame import HERE, content_policy, templates

SHADES = 5  # steps from no weight to the full one


@dataclass(frozen=True)
class Picture:
    """An image as a data URI (see ``pictures``), and the line below it."""

    uri: str
    said: str


@dataclass(frozen=True)
class Card:
    """One case.

    ``caption`` is cut into pieces, each with a weight from -1 to 1 that shades it: above 0 it
    speaks for, below 0 against what the page is about; 0 leaves it plain.
    """

    id: str
    tags: tuple[str, ...]
    pictures: tuple[Picture, ...]
    caption: tuple[tuple[str, float], ...]
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """Cases that belong together, under a title and a line that says what they are."""

    title: str
    note: str
    cards: tuple[Card, ...]


def render(title: str, intro: str, sections: Sequence[Section]) -> str:
    """Return the page as HTML; its text is escaped, whatever it holds."""
    style = (HERE / "gallery.css").read_text("utf-8")
    return (
        card_templates()
        .get_template("gallery.html")
        .render(
            title=title,
            intro=intro,
            sections=sections,
            style=Markup(style),  # noqa: S704  # ours, from the file beside this one
            policy=content_policy(style),
        )
    )


def card_templates(*folders: Path) -> Environment:
    """Templates of ``folders`` and of this one that may show cards: the macro of cards.html."""
    environment = templates(*folders)
    environment.filters["shade"] = shade
    return environment


def write_sections(path: Path, sections: Sequence[Section]) -> None:
    """Write what a page shows, for another page to show it, too."""
    write_json(path, [asdict(section) for section in sections])


def read_sections(path: Path) -> tuple[Section, ...]:
    """Read what :func:`write_sections` wrote.

    Raises:
        PairdxError: it is missing, or of another form.
    """
    return read_json(path, tuple[Section, ...], "cases of a page", "run `dvc repro`")


def shade(weight: float) -> str:
    """Name the style of a piece of caption; empty for one that is left plain.

    Raises:
        ValueError: the weight is no number from -1 to 1.
    """
    if not -1 <= weight <= 1:
        raise ValueError(f"weight {weight}; allowed are numbers from -1 to 1")
    step = round(abs(weight) * SHADES)
    return f"{'for' if weight > 0 else 'against'}-{step}" if step else ""
