"""Do the tests notice when the code is wrong? Small faults put in one at a time, and how many fail.

    python benchmarks/mutants.py
    python benchmarks/mutants.py --each 30 --module core/schema.py --seed 2

Of each module some places are drawn at which a comparison, an operator, a number, a truth value or
a condition is changed; the module's own tests are run on each such mutant, in a fork of a process
that has the libraries loaded. Printed are those that no test noticed: a test is missing, or the
change makes no difference. What only the longer tests would notice counts as unnoticed.
"""

import ast
import importlib
import io
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Annotated

import typer

TOP = Path(__file__).parents[1]
SOURCE = TOP / "src" / "pairdx"
TESTS = {
    "core/contracts.py": "core/test_contracts.py",
    "core/schema.py": "core/test_contracts.py core/test_schema.py",
    "curate/filter/cohort.py": "curate/filter",
    "curate/scrub/policy.py": "curate/scrub/test_scrub_policy.py curate/scrub/test_overrule.py",
    "curate/splits/balance.py": "curate/splits/test_balance.py properties/test_any_splits.py",
    "curate/splits/duplicates.py": "curate/splits/test_duplicates.py properties/test_any_splits.py",
    "curate/splits/leakage.py": "curate/splits/test_leakage.py",
    "curate/splits/split.py": "curate/splits/test_split.py",
    "statistics/intervals/reported.py": "statistics/intervals/test_reported.py",
    "statistics/intervals/resamples.py": "statistics/intervals/test_resamples.py",
    "statistics/predictions/summary.py": "statistics/predictions/test_summary.py",
    "statistics/predictions/tables.py": "statistics/predictions core/test_contracts.py",
    "statistics/scores/calibration.py": "statistics/scores properties/test_any_metrics.py",
    "statistics/scores/classification.py": "statistics/scores properties/test_any_metrics.py",
    "statistics/scores/ranking.py": "statistics/scores",
}
LOADED = (  # before the first fork: they take seconds
    *("numpy", "pandas", "pyarrow.compute", "pyarrow.parquet", "pyarrow.csv", "torch", "faiss"),
    *("sklearn.metrics", "sklearn.model_selection", "scipy.stats", "scipy.sparse.csgraph"),
    *("PIL.Image", "imagehash", "pydantic", "ruamel.yaml", "hypothesis", "pytest", "requests"),
    *("playwright.sync_api", "dvc.utils.serialize", "psutil"),
)
LIMIT = 120  # seconds of a mutant's tests: more is noticed, too
COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
COMBINED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.MatMult: ast.Add,
}
NAMES = {
    "and_": "or_",
    "or_": "and_",
    "greater": "greater_equal",
    "greater_equal": "greater",
    "less": "less_equal",
    "less_equal": "less",
    "min": "max",
    "max": "min",
    "argmax": "argmin",
    "sum": "mean",
    "any": "all",
    "all": "any",
    "is_valid": "is_null",
    "is_null": "is_valid",
}
Change = Callable[[], str]  # makes the fault and says what it is


def changes(tree: ast.Module) -> list[tuple[int, Change]]:
    """The faults that could be put into a module, each with its line."""
    hinted = {
        id(inner) for node in ast.walk(tree) for hint in _hints(node) for inner in ast.walk(hint)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) not in hinted:
            found += [(getattr(node, "lineno", 0), change) for change in _of(node)]
    return found


def _hints(node: ast.AST) -> Iterator[ast.AST]:
    """Types, which nothing runs."""
    for name in ("annotation", "returns"):
        if hint := getattr(node, name, None):
            yield hint


def _of(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        yield lambda: _swap(node.ops, COMPARED)
    elif isinstance(node, ast.BinOp) and type(node.op) in COMBINED:
        yield lambda: _set(node, "op", COMBINED[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield lambda: _set(node, "op", other())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield lambda: _set(node, "op", ast.UAdd() if isinstance(node.op, ast.USub) else _yes())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda: _set(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(number := node.value, int | float):
        yield lambda: _set(node, "value", number + 1)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield lambda: _set(node, "attr", NAMES[node.attr])
    elif isinstance(node, ast.If | ast.IfExp):
        yield lambda: _set(node, "test", ast.UnaryOp(ast.Not(), node.test))


def _yes() -> ast.unaryop:
    return ast.Invert()  # of a truth value: true


def _swap(ops: list[ast.cmpop], by: dict[type[ast.cmpop], type[ast.cmpop]]) -> str:
    before = type(ops[0])
    ops[0] = by[before]()
    return f"{before.__name__} -> {by[before].__name__}"


def _set(node: ast.AST, name: str, value: object) -> str:
    before = getattr(node, name)
    setattr(node, name, value)
    told = [
        one if isinstance(one, int | float | str) else type(one).__name__ for one in (before, value)
    ]
    return f"{told[0]} -> {told[1]}"


class Mutant:
    """A module with one fault."""

    def __init__(self, path: Path, tree: ast.Module, number: int) -> None:
        self.path, self._tree = path, deepcopy(tree)
        self.line, change = changes(self._tree)[number]
        self.what = change()
        ast.fix_missing_locations(self._tree)

    def install(self) -> None:
        """Give this module in the place of the one on the disk to whoever imports it."""
        code = compile(self._tree, str(self.path), "exec")
        plain = SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, name: str) -> object:
            return code if loader.path == str(self.path) else plain(loader, name)

        SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def noticed(mutant: Mutant | None, tests: list[str]) -> bool:
    """Run some tests in a fork; return whether one failed."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LIMIT)
    code = 1
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            import pytest

            if mutant:
                mutant.install()
            quiet = ["-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
            code = pytest.main(["-x", "-q", *quiet, *tests])
    finally:
        os._exit(int(code))


def main(
    each: Annotated[int, typer.Option(help="mutants of a module")] = 12,
    module: Annotated[list[str] | None, typer.Option()] = None,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Draw mutants, and count those that are noticed."""
    os.chdir(TOP)
    sys.dont_write_bytecode = True
    for name in LOADED:
        importlib.import_module(name)
    made = killed = 0
    for name in module or TESTS:
        tests = [f"tests/{part}" for part in TESTS[name].split()]
        if noticed(None, tests):
            raise SystemExit(f"error: {name}: its tests fail as it is")
        path = SOURCE / name
        tree = ast.parse(path.read_text(encoding="utf-8"))
        count = len(changes(tree))
        chosen = sorted(random.Random(f"{seed}{name}").sample(range(count), min(each, count)))
        mutants = [Mutant(path, tree, number) for number in chosen]
        left = [mutant for mutant in mutants if not noticed(mutant, tests)]
        made, killed = made + len(mutants), killed + len(mutants) - len(left)
        print(f"{name}: {len(mutants) - len(left)} of {len(mutants)} noticed", flush=True)
        for mutant in left:
            print(f"    line {mutant.line}: {mutant.what}", flush=True)
    print(f"{killed} of {made} mutants noticed, {killed / made:.0%}")


if __name__ == "__main__":
    typer.run(main)
