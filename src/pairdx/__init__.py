"""PairDx: medical image + caption pairs from MultiCaRe, and the models compared on them.

`pairdx.load` opens a model, `pairdx.read` a split; both come with what they need when they are
first asked for, so that importing the package stays quick.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pairdx.api import Embeddings, Model, PairdxError, Predictions, Split, load, read

    __version__: str

__all__ = ["Embeddings", "Model", "PairdxError", "Predictions", "Split", "load", "read"]

# How often a thread of OpenMP looks for work before it sleeps: read when torch is loaded, so it is
# set before. GNU's default, billions on an idle machine, keeps a core from whoever else needs it:
# beside two busy processes training was up to 30 times as slow (docs/costs.md). No result changes.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# OpenBLAS, with which NumPy and gensim multiply, has kernels for every kind of CPU, which round
# otherwise: word vectors were others on the next machine. These run wherever there is AVX2; read
# when NumPy is loaded.
with suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as _cpus:
    if " avx2 " in _cpus.read(8192):
        os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")

# OpenVINO, and NNCF, tell Google Analytics that they were imported and what they convert, unless
# this package, which does it for them, cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("pairdx")
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("pairdx.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
