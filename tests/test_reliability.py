"""docs/reliability.md against the tests and scripts that it names."""

import ast
import re

import pytest
from closure import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| |", "| as it is", "| `"))
]
HEADS = ("Fault", "What", "Input")
CLAIMS = [row for row in ROWS if row.split("|")[1].strip() not in HEADS]
NAMED = r"(?:tests|benchmarks)/[\w/]+\.py(?:::\w+)?"


def defined(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_every_row_names_a_test_or_a_script_that_is_there(row):
    named = re.findall(NAMED, row)
    assert named
    for path, _, test in (one.partition("::") for one in named):
        assert (ROOT / path).is_file(), path
        assert not test or test in defined(path), test


def test_there_are_rows():
    assert len(CLAIMS) > 30


def test_files_that_the_security_page_names_are_there():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for path in re.findall(r"\]\(([\w./]+)\)", text):
        assert (ROOT / path).is_file(), path
