"""`pairdx export-dataset`, `pairdx export-model-card`: what others get."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Data = Annotated[Path, typer.Option(help="The splits.")]
Raw = Annotated[Path, typer.Option(help="Their source, which names articles.")]
Metrics = Annotated[Path, typer.Option(help="What the run measured.")]
Form = Literal["huggingface", "webdataset", "paper"]  # as of pairdx.sharing.dataset


def export_dataset(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    to: Annotated[Form, typer.Option(help="Who shall read it.")],
    data: Data = Path("data/pairdx"),
    raw: Raw = Path("data/raw"),
    metrics: Metrics = Path("metrics"),
) -> None:
    """Write the data set for others: with a card, a datasheet, attribution and Croissant."""
    from pairdx.sharing.dataset import export_dataset as export

    contents = export(out, to, data, raw, metrics)
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
    """Copy a model folder with a card filled from the metrics, ready for the Hugging Face Hub."""
    from pairdx.sharing.model_card import export_model_card as export

    card = export(model, out, data, raw, metrics)
    typer.echo(f"{out}: {card.model}; read {out}/README.md before you share it")
