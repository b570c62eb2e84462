"""The README's words against the project's files."""

import json
import re

from closure import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def table_rows(text: str) -> dict[str, list[str]]:
    """Return the cells of every table row by its first cell, without marks."""
    rows = {}
    for line in text.splitlines():
        if line.startswith("|"):
            first, *cells = [cell.strip(" `*") for cell in line.strip("|").split("|")]
            rows[first.split(" ")[0].strip("`")] = cells
    return rows


def test_the_results_are_those_of_the_committed_metrics() -> None:
    scores = json.loads((ROOT / "metrics" / "comparison.json").read_text(encoding="utf-8"))
    rows = table_rows(README)
    for model, values in scores.items():
        for metric, cell in zip(("accuracy", "macro_f1"), rows[model], strict=False):
            wanted = "{:.3f} [{:.3f}, {:.3f}]".format(
                *(values[f"{metric}{end}"] for end in ("", "_low", "_high"))
            )
            assert cell == wanted, (model, metric)
        assert rows[model][2] == f"{values['parameters']:,}"


def test_every_path_it_names_exists() -> None:
    named = re.findall(r"\]\(([\w./-]+)\)", README)
    assert named
    for path in named:
        assert (ROOT / path).exists(), path


def test_every_make_target_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"make ([a-z-]+)", README))
    assert {"repro", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_parameter_it_sets_exists() -> None:
    import yaml

    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    settings = re.findall(r"-S (\w+(?:\.\w+)*)=", README)
    assert settings
    for setting in settings:
        value = params
        for key in setting.split("."):
            assert key in value, setting
            value = value[key]
