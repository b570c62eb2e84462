"""`pairdx export`, `export-dataset`, `export-model-card`: what others get."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Data = Annotated[Path, typer.Option(help="The splits.")]
Raw = Annotated[Path, typer.Option(help="Their source, which names articles.")]
Metrics = Annotated[Path, typer.Option(help="What the run measured.")]
# Those of pairdx.sharing.dataset and pairdx.models.exported.card, which take long to import.
Form = Literal["huggingface", "webdataset", "paper"]
Target = Literal["onnx", "openvino"]
Precision = Literal["fp32", "bf16", "int8"]


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
    """Write a model for ONNX Runtime or OpenVINO.

    It is held against the torch model on test pairs.
    """
    from pairdx.core.params import load_seed
    from pairdx.prediction.export.export import export_model

    place = out or Path("exports") / f"{model.name}-{to}-{precision}"
    found = export_model(model, place, to, precision, data, load_seed())
    typer.echo(
        f"{place}: on {found['pairs']} test pairs, largest difference of a probability "
        f"{found['largest_difference']:.1e}, equal labels {100 * found['equal_labels']:.1f} %"
    )


def export_dataset(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    to: Annotated[Form, typer.Option(help="Who shall read it.")],
    data: Data = Path("data/pairdx"),
    raw: Raw = Path("data/raw"),
    metrics: Metrics = Path("metrics"),
) -> None:
    """Write the data set for others.

    A card, a datasheet, attribution and Croissant are in the folder.
    """
    from pairdx.sharing.dataset import export_dataset as write

    contents = write(out, to, data, raw, metrics)
    typer.echo(
        f"{out}: {contents.rows.num_rows} pairs; read {out}/DATASHEET.md before you share it"
    )


def export_model_card(
    model: Annotated[Path, typer.Argument(help="A model folder, or one of `pairdx export`.")],
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    data: Data = Path("data/pairdx"),
    raw: Raw = Path("data/raw"),
    metrics: Metrics = Path("metrics"),
) -> None:
    """Copy a model with a card, ready for the hub.

    The card is filled from the metrics; the hub is Hugging Face's.
    """
    from pairdx.sharing.model_card import export_model_card as write

    card = write(model, out, data, raw, metrics)
    typer.echo(f"{out}: {card.model}; read {out}/README.md before you share it")
