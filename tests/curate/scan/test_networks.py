import os
import subprocess
import sys

import openvino
import pytest

from pairdx.core.errors import PairdxError
from pairdx.curate.scan import faces, networks, ocr
from pairdx.curate.scan.networks import Network, resolve

NETWORKS = (
    (ocr.PACKAGE, ocr.DETECTOR),
    (ocr.PACKAGE, ocr.RECOGNISER),
    (faces.PACKAGE, faces.MODEL),
)


@pytest.mark.parametrize(("package", "name"), NETWORKS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_network_computes_as_is_said_on_one_thread_whatever_the_cpu_has(package, name, precision):
    compiled = Network(package, name, precision)._request.get_compiled_model()
    told = openvino.Type.f32 if precision == "float32" else openvino.Type.bf16
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == told
    assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert compiled.get_property("ENABLE_CPU_PINNING") is False


@pytest.mark.parametrize(("package", "name"), [("pillow", "no.onnx"), ("no-package", "no.onnx")])
def test_a_network_that_is_not_installed_is_named(package, name):
    told = f"package '{package}': its file no.onnx is not installed; run `pip install -e .` again"
    with pytest.raises(PairdxError, match=r"not installed") as error:
        Network(package, name, "float32")
    assert str(error.value) == told


def test_no_network_loses_another_end_than_a_sigmoid():
    with pytest.raises(PairdxError, match=r"ends in Softmax, a sigmoid is needed"):
        Network(ocr.PACKAGE, ocr.RECOGNISER, "float32", logits=True)


@pytest.mark.parametrize("native", [True, False])
def test_bfloat16_is_taken_where_the_cpu_has_it(native, monkeypatch):
    class Core:
        def get_property(self, device, name):
            return ["FP32", "BF16"] if native else ["FP32"]

    monkeypatch.setattr(networks, "_core", Core)
    assert resolve("float32") == "float32"
    assert resolve("auto") == ("bfloat16" if native else "float32")
    if native:
        assert resolve("bfloat16") == "bfloat16"
        return
    with pytest.raises(
        PairdxError, match=r"^scan\.precision: this CPU has no bfloat16; set float32"
    ):
        resolve("bfloat16")


def test_nobody_is_told_that_openvino_was_imported(tmp_path):
    """Its telemetry asks Google Analytics, and leaves a folder in the user's home."""
    told = "import pairdx, openvino, sys; print(sys.modules['openvino_telemetry'])"
    command = [sys.executable, "-c", f"{told}; from openvino import convert_model"]
    home = {**os.environ, "HOME": str(tmp_path), "CI": ""}
    done = subprocess.run(command, env=home, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
    assert list(tmp_path.iterdir()) == []
