"""Which first-party modules a script imports, directly or not, read from its source."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"


def module_file(name: str) -> Path | None:
    """Return the file of a dotted module name, None if it is a package or nobody's module."""
    path = SOURCE / Path(*name.split(".")).with_suffix(".py")
    return path if path.is_file() else None


@cache
def imported(script: Path) -> frozenset[Path]:
    """Return the first-party files that ``script`` itself imports."""
    files = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import module` names a module, `from module import name` does not.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        files |= {file for name in names if (file := module_file(name))}
    return frozenset(files)


def closure(script: Path) -> set[str]:
    """Return every first-party file that runs when ``script`` runs, as paths from the root.

    A page's template, style and script lie beside its module under the same name.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        new = imported(waiting.pop()) - found
        found |= new
        waiting += new
    beside = {file.with_suffix(end) for file in found for end in (".html", ".css", ".js")}
    files = found | {file for file in beside if file.is_file()}
    return {file.relative_to(ROOT).as_posix() for file in files}
