"""The page on which a reader decides: one HTML file that needs no network and no server."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pairdx.curate.decisions import DECISIONS, HEADER
from pairdx.report.content_policy import content_policy
from pairdx.report.review.cases import ALL, GROUPS, Case

HERE = Path(__file__).parent


def render(cases: Sequence[Case], readers: int) -> str:
    """Return the page as HTML.

    Args:
        cases: what is shown, in this order.
        readers: how many people share the cases.
    """
    loader = FileSystemLoader(HERE)
    template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "page.html"
    )
    script, style = ((HERE / f"page.{kind}").read_text("utf-8") for kind in ("js", "css"))
    return template.render(
        cases=cases,
        groups=GROUPS,
        counts=Counter(case.group for case in cases),
        decisions=DECISIONS,
        header=HEADER,
        readers=readers,
        everybody=ALL,
        script=Markup(script),  # noqa: S704  # ours, from the file beside this one
        style=Markup(style),  # noqa: S704
        policy=content_policy(style, script),
    )
