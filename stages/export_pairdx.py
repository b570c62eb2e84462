"""Write PairDx as its authors publish it: image_metadata.csv and images/."""

from pathlib import Path
from typing import Annotated

import typer

from pairdx.curate.export import export
from pairdx.outputs import new_folder
from pairdx.stage import run


def main(
    pairdx: Annotated[Path, typer.Option(help="The folder with a table a split.")],
    out: Annotated[Path, typer.Option(help="Writes the folder with CSV and images.")],
) -> None:
    """Export the pairs for use without this project."""
    with new_folder(out) as folder:
        export(pairdx, folder)


if __name__ == "__main__":
    run(main)
