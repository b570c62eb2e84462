"""`pairdx ...`: what is done by hand, beside the pipeline."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pairdx.commands.weights import app as weights
from pairdx.errors import PairdxError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(weights, name="weights")


@app.callback()
def _pairdx() -> None:
    """PairDx: medical image + caption pairs, and models that classify them."""


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A params file.")] = Path("params.yaml"),
) -> None:
    """Check every value of a params file before anything runs."""
    from pairdx.params.sections import check as check_sections

    sections = check_sections(path)
    download = sections["download"].model_dump()
    for key in ("folder", "path"):  # DVC watches both, whatever the source
        if not Path(download[key]).is_dir():
            raise PairdxError(f"{path}: download.{key} = {download[key]!r}; no such folder")
    typer.echo(f"{path}: {len(sections)} sections, all values allowed")


@app.command()
def doctor(
    path: Annotated[Path, typer.Argument(help="A params file.")] = Path("params.yaml"),
) -> None:
    """Say what a params file needs, what of it is there, and how long training will take."""
    from pairdx.commands.doctor import examine_and_tell

    examine_and_tell(path)


@app.command()
def predict(
    image: Annotated[Path, typer.Argument(help="An image file.")],
    model: Annotated[Path, typer.Option(help="A model folder.")] = Path("models/fusion"),
    caption: Annotated[str, typer.Option(help="The image's caption.")] = "",
) -> None:
    """Say which of the six classes one image (with its caption) belongs to. Not a diagnosis."""
    # torch takes seconds to import: only where it is needed.
    from pairdx.models.card import ModelCard
    from pairdx.schema import LABELS
    from pairdx.serve.predict import load_model

    try:
        data = image.read_bytes()
    except OSError as error:
        raise PairdxError(f"{image}: cannot be read ({error.strerror})") from None
    predictor = load_model(model)
    if not ModelCard.load(model).trained:
        typer.echo(f"{model}: random weights, never trained; this is chance", err=True)
    try:
        row = predictor.predict([data], [caption])[0]
    except PairdxError as error:
        raise PairdxError(f"{image}: {error}") from error
    for label, probability in sorted(zip(LABELS, row, strict=True), key=lambda pair: -pair[1]):
        typer.echo(f"{probability:6.3f}  {label}")


@app.command()
def offline_plots() -> None:
    """Make `dvc plots show` draw without a network, in this checkout."""
    from pairdx.report.offline_plots import write

    typer.echo(f"dvc plots show now uses {write(Path())}")


@app.command()
def add_decisions(
    files: Annotated[list[Path], typer.Argument(help="Files saved by the review page.")],
    into: Annotated[Path, typer.Option(help="Where decisions are kept.")] = Path(
        "review/decisions.csv"
    ),
) -> None:
    """Add readers' decisions to those that `dvc repro` obeys; a later word replaces an earlier."""
    from pairdx.curate.decisions import format_decisions, merge, read_decisions
    from pairdx.outputs import write_text

    decisions = read_decisions(into)
    for file in files:
        new, before = read_decisions(file), {(one.id, one.reader) for one in decisions}
        again = sum((one.id, one.reader) in before for one in new)
        decisions = merge(decisions, new)
        typer.echo(f"{file}: decisions read: {len(new)}, of which {again} were decided before")
    write_text(into, format_decisions(decisions))
    total = f"decisions in all: {len(decisions)}"
    typer.echo(f"{into}: {total}; `dvc repro` obeys them, `git add` keeps them")


def main() -> None:
    """Run the command line; errors of the user's are told on one line."""
    try:
        app()
    except PairdxError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
