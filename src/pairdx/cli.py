"""`pairdx ...`: what is done by hand, beside the pipeline."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer

from pairdx.commands.export import export, export_dataset, export_model_card
from pairdx.commands.weights import app as weights
from pairdx.core.errors import PairdxError, told_in_one_line

# Those of pairdx.models.exported.card and pairdx.commands.predict.answers, which take half a second
# to import.
Backend = Literal["torch", "onnx", "openvino"]
Format = Literal["table", "csv", "jsonl", "parquet"]

SOME_UNUSED = 3  # an exit code
# The panels of --help, in the order in which their first commands stand below.
SET_UP, LOOK, PREDICT = "Set up", "Look", "Predict"
CURATE, SHARE = "Curate by hand", "Share"

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


def _tell_version(wanted: bool) -> None:
    if wanted:
        import pairdx

        typer.echo(pairdx.__version__)
        raise typer.Exit


@app.callback()
def _pairdx(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Before a command: show where an error comes from.")
    ] = False,
) -> None:
    """PairDx: medical image + caption pairs, and models that classify them.

    The pipeline itself is `dvc repro`; this is what is done by hand beside it.
    """


@app.command(rich_help_panel=SET_UP)
def check(
    path: Annotated[Path, typer.Argument(help="A params file.")] = Path("params.yaml"),
) -> None:
    """Check every value of a params file before anything runs."""
    from pairdx.doctor.sections import check as check_sections

    sections = check_sections(path)
    download = sections["download"].model_dump()
    watched = {f"download.{key}": download[key] for key in ("folder", "path")}  # by DVC, always
    external = sections["external"].model_dump()["folders"]
    watched |= {f"external.folders.{name}": folder for name, folder in external.items()}
    for key, folder in watched.items():
        if not Path(folder).is_dir():
            raise PairdxError(f"{path}: {key} = {folder!r}; no such folder")
    typer.echo(f"{path}: {len(sections)} sections, all values allowed")


@app.command(rich_help_panel=SET_UP)
def doctor(
    path: Annotated[Path, typer.Argument(help="A params file.")] = Path("params.yaml"),
) -> None:
    """Say what a params file needs, and what is there."""
    from pairdx.doctor.examine import examine_and_tell

    examine_and_tell(path)


@app.command(rich_help_panel=SET_UP)
def offline_plots() -> None:
    """Make `dvc plots show` draw without a network."""
    from pairdx.pages.offline_plots import write

    typer.echo(f"dvc plots show now uses {write(Path())}")


app.add_typer(weights, name="weights", rich_help_panel=SET_UP)


@app.command(rich_help_panel=LOOK)
def results() -> None:
    """Print the table of all models, and where to look next."""
    from pairdx.commands.results import NEXT, markdown, slowest

    typer.echo(f"{markdown()}\n{NEXT}\n{slowest()}")


@app.command(rich_help_panel=LOOK)
def seeds(
    asked: Annotated[
        list[int] | None,
        typer.Argument(metavar="[SEEDS]...", help="Seeds; none: those of params.yaml."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where mean and spread are written.")] = Path(
        "metrics/seeds.json"
    ),
    training_only: Annotated[
        bool, typer.Option(help="Keep the pairs and the split of params.yaml's own seed.")
    ] = False,
) -> None:
    """Run the pipeline once a seed; print mean and spread.

    A seed that has run is not run again.
    """
    from pairdx.commands.seeds import run_and_gather

    run_and_gather(out, asked or (), training_only=training_only)


@app.command(rich_help_panel=LOOK)
def verify(
    stages: Annotated[
        list[str] | None, typer.Argument(help="Stages of dvc.yaml; all, if none is named.")
    ] = None,
) -> None:
    """Run stages again in a copy; compare bytes with dvc.lock.

    All of them, unless some are named: minutes. Exit code 1 where an output differs.
    """
    from pairdx.commands.verify import other_machine, verify

    for line in (found := other_machine()):
        typer.echo(f"not as then: {line}")
    differ = 0
    for one in verify(stages or ()):
        typer.echo(f"{one.verdict:8} {one.stage:28} {one.path}")
        differ += one.verdict == "differs"
    if differ:
        why = "; the machine or its packages are others, see above" if found else ""
        raise PairdxError(f"{differ} outputs are not the bytes that dvc.lock names{why}")


@app.command(rich_help_panel=PREDICT)
def predict(
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGES",
            help="Image files, folders of them, tables (.csv, .tsv, .jsonl, .parquet: image or "
            "file_name, caption, id), or - for JSON lines on stdin.",
        ),
    ],
    model: Annotated[Path, typer.Option(help="A model folder, or an exported one.")] = Path(
        "models/fusion"
    ),
    backend: Annotated[
        Backend | None, typer.Option(help="What runs it, if the folder is for several.")
    ] = None,
    caption: Annotated[str, typer.Option(help="Of images that come without one.")] = "",
    calibration: Annotated[
        Path | None,
        typer.Option(help="The model's metrics/calibration file: scale, abstain, name sets."),
    ] = None,
    coverage: Annotated[
        str | None,
        typer.Option(help="With --calibration: % of pairs to answer, else abstain (default: 90)."),
    ] = None,
    screen: Annotated[
        bool, typer.Option("--screen", help="Mask first what scrub masks, by params.yaml. Slow.")
    ] = False,
    root: Annotated[
        Path | None,
        typer.Option(
            help="Where the paths of a table start, and which they may not leave (default: the "
            "table's folder)."
        ),
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Images at once.")] = 32,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: by --out; a table for people; csv.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file, whole or absent (stdout).")] = None,
) -> None:
    """Classify images, with or without captions. No diagnosis.

    Exit codes: 0 all images were classified; 1 none, or an error; 2 wrong usage; 3 some rows could
    not be used, each told on stderr.
    """
    from pairdx.commands.predict.run import predict as ask

    unused = ask(
        images,
        model,
        backend=backend,
        caption=caption,
        calibration=calibration,
        coverage=coverage,
        screen=screen,
        root=root,
        batch=batch,
        form=form,
        out=out,
    )
    if unused:
        raise typer.Exit(SOME_UNUSED)


@app.command(rich_help_panel=PREDICT)
def demo(
    models: Annotated[Path, typer.Option(help="A folder of model folders.")] = Path("models"),
    data: Annotated[Path, typer.Option(help="Pairs to search, and to try.")] = Path("data/pairdx"),
    embeddings: Annotated[Path, typer.Option(help="What `embed` wrote: the atlas.")] = Path(
        "embeddings"
    ),
    calibration: Annotated[Path, typer.Option(help="What `calibrate` wrote.")] = Path(
        "metrics/calibration"
    ),
    port: Annotated[
        int, typer.Option(help="0: any that is free.", min=0, max=65535, metavar="PORT")
    ] = 7860,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    share_on_network: Annotated[
        bool, typer.Option("--share-on-network", help="Let others reach it, without a password.")
    ] = False,
) -> None:
    """Try all models on a picture, in a browser.

    It says what each makes of it, and why; the page is of this machine alone.
    """
    from pairdx.demo.serve import Address, Sources, serve

    sources = Sources(models, calibration, data, embeddings)
    serve(sources, Address(host, port, share_on_network))


@app.command(rich_help_panel=CURATE)
def add_decisions(
    files: Annotated[list[Path], typer.Argument(help="Files saved by the review page.")],
    into: Annotated[Path, typer.Option(help="Where decisions are kept.")] = Path(
        "review/decisions.csv"
    ),
) -> None:
    """Add readers' decisions to those that `dvc repro` obeys.

    A later word replaces an earlier one.
    """
    from pairdx.core.outputs import write_text
    from pairdx.readers.decisions import format_decisions, merge, read_decisions

    decisions = read_decisions(into)
    for file in files:
        new, before = read_decisions(file), {(one.id, one.reader) for one in decisions}
        again = sum((one.id, one.reader) in before for one in new)
        decisions = merge(decisions, new)
        typer.echo(f"{file}: decisions read: {len(new)}, of which {again} were decided before")
    write_text(into, format_decisions(decisions))
    total = f"decisions in all: {len(decisions)}"
    typer.echo(f"{into}: {total}; `dvc repro` obeys them, `git add` keeps them")


@app.command(rich_help_panel=CURATE)
def add_labels(
    files: Annotated[list[Path], typer.Argument(help="Files saved by the label sheet.")],
    into: Annotated[Path, typer.Option(help="Where labels are kept.")] = Path("review/labels.csv"),
    audit: Annotated[Path, typer.Option(help="The audit's table, which knows all pairs.")] = Path(
        "data/label_audit.parquet"
    ),
) -> None:
    """Add readers' labels to those that `dvc repro` compares.

    A later one replaces an earlier one.
    """
    from pairdx.core.outputs import write_text
    from pairdx.core.schema import AUDIT, read_table
    from pairdx.readers.labels import format_labels, merge, read_labels

    labels = read_labels(into)
    known = set(read_table(audit, AUDIT, ["id"])["id"].to_pylist())
    for file in files:
        new, before = read_labels(file), {(one.id, one.reader) for one in labels}
        for one in new:
            if one.id not in known:
                raise PairdxError(f"{file}: id {one.id!r} is no pair of {audit}; correct the id")
        again = sum((one.id, one.reader) in before for one in new)
        labels = merge(labels, new)
        typer.echo(f"{file}: labels read: {len(new)}, of which {again} were given before")
    write_text(into, format_labels(labels))
    total = f"labels in all: {len(labels)}"
    typer.echo(f"{into}: {total}; `dvc repro` compares them, `git add` keeps them")


for command in (export, export_dataset, export_model_card):
    app.command(rich_help_panel=SHARE)(command)


def main() -> None:
    """Run the command line; errors of the user's are told on one line, or by `--debug` in full."""
    # Stages that a command runs say `python`: this one, also where no environment is activated.
    here = Path(sys.executable).parent
    os.environ["PATH"] = os.pathsep.join([str(here), os.environ.get("PATH", os.defpath)])
    with nullcontext() if sys.argv[1:2] == ["--debug"] else told_in_one_line():
        app()
