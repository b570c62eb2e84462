"""dvc.yaml against the code: every stage declares exactly what it reads."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml
from closure import ROOT, closure, dependencies, imported

from pairdx.core.params import section_modules

SHARED_PARAMS = {"seed"}
# Weights are known by checksum: where they lie must not make a trained model out of date.
CHANGES_NO_RESULT = {"weights"}


def stages() -> dict[str, dict[str, Any]]:
    """Return every stage of dvc.yaml by name, `foreach` unrolled; that over params, once."""
    found = {}
    pipeline = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    for name, stage in pipeline["stages"].items():
        items = stage.get("foreach", [None])
        for item in items if isinstance(items, list) else ["one"]:
            body = yaml.safe_dump(stage.get("do", stage), width=1000)
            body = body.replace("${item}", str(item)).replace("${key}", str(item))
            found[f"{name}@{item}" if item else name] = yaml.safe_load(body)
    return found


STAGES = stages()


def script(stage: dict[str, Any]) -> str:
    match = re.match(r"python (stages/\w+\.py) ", stage["cmd"])
    assert match, stage["cmd"]
    return match.group(1)


def sections(stage: dict[str, Any]) -> set[str]:
    """Return the params sections that a stage depends on, wholly or in part."""
    return {param.split(".")[0] for param in stage.get("params", [])}


def paths(entries: list[str | dict[str, Any]]) -> set[str]:
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_declares_exactly_the_folders_it_imports_from(name: str) -> None:
    stage = STAGES[name]
    code = {path for path in stage["deps"] if path.startswith(("src/", "stages/"))}
    wanted = {script(stage), *dependencies(ROOT / script(stage))}
    listing = "\n".join(f"      - {path}" for path in sorted(wanted))
    assert code == wanted, f"{name} must list:\n{listing}"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_declares_the_params_sections_it_loads(name: str) -> None:
    stage = STAGES[name]
    declared = sections(stage) - SHARED_PARAMS
    files = closure(ROOT / script(stage))
    loadable = {
        section
        for section, module in section_modules().items()
        if ROOT / "src" / Path(*module.split(".")).with_suffix(".py") in files
    }
    assert declared <= loadable
    source = (ROOT / script(stage)).read_text(encoding="utf-8")
    assert bool(declared) == (".load()" in source), "a section is loaded and not declared"
    assert ("seed" in stage.get("params", [])) == ("load_seed()" in source)
    assert len(declared) <= 1, "one section a stage"


@pytest.mark.parametrize("name", STAGES)
def test_the_command_names_every_output(name: str) -> None:
    stage = STAGES[name]
    for kind in ("outs", "metrics", "plots"):
        for path in paths(stage.get(kind, [])):
            assert path in stage["cmd"].split(), f"{path} is not in the command of {name}"


@pytest.mark.parametrize("name", STAGES)
def test_small_results_stay_in_git_and_clocks_in_their_place(name: str) -> None:
    stage = STAGES[name]
    for kind, folder in (("metrics", "metrics/"), ("plots", "plots/")):
        for entry in stage.get(kind, []):
            assert isinstance(entry, dict)
            ((path, options),) = entry.items()
            assert options["cache"] is False
            assert path.startswith(folder)
    timed = [path for path in stage["cmd"].split() if path.startswith("metrics/timing/")]
    source = (ROOT / script(stage)).read_text(encoding="utf-8")
    if "write_seconds" in source:
        assert len(timed) == 1


def test_every_script_is_a_stage_and_short() -> None:
    scripts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "stages").glob("*.py")}
    assert scripts == {script(stage) for stage in STAGES.values()}
    for path in scripts:
        assert (ROOT / path).read_text(encoding="utf-8").count("\n") <= 50, path


def test_every_section_is_used_by_a_stage() -> None:
    used = {section for stage in STAGES.values() for section in sections(stage)}
    assert used - SHARED_PARAMS == set(section_modules()) - CHANGES_NO_RESULT


def test_package_files_hold_a_docstring_only() -> None:
    """They run on import and are in no stage's list: so they must not do anything."""
    for path in (ROOT / "src" / "pairdx").rglob("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


# From those that import to those that are imported: a folder reads folders below its own only.
LAYERS = [
    {"commands"},
    {"doctor"},
    {"evidence"},
    {"prediction", "training"},
    {"models"},
    {"pairs", "statistics", "curate", "download"},
    {"readers", "pages"},
    {"sources"},
    {"core"},
]


def layer(folder: str) -> int:
    return next(depth for depth, names in enumerate(LAYERS) if folder.split("/")[0] in names)


def test_imports_run_one_way() -> None:
    package = ROOT / "src" / "pairdx"
    for path in package.rglob("*.py"):
        here = path.parent.relative_to(package).as_posix()
        if here == ".":
            continue
        for file in imported(path):
            there = file.parent.relative_to(package).as_posix()
            assert layer(there) > layer(here) or there.split("/")[0] == here.split("/")[0], (
                f"{path.name} imports {file}"
            )


def test_no_two_folders_import_each_other() -> None:
    """Not even in a circle: the folders can be put into an order."""
    package = ROOT / "src" / "pairdx"
    reads: dict[Path, set[Path]] = {}
    for path in package.rglob("*.py"):
        others = {file.parent for file in imported(path)} - {path.parent}
        reads.setdefault(path.parent, set()).update(others)
    TopologicalSorter(reads).prepare()  # raises CycleError, which names the circle
