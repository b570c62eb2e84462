"""The report as one HTML file: no script, no network, its pictures and charts inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pairdx.evidence.report.blocks import Chapter
from pairdx.pages.frame import HERE, content_policy
from pairdx.pages.gallery import card_templates

TEMPLATE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Figure:
    """A number in large print."""

    what: str
    value: str
    interval: str = ""


@dataclass(frozen=True)
class Report:
    """What is on the page.

    ``drawn`` puts it on every screen that no patient is behind the pictures; ``figures`` are the
    few numbers and ``summary`` the few sentences at the top.
    """

    drawn: bool
    figures: tuple[Figure, ...]
    summary: tuple[str, ...]
    chapters: Sequence[Chapter]


def render(report: Report) -> str:
    """Return the page as HTML; its text is escaped, whatever it holds."""
    style = "".join(
        path.read_text("utf-8") for path in (HERE / "gallery.css", TEMPLATE.with_suffix(".css"))
    )
    environment = card_templates(TEMPLATE.parent)
    environment.filters["code"] = code
    return environment.get_template(TEMPLATE.name).render(
        report=report,
        style=Markup(style),  # noqa: S704  # ours, from the files beside these modules
        policy=content_policy(style),
    )


def code(text: str) -> Markup:
    """Set what stands between backticks as code; all of it is escaped."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part
        for number, part in enumerate(parts)
    )
