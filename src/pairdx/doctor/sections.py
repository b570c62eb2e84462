"""All sections of params.yaml together: for checking a whole file before anything runs.

Stages load the sections they read and never import this module: a new section must not make every
stage out of date.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from pairdx.core.params import (
    PARAMS,
    Section,
    load_seed,
    load_seeds,
    read,
    section_modules,
    validate,
)


@cache
def sections() -> dict[str, type[Section]]:
    """The class of every section, by its name in params.yaml."""
    return {
        name: value
        for name, module in section_modules().items()
        for value in vars(import_module(module)).values()
        if isinstance(value, type)
        and issubclass(value, Section)
        and vars(value).get("section") == name
    }


def check(path: Path = PARAMS) -> dict[str, Section]:
    """Read and check the seed, the seeds and every section of ``path``."""
    load_seed(path)
    load_seeds(path)
    content = read(path)
    return {name: validate(model, content, path) for name, model in sections().items()}
