"""params.yaml and every profile load, and have the same keys."""

import re

import pytest
import yaml
from small import TOP

from pairdx.core.params import read
from pairdx.doctor.sections import check

PROFILES = sorted((TOP / "profiles").glob("*.yaml"))
FILES = [TOP / "params.yaml", *PROFILES]


def keys(content, prefix=""):
    """All dotted keys, in the order of the file; the contents of lists may differ."""
    if not isinstance(content, dict):
        return [prefix]
    return [key for name, value in content.items() for key in keys(value, f"{prefix}.{name}")]


def read_keys(path):
    return keys(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_loads(path):
    check(path)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.name)
def test_it_has_the_keys_of_params(path):
    assert sorted(read_keys(path)) == sorted(read_keys(TOP / "params.yaml"))


SOURCE = re.compile(r"# .*(paper|ours|not used|model card)")


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.name)
def test_every_value_says_whether_the_paper_states_it(path):
    """On its own line, or on that of the key or section it belongs to."""
    above: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if key := re.match(r"( *)(\w+):", line):
            above = [*above[: len(key[1]) // 2], line]
            if above[0] != "download:":  # as its own comments say
                is_value = line.split("#")[0].rstrip()[-1] != ":"
                assert not is_value or any(map(SOURCE.search, above)), f"{path.name}: {line}"


PAPER = TOP / "profiles" / "paper.yaml"
ROW = re.compile(
    r"^\| (?:(?P<section>[\d., ]+) \| )?`(?P<key>[\w.]+)` \| `(?P<value>.+?)` \|", re.M
)
TOLD = list(ROW.finditer((TOP / "docs" / "paper.md").read_text(encoding="utf-8")))
STATED = {row["key"]: row["section"] for row in TOLD if row["section"]}


def value_of(key):
    """A value of the paper's profile; of a mapping, that which all of its keys have."""
    value = read(PAPER)
    for part in key.split("."):
        value = value[part]
    if not isinstance(value, dict):
        return value
    (common,) = set(value.values())
    return common


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row["key"])
def test_the_papers_profile_has_what_the_paper_states_and_what_we_chose(row):
    """As docs/paper.md tabulates it, by section, from reading the paper."""
    assert value_of(row["key"]) == yaml.safe_load(row["value"])


def comments():
    """Every dotted key of the paper's profile, its own comment, and those of the keys above it."""
    above: list[tuple[str, str]] = []
    for line in PAPER.read_text(encoding="utf-8").splitlines():
        if key := re.match(r"( *)(\w+):", line):
            own = line.partition("#")[2]
            above = [*above[: len(key[1]) // 2], (key[2], own)]
            yield ".".join(name for name, _ in above), own, " ".join(text for _, text in above)


def test_the_papers_profile_names_the_section_of_each_stated_value():
    named = {key: told for key, _, told in comments()}
    for key, section in STATED.items():
        assert f"paper, section {section}" in named[key].replace("sections", "section"), key
    assert len(STATED) > 30


def test_no_value_is_called_the_papers_but_those_that_are_tabulated():
    keys = {key for key, own, _ in comments() if own.strip().startswith("paper")}
    sections = {key.rpartition(".")[0] for key in STATED} | {"zero_shot"}
    assert {key for key in keys - {*STATED} - sections if not key.startswith("clinvla")} == set()
