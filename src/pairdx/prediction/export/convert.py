"""A torch network as an ONNX file, and from there as OpenVINO's; in fp32, bf16 or int8.

ONNX comes first for both, so that there is one way out of torch: OpenVINO's own reader of torch
networks traces them by `torch.jit`, which is deprecated, and its result is as fast to 1 %.
"""

import io
import json
import logging
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from pairdx.core.schema import LABELS
from pairdx.models.common.graph import Graph
from pairdx.models.common.inputs import ModelInputs
from pairdx.models.exported.card import Precision, Target

Inputs = dict[str, NDArray[Any]]
NETWORK: dict[Target, str] = {"onnx": "network.onnx", "openvino": "network.xml"}
FILES: dict[Target, list[str]] = {
    "onnx": ["network.onnx"],
    "openvino": ["network.xml", "network.bin"],
}


def write_network(
    graph: Graph, folder: Path, to: Target, precision: Precision, calibration: Sequence[Inputs]
) -> None:
    """Write ``FILES[to]`` into ``folder``.

    Args:
        graph: the network, on the CPU.
        folder: where the files go.
        to: whose form they have.
        precision: bf16 and int8 are OpenVINO's alone; bf16 keeps weights in 16 bits.
        calibration: of int8: inputs whose values give the ranges of all activations.
    """
    path = folder / NETWORK["onnx"]
    model = to_onnx(graph)
    if to == "onnx":
        _say_inputs(model, graph)
        path.write_bytes(model.SerializeToString())
        return
    import openvino

    network = openvino.Core().read_model(model.SerializeToString())
    if precision == "int8":
        network = quantised(network, calibration)
    openvino.save_model(network, folder / NETWORK[to], compress_to_fp16=precision == "bf16")


def to_onnx(graph: Graph) -> Any:  # noqa: ANN401 -- an onnx.ModelProto; onnx has no types
    """Convert a network; any number of pairs at once goes through it."""
    inputs = example(graph)
    any_number = {name: {0: torch.export.Dim.DYNAMIC} for name in inputs}
    network = graph.network.eval().requires_grad_(False)
    exported = torch.export.export(network, (), kwargs=inputs, dynamic_shapes=any_number)
    program = torch.onnx.export(
        exported.run_decompositions({torch.ops.aten.scaled_dot_product_attention.default: _attend}),
        kwargs=inputs,
        input_names=list(inputs),
        output_names=["logits"],
        dynamo=True,
        verbose=False,
    )
    assert program is not None  # noqa: S101 -- for the type checker: there is one with dynamo
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # the stack of its making, with this machine's paths
    return program.model_proto


def _say_inputs(model: Any, graph: Graph) -> None:  # noqa: ANN401 -- an onnx.ModelProto
    """Write classes and inputs, as of model.json, into the metadata that a session tells."""
    said = {
        "labels": json.dumps(LABELS),
        "inputs": ModelInputs.of(graph.image, graph.vocabulary, inside=True).model_dump_json(),
    }
    for key, value in said.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value


def example(graph: Graph) -> dict[str, Tensor]:
    """Two pairs, as the network gets them."""
    inputs = {}
    if (fit := graph.image) is not None:
        inputs["images"] = torch.zeros((2, 3, fit.size, fit.size), dtype=torch.uint8)
    if (vocabulary := graph.vocabulary) is not None:
        inputs["tokens"] = vocabulary.encode(["", ""])
    return inputs


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    *rest: Any,  # noqa: ANN401 -- torch's own
    **options: Any,  # noqa: ANN401
) -> Tensor:
    """Attention as its formula: torch's converter of it takes four axes, and Fusion's has three.

    torch's formula would add a mask of truths as zeros and ones.
    """
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        attn_mask = torch.where(attn_mask, 0.0, -torch.inf).to(query.dtype)
    formula = torch.ops.aten._scaled_dot_product_attention_math.default
    return formula(query, key, value, attn_mask, *rest, **options)[0]


def quantised(network: Any, calibration: Sequence[Inputs]) -> Any:  # noqa: ANN401
    """Quantise what only pixels go through to int8, after training (NNCF).

    What words go through is computed in fp32: it takes little time, and int8 cost a model of
    captions 16 points of accuracy. Ranges reach to the extremes of the calibration's activations;
    NNCF's own, their mean over images, cut off what is rare, as a chart's white
    (docs/inference.md).
    """
    import nncf
    from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    nncf.set_log_level(logging.ERROR)
    with redirect_stdout(io.StringIO()):  # its bars, in a log as well
        return nncf.quantize(
            network,
            nncf.Dataset(calibration),
            subset_size=len(calibration),
            model_type=nncf.ModelType.TRANSFORMER,
            ignored_scope=nncf.IgnoredScope(names=_fed_by(network, "tokens")),
            advanced_parameters=AdvancedQuantizationParameters(
                activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX
            ),
        )


def _fed_by(network: Any, name: str) -> list[str]:  # noqa: ANN401
    """Return the names of the operations of an OpenVINO network that an input reaches."""
    reached = {name}
    for operation in network.get_ordered_ops():
        sources = (one.get_source_output().get_node() for one in operation.inputs())
        if any(source.get_friendly_name() in reached for source in sources):
            reached.add(operation.get_friendly_name())
    results = {one.get_friendly_name() for one in network.get_results()}
    return sorted(reached - results - {name})
