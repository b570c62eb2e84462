"""Write PairDx as its authors publish it: image_metadata.csv and images/."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.stage import run
from pairdx.curate.splits.export import export


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
