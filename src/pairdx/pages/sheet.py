"""The frame of a page on which people decide about pairs, one after another.

One HTML file that needs no network and no server: the pairs in a list and one at a time, answers
by button or key, a name for the reader, memory in the browser, and a CSV to save and to go on from.
A page fills the frame's blocks with what it asks and shows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from markupsafe import Markup

from pairdx.pages.frame import HERE, content_policy, templates


class Grouped(Protocol):
    """What is shown, one after another."""

    @property
    def group(self) -> str:
        """The group by which the list can be filtered."""
        ...


def render_sheet(
    template: Path,
    cases: Sequence[Grouped],
    groups: Sequence[str],
    header: Sequence[str],
    context: Mapping[str, object],
) -> str:
    """Return the page as HTML; its text is escaped, whatever it holds.

    Args:
        template: fills the blocks of sheet.html; a style sheet of the same name lies beside it.
        cases: what is shown, in this order.
        groups: all of their groups, in the order of the filter.
        header: columns of the file that is saved.
        context: what else the template names.
    """
    script = (HERE / "sheet.js").read_text("utf-8")
    style = "".join(
        path.read_text("utf-8") for path in (HERE / "sheet.css", template.with_suffix(".css"))
    )
    return (
        templates(template.parent)
        .get_template(template.name)
        .render(
            cases=cases,
            groups=groups,
            counts=Counter(case.group for case in cases),
            header=header,
            script=Markup(script),  # noqa: S704  # ours, from the file beside this one
            style=Markup(style),  # noqa: S704
            policy=content_policy(style, script),
            **context,
        )
    )
