"""The top-level list `seeds`: for which seeds `pairdx seeds` runs the pipeline."""

from pathlib import Path

from pairdx.errors import PairdxError
from pairdx.params.base import PARAMS, read


def load_seeds(path: Path = PARAMS) -> tuple[int, ...]:
    """Read ``seeds``; empty where nobody asked for several."""
    seeds = read(path).get("seeds")
    if not isinstance(seeds, list) or not _different(seeds):
        raise PairdxError(
            f"{path}: seeds = {seeds!r}; a list of different whole numbers from 0 to 2147483647 is "
            "needed, such as [17, 18, 19]; [] for none"
        )
    return tuple(seeds)


def _different(seeds: list[object]) -> bool:
    """Whether these are seeds, and none twice."""
    whole = all(type(seed) is int and 0 <= seed < 2**31 for seed in seeds)
    return whole and len(set(seeds)) == len(seeds)
