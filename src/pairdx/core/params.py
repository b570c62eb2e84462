"""Reading one section of params.yaml into a typed, frozen model.

What several sections have in common (augmentation, intervals, precision, ...) is said once, at the
top level of params.yaml: a section names it in `shared` and has a field for it. The stage lists it
among its params beside the section itself.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import regular

PARAMS = Path("params.yaml")
ZERO_SHOT = "_zero_shot"  # ends the name of a model that section `zero_shot` names without it
# Keys that are no section of their own: seeds, the compared models (`models` is a folder: DVC takes
# one for the other), and what sections share.
TOP_LEVEL = (
    "seed",
    "seeds",
    "compared",
    "precision",
    "compile",
    "threads",
    "calibration_bins",
    "augment",
    "keep",
    "class_names",
)


class Section(BaseModel):
    """A section of params.yaml: unknown keys, wrong types and bad values are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
    section: ClassVar[str]
    shared: ClassVar[tuple[str, ...]] = ()  # keys of the top level that are fields of this section
    inherits: ClassVar[str | None] = None  # a section whose values hold where this one has none
    each: ClassVar["type[Section] | None"] = None  # what any further key of this section holds

    @classmethod
    def load(cls, path: Path = PARAMS) -> Self:
        """Read this section from ``path``.

        Raises:
            PairdxError: the file or the section is missing, or a value is refused.
        """
        return validate(cls, read(path), path)


def read(path: Path = PARAMS) -> dict[str, Any]:
    """Read the whole params file as plain dictionaries, with the reader that DVC uses."""
    try:
        content = YAML(typ="safe").load(regular(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; run from the top of the project") from None
    except OSError as error:
        raise PairdxError(f"{path}: cannot be read ({error.strerror}); name a file") from None
    except Exception as error:  # the reader raises nearly anything: `!!int ` is an IndexError
        raise PairdxError(f"{path}: not valid YAML: {_told(error)}") from None
    if not isinstance(content, dict):
        raise PairdxError(f"{path}: a mapping of sections is needed, this is {content!r}")
    known = {*TOP_LEVEL, *section_modules()}
    for name in content:
        if name not in known:
            raise PairdxError(
                f"{path}: {name!r} is not a section; allowed are {', '.join(sorted(known))}"
            )
    return content


def _told(error: Exception) -> str:
    """Say what is wrong with the YAML, and where, without the reader's advice to programmers."""
    where = getattr(error, "problem_mark", None)
    line = f"line {where.line + 1}: " if where else ""
    return line + " ".join((getattr(error, "problem", None) or str(error)).split())


@cache
def section_modules() -> dict[str, str]:
    """The dotted module of every section, by the section's name.

    A section's class stands beside what it configures. It is found in the source, not imported, so
    that a stage knows all names without reading (or being changed by) the modules of others.
    """
    package = Path(__file__).parents[1]
    named = re.compile(r'^    section: ClassVar\[str\] = "(\w+)"', re.MULTILINE)
    return {
        name: ".".join(("pairdx", *path.relative_to(package).with_suffix("").parts))
        for path in sorted(package.rglob("*.py"))
        for name in named.findall(path.read_text(encoding="utf-8"))
    }


def load_seed(path: Path = PARAMS) -> int:
    """Read the top-level ``seed``, from which every random choice is drawn."""
    seed = read(path).get("seed")
    if type(seed) is not int or not 0 <= seed < 2**31:
        raise PairdxError(f"{path}: seed = {seed!r}; a whole number from 0 to 2147483647 is needed")
    return seed


def load_compared(path: Path = PARAMS) -> list[str]:
    """Read ``compared``: the models, in the order of every table.

    Raises:
        PairdxError: it is no list of names, each once, or a zero-shot model has no parameters.
    """
    content = read(path)
    names, zero_shot = content.get("compared"), content.get("zero_shot")
    known = [f"{key}{ZERO_SHOT}" for key in (zero_shot if isinstance(zero_shot, dict) else {})]
    if not isinstance(names, list) or not names or len({*map(str, names)}) < len(names):
        raise PairdxError(f"{path}: compared = {names!r}; a list of names, each once, is needed")
    for name in names:
        if str(name).endswith(ZERO_SHOT) and name not in known:
            raise PairdxError(
                f"{path}: compared: {name!r} is not in zero_shot; there are {', '.join(known)}"
            )
    return [str(name) for name in names]


S = TypeVar("S", bound=Section)


def validate(model: type[S], content: dict[str, Any], path: Path) -> S:
    """Check one section of a whole file; every refused value is told on one line."""
    own = content.get(model.section)
    if not isinstance(own, dict):
        keys = [key for key in model.model_fields if key not in model.shared]
        raise PairdxError(
            f"{path}: {model.section} = {own!r}; a section with the keys {', '.join(keys)} "
            "is needed"
        )
    above = content.get(model.inherits, {}) if model.inherits else {}
    if not isinstance(above, dict):
        raise PairdxError(f"{path}: {model.inherits} = {above!r}; a section is needed")
    for key in model.shared:
        if key in own:
            raise PairdxError(
                f"{path}: {model.section}.{key} is not a parameter; {key} is said once, at the top "
                "level"
            )
        if key not in content:
            raise PairdxError(f"{path}: {key} is missing")
    try:
        return model.model_validate(above | own | {key: content[key] for key in model.shared})
    except ValidationError as error:
        # A union tells each of its branches; the first one says enough.
        told: dict[str, str] = {}
        for detail in error.errors(include_url=False):
            where = _where(model, own, detail)
            if not any(known.startswith(f"{where}.") for known in told):
                told.setdefault(where, _what(model, detail))
        lines = "; ".join(f"{where}{what}" for where, what in told.items())
        raise PairdxError(f"{path}: {lines}") from None


def _where(model: type[Section], own: dict[str, Any], detail: ErrorDetails) -> str:
    """Name the parameter: ``section.key``, without pydantic's names of union branches."""
    keys = [key for key in detail["loc"] if isinstance(key, int) or "[" not in key]
    first = str(keys[0]) if keys else ""
    if first in model.shared:
        return ".".join(map(str, keys))
    section = model.inherits if model.inherits and first not in own else model.section
    return ".".join(map(str, (section, *keys)))


def _what(model: "type[Section]", detail: ErrorDetails) -> str:
    """Say what is wrong with it: its value and what is allowed."""
    if detail["type"] == "missing":
        return " is missing"
    if detail["type"] == "extra_forbidden":
        parent = model
        for key in detail["loc"][:-1]:
            field = parent.model_fields.get(str(key))
            parent = cast(type[Section], field.annotation if field else parent.each)
        allowed = ", ".join(key for key in parent.model_fields if key not in parent.shared)
        return f" is not a parameter; allowed are {allowed}"
    what = (
        detail["msg"].removeprefix("Value error, ").removeprefix("Input ").replace("tuple", "list")
    )
    return f": {what}" if isinstance(detail["input"], dict) else f" = {detail['input']!r}; {what}"
