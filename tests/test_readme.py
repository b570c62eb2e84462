"""The words of README.md and docs/ against the project's files."""

import re
from pathlib import Path

import pytest
from closure import ROOT
from documents import FENCED, PAGES, README, blocks, given, spans, text
from pipeline import PARAMS, WRITTEN, committed, items

from pairdx.statistics.intervals.reported import estimate

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def table_rows(page: Path) -> dict[str, list[str]]:
    """The cells of table rows by their first cell, without marks and notes; of equals the first."""
    rows: dict[str, list[str]] = {}
    for line in text(page).splitlines():
        if line.startswith("|"):
            first, *cells = [cell.strip(" `*") for cell in line.strip("|").split("|")]
            rows.setdefault(first.split(" ")[0].strip("`"), cells)
    return rows


def slugs(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def outputs() -> list[str]:
    """A pattern for every output of every stage; `x` is any of those a stage is run for."""
    found = []
    for stage in WRITTEN.values():
        body = stage.get("do", stage)
        anyone = "|".join(["x", *(key for key, _ in items(stage.get("foreach")))])
        for kind in ("outs", "metrics", "plots"):
            for entry in body.get(kind, []):
                path = entry if isinstance(entry, str) else next(iter(entry))
                found.append(re.sub(r"\\\$\\{\w+\\}", f"(?:{anyone})", re.escape(path)))
    return found


def test_the_results_are_those_of_the_committed_metrics() -> None:
    rows = table_rows(README)
    for model, values in committed("metrics/comparison.json")["metrics/comparison.json"].items():
        for metric, cell in zip(("accuracy", "macro_f1"), rows[model], strict=False):
            assert cell == estimate(values, metric), (model, metric)


def test_the_seeds_are_those_of_the_committed_metrics() -> None:
    for model, values in committed("metrics/seeds.json")["metrics/seeds.json"]["models"].items():
        if f"\n| {model} |" in text(README):
            cells = [
                f"{estimate(values[metric], 'mean')} | {values[metric]['sd']:.3f}"
                for metric in ("accuracy", "macro_f1")
            ]
            assert f"| {model} | {' | '.join(cells)} |" in text(README)


def test_what_it_says_of_subgroups_follows_from_the_committed_metrics() -> None:
    found = committed("metrics/subgroups.json")["metrics/subgroups.json"]
    trained = [name for name in found if f"`{name}` (untrained)" not in text(README)]
    gaps = [
        gap
        for name in trained
        for attribute in found[name]["by"].values()
        for gap in attribute["largest_gap"].values()
        if gap and gap["adjusted_high"] is not None
    ]
    reach = [50 * (gap["adjusted_high"] - gap["adjusted_low"]) for gap in gaps]
    assert f"reach {min(reach):.0f} to {max(reach):.0f} points" in text(README)
    (counts,) = {tuple(one["comparisons"].values()) for one in found.values()}
    assert f"after the {counts[0]} comparisons of its model and score" in text(README)
    assert f"of {len(found) * len(counts)} such families" in text(README)


def test_the_readme_is_short_and_begins_to_run_with_two_commands() -> None:
    assert len(text(README).splitlines()) <= 200
    section = text(README).split("\n## Run it\n")[1].split("\n## ")[0]
    made = re.findall(r"^make ([a-z]+)", section, re.MULTILINE)
    assert made == ["repro", "test"]


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, anchor in re.findall(r"\]\(((?!https?:)[^)#\s]*)(?:#([^)\s]+))?\)", text(page)):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in slugs(target), f"{path}#{anchor}"


SOURCES = "src|stages|tests|benchmarks|docs|profiles|examples|review"


@every_page
def test_every_file_of_the_project_that_it_names_exists(page: Path) -> None:
    """Or is one whose content the page gives."""
    named = rf"(?<![\w./-])(?:{SOURCES})/[\w./-]*(?![\w./<-])"
    for path in re.findall(named, text(page)):
        new = any(f"{one}/".startswith(f"{path}/") for one in given(page))
        assert new or (ROOT / path.rstrip(".")).exists(), path


@every_page
def test_every_result_that_it_names_is_made(page: Path) -> None:
    made = outputs()
    # `pairdx seeds`, a person, Git, and the stage that your_model.md adds.
    by_hand = {"metrics/seeds.json", "data/release", "bases/tiny_vit", "bases/tiny_biomedclip"}
    by_hand |= {"models/majority"}
    folders = "metrics|plots|data|models|predictions|embeddings|report|bases"
    without_links = re.sub(r"\[[^\]]*\]\([^)]*\)", "", text(page))
    for path in re.findall(rf"(?<![\w./-])(?:{folders})/[\w./<>-]+", without_links):
        plain = re.sub(r"<\w+>", "x", path).rstrip("./")
        known = any(re.match(rf"{one}(/|$)", plain) for one in made)
        above = any(one.startswith(f"{re.escape(plain)}/") for one in made)
        of_folder = plain.startswith("metrics/external/")  # of whatever name the folder has
        assert known or above or of_folder or plain in by_hand, path


def has(keys: list[str]) -> bool:
    """Whether params.yaml has a key below a key."""
    value = PARAMS
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


@every_page
def test_every_parameter_it_sets_exists(page: Path) -> None:
    """One with a `+` is new below a key that exists."""
    for new, setting in re.findall(r"-S '?(\+?)([a-z_0-9]+(?:\.\w+)*)=", text(page)):
        keys = setting.split(".")
        assert has(keys[:-1] if new else keys), setting
        assert not (new and has(keys)), f"{setting} needs no +"


@every_page
def test_every_parameter_it_names_exists(page: Path) -> None:
    for span in spans(page):
        named = re.match(r"([a-z_]+(?:\.[a-z_]+)+)(?:$|[=:])", span)
        if named and named[1].split(".")[0] in {*PARAMS, *WRITTEN}:
            assert has(named[1].split(".")), span


def test_the_questions_name_their_stages() -> None:
    lines = text(ROOT / "docs" / "evidence.md").splitlines()
    cells = [line.split(" | ")[1] for line in lines if line.startswith("| ") and "?" in line]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert len(named) > 10
    assert named <= set(WRITTEN)


def test_the_graph_and_the_costs_have_every_stage() -> None:
    (graph,) = [
        block.code
        for block in blocks(ROOT / "docs" / "architecture.md")
        if block.language == "mermaid"
    ]
    assert set(WRITTEN) <= set(re.findall(r"\w+", graph))
    costs = set(table_rows(ROOT / "docs" / "costs.md"))
    assert set(WRITTEN) - {"external"} <= costs  # of no cost where no folder is named
