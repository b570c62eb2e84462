"""Lay down the raw pairs: a drawn sample, MultiCaRe, PairDx, or a folder of one's own."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.download.import_multicare import import_multicare
from pairdx.download.pairdx_release import import_pairdx
from pairdx.download.params import DownloadParams
from pairdx.download.sample.release import draw_release
from pairdx.sources.import_folder import import_folder


def main(*, out: Path) -> str:
    """Lay down the raw pairs from the source that the params name."""
    params, seed = DownloadParams.load(), load_seed()
    with new_folder(out) as folder:
        if params.source == "sample":
            draw_release(folder, params.sample_images, seed)
        elif params.source == "multicare":
            import_multicare(params, folder)
        elif params.source == "pairdx_release":
            import_pairdx(params, folder)
        else:
            import_folder(Path(params.folder), folder, drop_bad_rows=params.bad_rows == "drop")
    return f"{params.source} -> {out}"


if __name__ == "__main__":
    run(main)
