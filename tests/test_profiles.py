"""params.yaml and every profile load, and have the same keys."""

import re

import pytest
import yaml
from small import TOP

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
