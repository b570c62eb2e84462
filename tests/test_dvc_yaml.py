"""dvc.yaml against the code: every stage declares exactly what it reads and writes."""

import ast
import inspect
import re
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import scripts
from closure import ROOT, closure, dependencies, imported
from dvc.repo import Repo
from pipeline import STAGES, committed, paths

from pairdx.core.params import TOP_LEVEL, Section, section_modules

# What scripts load by a function, and the key of params.yaml that it reads.
LOADED = {"load_seed": "seed", "load_compared": "compared"}
# Weights are known by checksum: where they lie must not make a trained model out of date. Several
# seeds are several runs.
CHANGE_NO_RESULT = {"weights", "seeds"}


def script(stage: dict[str, Any]) -> str:
    match = re.match(r"python (stages/\w+\.py) ", stage["cmd"])
    assert match, stage["cmd"]
    return match.group(1)


def code(stage: dict[str, Any]) -> str:
    return (ROOT / script(stage)).read_text(encoding="utf-8")


def main(stage: dict[str, Any]) -> Any:
    return scripts.script(Path(script(stage)).stem).main


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_declares_exactly_the_folders_it_imports_from(name: str) -> None:
    stage = STAGES[name]
    declared = {path for path in stage["deps"] if path.startswith(("src/", "stages/"))}
    wanted = {script(stage), *dependencies(ROOT / script(stage))}
    listing = "\n".join(f"    - {path}" for path in sorted(wanted))
    assert declared == wanted, f"{name} must list:\n{listing}"


def test_a_person_can_read_it() -> None:
    for name, stage in STAGES.items():
        # external takes in, scans, scrubs and classifies: four stages in one
        assert len(stage["deps"]) <= (18 if name.startswith("external@") else 16), name
        assert stage["desc"], name
    assert (ROOT / "dvc.yaml").read_text(encoding="utf-8").count("\n") <= 950


def loaded(stage: dict[str, Any]) -> dict[type[Section], str | None]:
    """Return the sections that a script loads, and what it takes of one that it keeps no longer."""
    tree = ast.parse(code(stage))
    taken = {
        id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    space, found = vars(scripts.script(Path(script(stage)).stem)), {}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="load"), args=[]):
                found[eval(ast.unparse(owner), space)] = taken.get(id(node))
    return found


def handed_on(stage: dict[str, Any], names: set[str]) -> set[str]:
    """Return every attribute of these names, in the script and in what it imports."""
    return {
        node.attr
        for file in [ROOT / script(stage), *closure(ROOT / script(stage))]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in names
    }


def fields(model: type[Section], name: str) -> set[str]:
    """Return the fields that an attribute of a section reads: itself, or those of its method."""
    if name in model.model_fields:
        return {name}
    for kind in model.__mro__[: model.__mro__.index(Section)]:
        if name in vars(kind):
            method = vars(kind)[name]
            source = inspect.getsource(getattr(method, "fget", None) or method)
            return set().union(*(fields(model, one) for one in re.findall(r"self\.(\w+)", source)))
    return set()


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_declares_the_params_it_loads(name: str) -> None:
    stage = STAGES[name]
    declared: list[str] = stage.get("params", [])
    if "params.yaml" in stage["deps"]:  # all of them
        assert not declared
        return
    wanted = {key for function, key in LOADED.items() if f"{function}()" in code(stage)}
    for model, taken in loaded(stage).items():
        if model.section in declared:  # whole
            above = [model.inherits] if model.inherits else []
            wanted |= {model.section, *model.shared, *above}
        elif model.section not in CHANGE_NO_RESULT:
            names = {taken} if taken else handed_on(stage, {"params", model.section})
            reads = set().union(*(fields(model, name) for name in names))
            parts = {param for param in declared if param.startswith(f"{model.section}.")}
            assert parts, f"{model.section} is loaded and not declared"
            own = {f"{model.section}.{field}" for field in reads - set(model.shared)}
            wanted |= (parts if model.each else own) | (reads & set(model.shared))
    assert set(declared) == wanted


def test_every_param_is_used_by_a_stage() -> None:
    used = {param.split(".")[0] for stage in STAGES.values() for param in stage.get("params", [])}
    assert used == {*section_modules(), *TOP_LEVEL} - CHANGE_NO_RESULT


@pytest.mark.parametrize("name", STAGES)
def test_the_command_gives_every_option_and_names_every_output(name: str) -> None:
    stage = STAGES[name]
    words = stage["cmd"].split()
    given = {word.removeprefix("--").replace("-", "_") for word in words if word.startswith("--")}
    assert given == set(inspect.signature(main(stage)).parameters)
    for kind in ("outs", "metrics", "plots"):
        for path in paths(stage.get(kind, [])):
            assert path in words, f"{path} is not in the command of {name}"


@pytest.mark.parametrize("name", STAGES)
def test_results_stand_where_they_come_back_from_the_run_cache(name: str) -> None:
    """DVC keeps no run of a stage with an uncached output that is neither metric nor plot."""
    stage = STAGES[name]
    for entry in stage.get("outs", []):
        options = {} if isinstance(entry, str) else next(iter(entry.values()))
        assert options.get("cache", True) is True, entry
    for kind in ("metrics", "plots"):
        for entry in stage.get(kind, []):
            assert isinstance(entry, dict), entry
            ((path, options),) = entry.items()
            assert options["cache"] is False, path
            assert path.startswith(("metrics/", "plots/")), path
            assert path.startswith("metrics/headline/") == (kind == "metrics"), path
            if path.startswith("metrics/"):  # in no chart
                assert set(options) == {"cache"}, path


@pytest.mark.parametrize("name", STAGES)
def test_clocks_are_in_their_place(name: str) -> None:
    stage = STAGES[name]
    timed = [path for path in stage["cmd"].split() if path.startswith("metrics/timing/")]
    record = ROOT / "src" / "pairdx" / "training" / "common" / "record.py"  # writes the seconds
    takes_time = record in closure(ROOT / script(stage)) and name != "pretrain_clip"
    assert (takes_time or name == "benchmark_cpu") == bool(timed)
    assert len(timed) <= 1


def lists_of_dicts(content: Any) -> bool:
    """Whether a list of dictionaries is in it: DVC draws that, without axes as nonsense."""
    if isinstance(content, dict):
        return any(map(lists_of_dicts, content.values()))
    if isinstance(content, list):
        return any(isinstance(one, dict) or lists_of_dicts(one) for one in content)
    return False


@pytest.mark.parametrize("name", STAGES)
def test_what_has_no_axes_is_no_chart(name: str) -> None:
    for path in paths(STAGES[name].get("plots", [])):
        for file, content in committed(path).items():
            assert not lists_of_dicts(content), file


def test_the_headline_is_short() -> None:
    def scalars(content: Any) -> int:
        return sum(map(scalars, content.values())) if isinstance(content, dict) else 1

    found = sum(map(scalars, committed("metrics/headline").values()))
    assert 0 < found <= 40


def test_several_seeds_make_no_stage_out_of_date() -> None:
    """`report` depends on all of metrics/, and `pairdx seeds` writes there after the pipeline."""
    repo = Repo(str(ROOT))
    assert repo.dvcignore.is_ignored_file(str(ROOT / "metrics" / "seeds.json"))
    assert not repo.dvcignore.is_ignored_file(str(ROOT / "metrics" / "comparison.json"))


def test_every_script_is_a_stage_and_short() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "stages").glob("*.py")}
    assert found == {script(stage) for stage in STAGES.values()}
    for path in found:
        assert (ROOT / path).read_text(encoding="utf-8").count("\n") <= 50, path


def test_package_files_do_nothing() -> None:
    """They run on import: so they name what is in their own folder, which stages list, at most.

    The package's own is in no stage's list; it sets how threads wait, and changes no result.
    """
    package = ROOT / "src" / "pairdx"
    assert not imported(package / "__init__.py")
    for path in package.rglob("*/__init__.py"):
        docstring, *rest = ast.parse(path.read_text(encoding="utf-8")).body
        assert isinstance(docstring, ast.Expr), path
        assert {file.parent for file in imported(path)} <= {path.parent}, path
        for node in rest:
            assert isinstance(node, ast.ImportFrom) or ast.unparse(node).startswith("__all__ ="), (
                path
            )


# From those that import to those that are imported: a folder reads folders below its own only.
LAYERS = [
    {"commands", "demo"},
    {"doctor"},
    {"evidence", "sharing"},
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
