"""`pairdx weights ...`: the pretrained weights that params name."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List, fetch and verify pretrained weights.")
Place = Annotated[
    Path | None, typer.Option("--dir", help="Where they lie; else weights.dir of params.yaml.")
]


@app.command("list")
def list_all(place: Place = None) -> None:
    """List what is known: name, size, licence, source, checksum, and whether it is there."""
    from pairdx.models.weights.fetch import missing
    from pairdx.models.weights.registry import WEIGHTS

    root = _root(place)
    for name, weights in WEIGHTS.items():
        there = "there" if not missing(name, root) else "not there"
        typer.echo(f"{name}: {weights.what}; about {weights.size / 1e6:.0f} MB; {there}")
        typer.echo(f"  licence  {weights.licence}\n  params   {weights.params}")
        for file in weights.files:
            typer.echo(f"  file     {root / name / file.name}")
            typer.echo(f"           from {file.source}, {file.digest or 'no published checksum'}")


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names; none: those that params.yaml needs.")
    ] = None,
    place: Place = None,
) -> None:
    """Fetch weights; goes on where it was cut, and fetches nothing that is there."""
    from pairdx.models.weights.fetch import obtain

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("pairdx").setLevel(logging.INFO)
    root = _root(place)
    wanted = names or _needed()
    if not wanted:
        typer.echo("nothing to fetch: params.yaml names no registered weights (`weights list`)")
    for name in wanted:
        typer.echo(f"{name}: {obtain(name, root)}")


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names; none: all that are there.")
    ] = None,
    place: Place = None,
) -> None:
    """Compare files with their checksums; pin those that have none. Leaves with 1 if one is off."""
    from pairdx.models.weights.fetch import missing, pin, states
    from pairdx.models.weights.registry import WEIGHTS

    root = _root(place)
    begun = [name for name in WEIGHTS if len(missing(name, root)) < len(WEIGHTS[name].files)]
    whole = True
    if not (names or begun):
        typer.echo(f"no weights in {root}")
    for name in names or begun:
        for file, state in states(name, root):
            typer.echo(f"{state:9}{root / name / file.name}")
            whole &= state in ("ok", "unpinned")
        pin(name, root)
    if not whole:
        sys.exit(1)


def _root(place: Path | None) -> Path:
    from pairdx.models.weights.registry import WeightsParams

    return place if place is not None else WeightsParams.load().folder


def _needed() -> list[str]:
    from pairdx.doctor.models import weights_of
    from pairdx.doctor.sections import check

    return weights_of(check())
