"""`pairdx export-dataset`: a folder that others can read, cite and judge."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import new_folder
from pairdx.core.schema import LABELS
from pairdx.curate.splits.export import write_layout
from pairdx.models.clip.params import ZeroShotParams
from pairdx.sharing.attribution import write_attribution
from pairdx.sharing.contents import Contents, read_contents
from pairdx.sharing.croissant import write_croissant
from pairdx.sharing.datasheet import write_card, write_datasheet
from pairdx.sharing.shards import write_parquet, write_tars

Form = Literal["huggingface", "webdataset", "paper"]
ATTRIBUTION = "ATTRIBUTION.csv"
TEMPLATES_OF = "clip"  # of zero_shot: what PairDxCLIP starts from


def export_dataset(out: Path, form: Form, data: Path, raw: Path, metrics: Path) -> Contents:
    """Write the splits in ``data`` into the new folder ``out``, and what is known of them.

    Args:
        out: does not exist yet; it appears whole or not at all.
        form: how the pairs are laid out.
        data: the splits.
        raw: the release that they are from: it knows what articles are called.
        metrics: what filter, scrub and split counted.

    Returns:
        What the data set holds.

    Raises:
        PairdxError: ``out`` is there, or what is to be read is missing, damaged, or of another run.
    """
    if out.exists():
        raise PairdxError(f"{out}: is there; name a new folder, or remove it")
    contents = read_contents(data, raw, metrics)
    with new_folder(out) as folder:
        WRITERS[form](data, folder)
        write_attribution(contents, folder / ATTRIBUTION)
        write_datasheet(contents, folder)
        write_card(contents, form, folder)
        write_croissant(contents, form, folder)
    return contents


def _write_tars(data: Path, folder: Path) -> None:
    params = ZeroShotParams.load()
    names = [params.class_names[label] for label in LABELS]
    write_tars(data, folder, names, params.named(TEMPLATES_OF).templates)


WRITERS: Mapping[Form, Callable[[Path, Path], None]] = {
    "huggingface": write_parquet,
    "webdataset": _write_tars,
    "paper": write_layout,
}
