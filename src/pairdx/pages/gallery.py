"""Cases side by side: one HTML file with pictures, captions and facts; no script, no network.

For what people only look at. What they decide on is the review page's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

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
    environment = templates()
    environment.filters["shade"] = shade
    style = (HERE / "gallery.css").read_text("utf-8")
    return environment.get_template("gallery.html").render(
        title=title,
        intro=intro,
        sections=sections,
        style=Markup(style),  # noqa: S704  # ours, from the file beside this one
        policy=content_policy(style),
    )


def shade(weight: float) -> str:
    """Name the style of a piece of caption; empty for one that is left plain.

    Raises:
        ValueError: the weight is no number from -1 to 1.
    """
    if not -1 <= weight <= 1:
        raise ValueError(f"weight {weight}; allowed are numbers from -1 to 1")
    step = round(abs(weight) * SHADES)
    return f"{'for' if weight > 0 else 'against'}-{step}" if step else ""
