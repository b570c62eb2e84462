"""Which first-party modules a script imports, directly or not, read from its source."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
OPENS_MODELS = SOURCE / "pairdx" / "prediction" / "predict.py"  # imports each kind's by its name


def module_file(name: str) -> Path | None:
    """Return the file of a dotted module name, None if it is nobody's; a package's if it imports.

    A package that holds a docstring only is no dependency of anybody.
    """
    path = SOURCE / Path(*name.split("."))
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    package = path / "__init__.py"
    return package if package.is_file() and imported(package) else None


def _running(tree: ast.Module) -> set[ast.AST]:
    """All of ``tree`` but what only a type checker reads."""
    nodes = list(ast.walk(tree))
    blocks = [node for node in nodes if isinstance(node, ast.If)]
    typing = [block for block in blocks if ast.unparse(block.test) == "TYPE_CHECKING"]
    return set(nodes) - {inner for block in typing for inner in ast.walk(block)}


@cache
def imported(script: Path) -> frozenset[Path]:
    """Return the first-party files that ``script`` itself imports."""
    files = set()
    for node in _running(ast.parse(script.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import module` names a module, `from module import name` does not.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        files |= {file for name in names if (file := module_file(name))}
    if script == OPENS_MODELS:
        models = (SOURCE / "pairdx" / "models").glob("*/*.py")
        files |= {file for file in models if file.stem == file.parent.name}
    return frozenset(files)


def closure(script: Path) -> set[Path]:
    """Return every first-party module that runs when ``script`` runs."""
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        new = imported(waiting.pop()) - found
        found |= new
        waiting += new
    return found


def folders(script: Path) -> set[str]:
    """Return the folders of those modules, as paths from the root.

    A folder that holds another one (a subject with a part of its own) stands for both.
    """
    names = {file.parent.relative_to(ROOT).as_posix() for file in closure(script)}
    return {name for name in names if not any(name.startswith(f"{other}/") for other in names)}


# Stages that open models of any kind, or measure with intervals, list these whole.
WHOLE = {"src/pairdx/models": 4, "src/pairdx/statistics": 2}


def dependencies(script: Path) -> set[str]:
    """Return the folders to list for ``script``: a parent in the place of most of its folders."""
    found = folders(script)
    for parent, enough in WHOLE.items():
        parts = {name for name in found if name.startswith(f"{parent}/")}
        if len(parts) >= enough:
            found = found - parts | {parent}
    return found
