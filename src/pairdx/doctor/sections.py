"""All sections of params.yaml together: for checking a whole file before anything runs.

Stages load the sections they read and never import this module: a new section must not make every
stage out of date.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pairdx.core.errors import PairdxError
from pairdx.core.params import (
    PARAMS,
    Section,
    load_compared,
    load_seed,
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


# Parameters that name models of the comparison.
OF_MODELS = ("disagreements.models", "retrieve.models", "robustness.models", "robustness.reference")


def check(path: Path = PARAMS) -> dict[str, Section]:
    """Read and check the seed, the seeds, the compared models and every section of ``path``.

    Raises:
        PairdxError: a value is refused; it names those of all sections, each once.
    """
    load_seed(path)
    load_seeds(path)
    compared, content = load_compared(path), read(path)
    found: dict[str, Section] = {}
    refused: dict[str, None] = {}  # what sections share is told by each of them
    for name, model in sections().items():
        try:
            found[name] = validate(model, content, path)
        except PairdxError as error:
            refused[str(error).removeprefix(f"{path}: ")] = None
    if refused:
        raise PairdxError(f"{path}: {'; '.join(refused)}")
    for key, name in _named(content):
        if name not in compared:
            raise PairdxError(f"{path}: {key} = {name!r}; allowed are {', '.join(compared)}")
    return found


def _named(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every parameter that names a model, and the name."""
    for key in OF_MODELS:
        section, field = key.split(".")
        value = content[section][field]
        if isinstance(value, str):
            yield key, value
        else:  # null: all
            yield from ((f"{key}.{at}", name) for at, name in enumerate(value or ()))


def load_seeds(path: Path = PARAMS) -> tuple[int, ...]:
    """Read ``seeds``; empty where nobody asked for several."""
    return check_seeds(read(path).get("seeds"), f"{path}: seeds")


def check_seeds(seeds: object, name: str) -> tuple[int, ...]:
    """Return the seeds if they are a list of such, and none twice.

    Raises:
        PairdxError: they are not; it begins with ``name``.
    """
    if not isinstance(seeds, list) or not _different(seeds):
        raise PairdxError(
            f"{name} = {seeds!r}; a list of different whole numbers from 0 to 2147483647 is "
            "needed, such as [17, 18, 19]; [] for none"
        )
    return tuple(seeds)


def _different(seeds: list[object]) -> bool:
    """Whether these are seeds, and none twice."""
    whole = all(type(seed) is int and 0 <= seed < 2**31 for seed in seeds)
    return whole and len(set(seeds)) == len(seeds)
