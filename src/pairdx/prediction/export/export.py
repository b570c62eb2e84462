"""A trained model folder, as a folder that runs without this project: `pairdx export`."""

import random
import shutil
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import new_folder, write_json
from pairdx.core.schema import LABELS, PAIRS, read_table
from pairdx.models.common.card import ModelCard
from pairdx.models.common.graph import Graph
from pairdx.models.common.inputs import VOCABULARY, ModelInputs
from pairdx.models.exported.card import ExportedSettings, Precision, Target
from pairdx.models.exported.exported import Exported, digest_of, load
from pairdx.models.exported.runtimes import require
from pairdx.pairs.store import COLUMNS, Pairs, to_pairs
from pairdx.prediction.export.convert import FILES, Inputs, write_network
from pairdx.prediction.predict import load_model

CALIBRATION_PAIRS = 300  # NNCF's own default
CHECKED_PAIRS = 200
TOLERANCE = 1e-4  # of a probability, in fp32
BACKENDS: dict[Target, tuple[Target, ...]] = {
    "onnx": ("onnx", "openvino"),  # OpenVINO opens ONNX files, too
    "openvino": ("openvino",),
}
STANDALONE = Path(__file__).with_name("standalone.py")  # `predict.py` of an exported folder
PACKAGES = ("torch", "onnx", "onnxruntime", "openvino", "nncf")


def export_model(
    folder: Path, out: Path, to: Target, precision: Precision, data: Path, seed: int
) -> Mapping[str, Any]:
    """Write the model of ``folder`` for another runtime into ``out``, and hold it against torch.

    Args:
        folder: a trained model.
        out: a new folder, or an earlier export, which is replaced.
        to: the runtime.
        precision: what it computes with.
        data: the splits: int8 is calibrated on pairs of train, and all are checked on test.
        seed: decides which pairs.

    Returns:
        How far the export is from the model, as its model.json has it.

    Raises:
        PairdxError: the model or the combination cannot be exported, a package is missing, or an
            fp32 export differs from the model.
    """
    _check_wish(out, to, precision)
    card, model = ModelCard.load(folder), load_model(folder)
    graph = model.graph()
    if graph is None:
        raise PairdxError(f"{folder}: kind {card.kind!r} is no torch network; name one that is")
    if precision == "int8" and graph.image is None:
        raise PairdxError(
            f"{folder}: --precision int8 is for networks of pictures, and this one reads captions "
            "alone; allowed are fp32 and bf16"
        )
    test = draw(data / "test.parquet", CHECKED_PAIRS, seed)
    expected = model.predict(test.images, test.captions)
    graph.network.cpu()
    calibration, said = _calibration(graph, precision, data / "train.parquet", seed)
    with new_folder(out) as partial:
        write_network(graph, partial, to, precision, calibration)
        _write_rest(graph, partial)
        settings = describe(graph, card, partial, to, precision, said)
        exported = load(partial, _card(card, settings))
        agreement = compare(expected, exported.predict(test.images, test.captions))
        if precision == "fp32" and agreement["largest_difference"] > TOLERANCE:
            raise PairdxError(
                f"{out}: not written: a probability is {agreement['largest_difference']:.1e} from "
                f"the model's, allowed are {TOLERANCE:g}; please report it"
            )
        settings = settings.model_copy(update={"agreement": {"split": "test", **agreement}})
        _card(card, settings).save(partial)
    return agreement


def draw(split: Path, count: int, seed: int) -> Pairs:
    """Draw ``count`` pairs of a split, or all if there are no more; only these are read.

    Raises:
        PairdxError: the table is missing, damaged or empty.
    """
    ids = read_table(split, PAIRS, ["id"])["id"].to_pylist()
    if not ids:
        raise PairdxError(f"{split}: the split is empty")
    chosen = random.Random(seed).sample(ids, min(count, len(ids)))
    return to_pairs(read_table(split, PAIRS, COLUMNS, pa.array(chosen)))


def compare(expected: NDArray[np.float64], found: NDArray[np.float64]) -> dict[str, Any]:
    """Compare the probabilities ``(N, K)`` of two models for the same pairs."""
    return {
        "pairs": len(expected),
        "largest_difference": float(np.abs(expected - found).max()),
        "equal_labels": float((expected.argmax(1) == found.argmax(1)).mean()),
    }


def describe(
    graph: Graph,
    card: ModelCard,
    folder: Path,
    to: Target,
    precision: Precision,
    calibration: Mapping[str, Any] | None,
) -> ExportedSettings:
    """Say all that is needed to run the network in ``folder``."""
    inputs = ModelInputs.of(graph.image, graph.vocabulary, inside=True)
    return ExportedSettings(
        network=FILES[to][0],
        backends=BACKENDS[to],
        precision=precision,
        images=inputs.images,
        tokens=inputs.tokens,
        labels=LABELS,
        passes=graph.passes,
        files={path.name: digest_of(path) for path in sorted(folder.iterdir())},
        calibration=calibration,
        source={"model": card.model, "kind": card.kind, "settings": card.settings},
        versions=_versions(),
    )


def _check_wish(out: Path, to: Target, precision: Precision) -> None:
    if to == "onnx" and precision != "fp32":
        # No bf16 on CPUs; int8 lost accuracy in our trials, or was no faster than fp32.
        raise PairdxError(
            f"--to onnx --precision {precision}: allowed is fp32; for {precision}: --to openvino"
        )
    require("onnx", "onnxscript", *(["onnxruntime"] if to == "onnx" else []))
    if precision == "int8":
        require("nncf")
    if out.exists() and not ((out / "model.json").is_file() and _is_export(out)):
        raise PairdxError(f"--out {out}: is there, and no export; name a new folder")


def _is_export(folder: Path) -> bool:
    return ModelCard.load(folder).kind == "exported"


def _calibration(
    graph: Graph, precision: Precision, train: Path, seed: int
) -> tuple[list[Inputs], dict[str, Any] | None]:
    """The inputs that int8's ranges are taken from, and which they are."""
    if precision != "int8":
        return [], None
    pairs = draw(train, CALIBRATION_PAIRS, seed)
    model = Exported(lambda _: np.empty(0, np.float32), graph.image, graph.vocabulary)
    inputs = [model.inputs([i], [c]) for i, c in zip(pairs.images, pairs.captions, strict=True)]
    return inputs, {"split": "train", "pairs": len(pairs), "seed": seed}


def _write_rest(graph: Graph, folder: Path) -> None:
    shutil.copyfile(STANDALONE, folder / "predict.py")
    if (vocabulary := graph.vocabulary) is not None:
        write_json(folder / VOCABULARY, {"words": vocabulary.words})


def _card(card: ModelCard, settings: ExportedSettings) -> ModelCard:
    description = f"{card.description}; {settings.backends[0]}, {settings.precision}"
    return replace(
        card,
        kind="exported",
        description=description,
        settings=settings.model_dump(mode="json"),
        inputs=ModelInputs(images=settings.images, tokens=settings.tokens),
    )


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # of a runtime that this export does not need
    return found
