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
