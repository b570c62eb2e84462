"""A network file as a function of arrays, by ONNX Runtime or OpenVINO.

Both use as many threads as ``OMP_NUM_THREADS`` says, as torch does, or their own default.
"""

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairdx.core.errors import PairdxError
from pairdx.models.exported.card import Precision, Target

Network = Callable[[Mapping[str, NDArray[Any]]], NDArray[np.float32]]  # inputs by name -> (N, K)
OPENVINO_PRECISION = {"fp32": "f32", "bf16": "bf16", "int8": "f32"}  # of what is not quantised


def with_onnxruntime(path: Path, precision: Precision) -> Network:
    """Open an ONNX file; what it computes with is written in it.

    Raises:
        PairdxError: ONNX Runtime is not installed.
    """
    require("onnxruntime")
    import onnxruntime

    del precision
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, dict(inputs))[0]


def with_openvino(path: Path, precision: Precision) -> Network:
    """Open OpenVINO's or an ONNX file.

    Raises:
        PairdxError: this CPU has no bf16.
    """
    import openvino

    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise PairdxError(f"{path}: this CPU has no bf16; export with --precision int8 or fp32")
    config = {
        # OpenVINO would take bf16 wherever the CPU has it, and say nothing.
        "INFERENCE_PRECISION_HINT": OPENVINO_PRECISION[precision],
        "INFERENCE_NUM_THREADS": _threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = core.compile_model(core.read_model(path), "CPU", config).create_infer_request()
    return lambda inputs: request.infer(dict(inputs), share_inputs=True)[0]


OPENERS: dict[Target, Callable[[Path, Precision], Network]] = {
    "onnx": with_onnxruntime,
    "openvino": with_openvino,
}


def require(*packages: str) -> None:
    """Refuse to go on without a package.

    Raises:
        PairdxError: one is not installed.
    """
    for package in packages:
        if find_spec(package) is None:
            raise PairdxError(f"{package} is not installed; pip install 'pairdx[export]'")


def _threads() -> int:
    """0 leaves the choice to the runtime."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() else 0
