"""params.yaml and every profile load, and have the same keys."""

import pytest
import yaml
from small import TOP

from pairdx.params.sections import check

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
