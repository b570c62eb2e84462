"""dvc.yaml and params.yaml as they lie here, and results as they were committed."""

import json
import subprocess
from typing import Any

import pytest
import yaml
from closure import ROOT

from pairdx.core.params import read

PARAMS = read(ROOT / "params.yaml")
# By name, as written: `foreach` stands for several.
WRITTEN = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def items(over: Any) -> list[tuple[str, Any]]:
    """Return key and item of every round of a `foreach`, by params.yaml where it names one."""
    if isinstance(over, str):
        found: Any = PARAMS
        for key in over.removeprefix("${").removesuffix("}").split("."):
            found = found[key]
        over = found
    if isinstance(over, dict):
        return list(over.items())
    return [(item, item) for item in over or ()]


def stages() -> dict[str, dict[str, Any]]:
    """Return every stage of dvc.yaml by name, `foreach` unrolled; over nothing, once."""
    found = {}
    for name, stage in WRITTEN.items():
        if "foreach" not in stage:
            found[name] = stage
            continue
        for key, item in items(stage["foreach"]) or [("one", "one")]:
            body = yaml.safe_dump(stage["do"], width=1000)
            body = body.replace("${item}", str(item)).replace("${key}", str(key))
            found[f"{name}@{key}"] = yaml.safe_load(body)
    return found


STAGES = stages()


def paths(entries: list[str | dict[str, Any]]) -> set[str]:
    """Return the paths of what a stage reads or writes."""
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not in a checkout with a commit")
    return done.stdout


def committed(path: str) -> dict[str, Any]:
    """The JSON files of a path as of the last commit: a run rewrites those on the disk."""
    names = _git("ls-tree", "-r", "--name-only", "HEAD", path).splitlines()
    texts = {name: _git("show", f"HEAD:{name}") for name in names if name.endswith(".json")}
    return {name: json.loads(text) for name, text in texts.items()}
