"""Write PairDx as its authors publish it: image_metadata.csv and images/."""

from pathlib import Path

from pairdx.curate.export import export
from pairdx.outputs import new_folder
from pairdx.stage import run


def main(
    *,
    pairdx: Path,
    out: Path,
) -> None:
    """Export the pairs for use without this project."""
    with new_folder(out) as folder:
        export(pairdx, folder)


if __name__ == "__main__":
    run(main)
