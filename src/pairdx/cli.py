"""`pairdx ...`: what is done by hand, beside the pipeline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pairdx.commands.weights import app as weights
from pairdx.core.errors import PairdxError, told_in_one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pairdx.prediction.abstain import Rule

# Those of pairdx.models.exported.card, which takes half a second to import.
Backend = Literal["torch", "onnx", "openvino"]
Target = Literal["onnx", "openvino"]
Precision = Literal["fp32", "bf16", "int8"]

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


@app.command()
def doctor(
    path: Annotated[Path, typer.Argument(help="A params file.")] = Path("params.yaml"),
) -> None:
    """Say what a params file needs, what of it is there, and how long training will take."""
    from pairdx.doctor.examine import examine_and_tell

    examine_and_tell(path)


@app.command()
def verify(
    stages: Annotated[
        list[str] | None, typer.Argument(help="Stages of dvc.yaml; all, if none is named.")
    ] = None,
) -> None:
    """Run stages once more in a copy, and compare their outputs with dvc.lock, byte by byte."""
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


@app.command()
def predict(
    image: Annotated[Path, typer.Argument(help="An image file.")],
    model: Annotated[Path, typer.Option(help="A model folder.")] = Path("models/fusion"),
    caption: Annotated[str, typer.Option(help="The image's caption.")] = "",
    calibration: Annotated[
        Path | None, typer.Option(help="The model's metrics/calibration file: be sure as it says.")
    ] = None,
    coverage: Annotated[
        str | None,
        typer.Option(help="With --calibration: % of pairs to answer, else abstain (default: 90)"),
    ] = None,
    screen: Annotated[
        bool,
        typer.Option("--screen", help="Mask first what scrub masks, by params.yaml."),
    ] = False,
    backend: Annotated[
        Backend | None, typer.Option(help="What runs it, if the folder is for several.")
    ] = None,
) -> None:
    """Say which of the six classes one image (with its caption) belongs to. Not a diagnosis."""
    # torch takes seconds to import: only where it is needed.
    from pairdx.core.inputs import regular
    from pairdx.core.schema import LABELS
    from pairdx.models.common.card import ModelCard
    from pairdx.prediction.abstain import read_rule
    from pairdx.prediction.predict import load_model

    if coverage is not None and not calibration:
        raise PairdxError("--coverage needs --calibration: a file of metrics/calibration")
    card = ModelCard.load(model)
    share = "90" if coverage is None else coverage
    rule = read_rule(calibration, share, card.model) if calibration else None
    try:
        data = regular(image).read_bytes()
    except OSError as error:
        raise PairdxError(f"{image}: cannot be read ({error.strerror})") from None
    predictor = load_model(model, backend)
    if not card.trained:
        typer.echo(f"{model}: random weights, never trained; this is chance", err=True)
    if not caption and "caption" in predictor.reads:
        typer.echo(f"{model}: reads captions, and --caption is empty", err=True)
    if screen:
        data, caption = _screened(image, data, caption)
    try:
        row = predictor.predict([data], [caption])[0]
    except PairdxError as error:
        raise PairdxError(f"{image}: {error}") from error
    if rule:
        row = _calibrated(row, rule)
    for label, probability in sorted(zip(LABELS, row, strict=True), key=lambda pair: -pair[1]):
        typer.echo(f"{probability:6.3f}  {label}")


def _calibrated(row: "NDArray[np.float64]", rule: "Rule") -> "NDArray[np.float64]":
    """Return probabilities that are as sure as they say, and tell what follows from them."""
    import numpy as np

    from pairdx.core.schema import LABELS
    from pairdx.evidence.calibration.prediction_sets import members
    from pairdx.evidence.calibration.temperature import scale

    row = scale(row[None], rule.temperature)[0]
    if row.max() < rule.threshold:
        typer.echo(f"not sure enough: {row.max():.3f}, below {rule.threshold:.3f}; ask a person")
    inside = members(row[None], np.array(rule.least))[0]
    named = ", ".join(np.array(LABELS)[inside])
    typer.echo(f"set that holds {100 * rule.level:g} % of pairs like the validation's: {named}")
    return row


def _screened(image: Path, data: bytes, caption: str) -> tuple[bytes, str]:
    """Mask a pair as the training pairs were, and say what was found in it."""
    from pairdx.core.checkout import kept
    from pairdx.curate.scan.params import ScanParams
    from pairdx.curate.scan.scan import CACHE
    from pairdx.curate.scrub.one_pair import screen_pair
    from pairdx.curate.scrub.params import ScrubParams

    scan, scrub = ScanParams.load(), ScrubParams.load()
    try:
        data, caption, reasons = screen_pair(data, caption, scan, scrub, kept(CACHE))
    except PairdxError as error:
        raise PairdxError(f"{image}: {error}") from error
    typer.echo(f"masked: {', '.join(reasons) or 'nothing'}", err=True)
    return data, caption


@app.command()
def export(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    to: Annotated[Target, typer.Option(help="What shall run it.")] = "openvino",
    precision: Annotated[
        Precision, typer.Option(help="bf16, int8 (calibrated on training pairs): OpenVINO.")
    ] = "fp32",
    out: Annotated[
        Path | None, typer.Option(help="Default: exports/<model>-<to>-<precision>.")
    ] = None,
    data: Annotated[Path, typer.Option(help="Pairs to calibrate and check on.")] = Path(
        "data/pairdx"
    ),
) -> None:
    """Write a model for ONNX Runtime or OpenVINO, and hold it against torch's on test pairs."""
    from pairdx.core.params import load_seed
    from pairdx.prediction.export.export import export_model

    place = out or Path("exports") / f"{model.name}-{to}-{precision}"
    found = export_model(model, place, to, precision, data, load_seed())
    typer.echo(
        f"{place}: on {found['pairs']} test pairs, largest difference of a probability "
        f"{found['largest_difference']:.1e}, equal labels {100 * found['equal_labels']:.1f} %"
    )


@app.command()
def results() -> None:
    """Print the table of all models, where to look next, and what the stages took."""
    from pairdx.commands.results import NEXT, markdown, slowest

    typer.echo(f"{markdown()}\n{NEXT}\n{slowest()}")


@app.command()
def offline_plots() -> None:
    """Make `dvc plots show` draw without a network, in this checkout."""
    from pairdx.pages.offline_plots import write

    typer.echo(f"dvc plots show now uses {write(Path())}")


@app.command()
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
    """Run the pipeline once for each seed, unless it has run; print mean and spread."""
    from pairdx.commands.seeds import run_and_gather

    run_and_gather(out, asked or (), training_only=training_only)


@app.command()
def add_decisions(
    files: Annotated[list[Path], typer.Argument(help="Files saved by the review page.")],
    into: Annotated[Path, typer.Option(help="Where decisions are kept.")] = Path(
        "review/decisions.csv"
    ),
) -> None:
    """Add readers' decisions to those that `dvc repro` obeys; a later word replaces an earlier."""
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


@app.command()
def add_labels(
    files: Annotated[list[Path], typer.Argument(help="Files saved by the label sheet.")],
    into: Annotated[Path, typer.Option(help="Where labels are kept.")] = Path("review/labels.csv"),
    audit: Annotated[Path, typer.Option(help="The audit's table, which knows all pairs.")] = Path(
        "data/label_audit.parquet"
    ),
) -> None:
    """Add readers' labels to those that `dvc repro` compares; a later one replaces an earlier."""
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


def main() -> None:
    """Run the command line; errors of the user's are told on one line."""
    with told_in_one_line():
        app()
