import os
import subprocess
import sys

import openvino
import pytest

from pairdx.core.errors import PairdxError
from pairdx.curate.scan import faces, ocr
from pairdx.curate.scan.networks import Network

NETWORKS = (
    (ocr.PACKAGE, ocr.DETECTOR),
    (ocr.PACKAGE, ocr.RECOGNISER),
    (faces.PACKAGE, faces.MODEL),
)


@pytest.mark.parametrize(("package", "name"), NETWORKS)
def test_a_network_sums_in_32_bits_on_one_thread_whatever_the_cpu_has(package, name):
    compiled = Network(package, name)._request.get_compiled_model()
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == openvino.Type.f32
    assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert compiled.get_property("ENABLE_CPU_PINNING") is False


@pytest.mark.parametrize(("package", "name"), [("pillow", "no.onnx"), ("no-package", "no.onnx")])
def test_a_network_that_is_not_installed_is_named(package, name):
    told = f"package '{package}': its file no.onnx is not installed; run `pip install -e .` again"
    with pytest.raises(PairdxError, match=r"not installed") as error:
        Network(package, name)
    assert str(error.value) == told


def test_nobody_is_told_that_openvino_was_imported(tmp_path):
    """Its telemetry asks Google Analytics, and leaves a folder in the user's home."""
    told = "import pairdx, openvino, sys; print(sys.modules['openvino_telemetry'])"
    command = [sys.executable, "-c", f"{told}; from openvino import convert_model"]
    home = {**os.environ, "HOME": str(tmp_path), "CI": ""}
    done = subprocess.run(command, env=home, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
    assert list(tmp_path.iterdir()) == []
