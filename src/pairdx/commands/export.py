"""`pairdx export-dataset`, `pairdx export-model-card`: what others get."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Form = Literal["huggingface", "webdataset", "paper"]  # as of pairdx.sharing.dataset


def export_dataset(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    to: Annotated[Form, typer.Option(help="Who shall read it.")],
    data: Annotated[Path, typer.Option(help="The splits.")] = Path("data/pairdx"),
    raw: Annotated[Path, typer.Option(help="Their source, which names articles.")] = Path(
        "data/raw"
    ),
    metrics: Annotated[Path, typer.Option(help="What the run counted.")] = Path("metrics"),
) -> None:
    """Write the data set for others: with a card, a datasheet, attribution and Croissant."""
    from pairdx.sharing.dataset import export_dataset as export

    contents = export(out, to, data, raw, metrics)
    typer.echo(
        f"{out}: {contents.rows.num_rows} pairs; read {out}/DATASHEET.md before you share it"
    )
