"""Sections of params.yaml with some keys changed, for scripts that try several settings."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import yaml

from pairdx.core.params import PARAMS, TOP_LEVEL, Section, read, validate

S = TypeVar("S", bound=Section)


def changed(model: type[S], changes: Mapping[str, Any]) -> S:
    """Return a section with ``changes``: keys of its own, or ``augment.flip`` of a shared one."""
    content = read(PARAMS)
    for key, value in changes.items():
        *outer, last = key.split(".")
        section = content if key in TOP_LEVEL or outer else content[model.section]
        for name in outer:
            section = section[name]
        section[last] = value
    return validate(model, content, PARAMS)


def parsed(items: Iterable[str]) -> dict[str, Any]:
    """Read ``KEY=VALUE`` as `-S` does."""
    pairs = (item.split("=", 1) for item in items)
    return {key: yaml.safe_load(value) for key, value in pairs}
