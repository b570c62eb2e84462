"""README.md, CONTRIBUTING.md and docs/*.md: their words, blocks of code and commands.

A comment before a block says why no test runs it as it stands:

    <!-- needs: network -->           or what else a test has not
    <!-- run by tests/test_x.py -->   which reads it from the page
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from closure import ROOT

README = ROOT / "README.md"
OTHERS = ["CONTRIBUTING.md", "examples/pairs/README.md"]
PAGES = [README, *map(ROOT.joinpath, OTHERS), *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```", re.M | re.S
)
BETWEEN = {"&&", "||", ";", "&", "|"}


@dataclass(frozen=True)
class Block:
    """What stands between fences, and the comment before it."""

    page: Path
    language: str
    code: str
    note: str

    @property
    def lines(self) -> list[str]:
        """What is typed, continued lines joined; after a `$` where there are answers, too."""
        lines = re.sub(r"\\\n\s*", "", self.code).splitlines()
        if any(line.startswith("$ ") for line in lines):
            return [line[2:] for line in lines if line.startswith("$ ")]
        return [line for line in lines if line.strip()]


def text(page: Path) -> str:
    """Return a page as it stands."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    """Return what stands between fences."""
    return [
        Block(page, found["language"], found["code"], found["note"] or "")
        for found in FENCED.finditer(text(page))
    ]


def spans(page: Path) -> list[str]:
    """Return what stands between single backticks."""
    return re.findall(r"`([^`]+)`", FENCED.sub("", text(page)))


def given(page: Path) -> dict[str, str]:
    """Return the files that a page gives the content of, by the path in the line before it."""
    found = re.findall(r"^`([\w./-]+)`:\n\n```\w*\n(.*?)^```", text(page), re.M | re.S)
    return dict(found)


def console(page: Path) -> list[Block]:
    """Return the blocks of commands."""
    return [block for block in blocks(page) if block.language == "console"]


def words(line: str) -> Iterator[list[str]]:
    """Yield the words of every command of a line, without variables and files set for it."""
    split = shlex.shlex(line, posix=True, punctuation_chars=True)
    split.whitespace_split = True
    command: list[str] = []
    for word in (found := iter([*split, ";"])):
        if word in {"<", ">"}:
            next(found)
        elif word not in BETWEEN:
            if command or not re.match(r"[A-Z_]+=", word):
                command.append(word)
        elif command:
            yield command
            command = []
