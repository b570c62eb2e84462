"""Any value in any place of params.yaml is taken, or refused in one line."""

import copy
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from refusals import refusal
from small import TOP

from pairdx.core.params import load_compared, load_seed, read, validate
from pairdx.doctor.sections import sections

# What YAML writes as a scalar, and much that it does not.
YAML = """012 0x1f 0b11 0o17 1_000 1:30 190:20:30 1e308 1e309 -1e-400 .inf -.INF .nan ~ null Null
true yes on off n y 2001-12-14 2001-12-14t21:59:43.10-05:00 !!int 7 !!str 7 !!binary aGk= !!float x
!!timestamp !!set !!omap !!pairs !!python/object:os.system !!int !!float !!bool !!binary !!map
&a *a <<: = ? - | > % @ ` '' "" [] {} [[[[]]]] {a:1} "\\x00" "\\uD800" 0 -0.0 99999999999999999999
article none drop fusion"""
SCALARS = st.one_of(
    st.sampled_from(YAML.split()),
    st.integers().map(str),
    st.floats().map(repr),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.binary(max_size=4),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@cache
def content():
    return read(TOP / "params.yaml")


def places(value, path=()):
    """Every key of params.yaml, of sections too."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))


PLACES = list(places(read(TOP / "params.yaml")))


def taken(path, load, *of):
    """Do it; an error must be one of ours, on one line."""
    told = refusal(load, *of)
    if told:
        assert len(told.splitlines()) == 1, told
        assert told.startswith(f"{path}: ")
    return not told


P = Path("p.yaml")


@given(st.sampled_from(PLACES), VALUES)
def test_any_value_in_any_place_is_taken_or_refused_in_one_line(place, value):
    changed = copy.deepcopy(content())
    parent = changed
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    for name, model in sections().items():
        if place[0] in (name, model.inherits, *model.shared):
            taken(P, validate, model, changed, P)


@given(SCALARS)
def test_any_text_for_a_value_is_read_or_refused_in_one_line(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text(f"seed: {text}\ncompared: [{text}]\n", encoding="utf-8", newline="")
        for load in (read, load_seed, load_compared):
            taken(path, load, path)


@given(st.sampled_from(sorted(sections())), st.data())
def test_a_section_that_loads_loads_again_from_what_it_holds(name, data):
    """A value is kept as it is said, and not made into another."""
    model, changed = sections()[name], copy.deepcopy(content())
    numbers = [k for k, v in changed[name].items() if type(v) in (int, float)]
    if not numbers:
        return
    key = data.draw(st.sampled_from(numbers))
    value = data.draw(st.one_of(st.integers(-3, 1000), st.floats(allow_nan=False)))
    changed[name][key] = value
    if taken(P, validate, model, changed, P):
        assert getattr(validate(model, changed, P), key) == value
