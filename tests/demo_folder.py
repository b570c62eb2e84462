"""A checkout as `pairdx demo` finds it: small models, pairs, embeddings, one calibration."""

import json

import pyarrow as pa
from small import drawn, write_pairs

from pairdx.core.outputs import write_json
from pairdx.core.schema import EMBEDDINGS, LABELS, PAIRS, read_table, write_table
from pairdx.demo.serve import Sources
from pairdx.pairs.store import read_pairs
from pairdx.prediction.embed import embed_pairs, load_embedder

EMBEDS = "pairdx_clip"


def write_split(path, count, source="synthetic sample"):
    """Write pairs of one licence each, which are told apart at a glance."""
    table = read_table(write_pairs(path, drawn(count)), PAIRS)
    licenses = [f"CC {row}" for row in range(count)]
    for name, values in (("license", licenses), ("source", [source] * count)):
        column = table.schema.get_field_index(name)
        table = table.set_column(column, name, pa.array(values, pa.string()))
    write_table(table, path, PAIRS)
    return path


def write_calibration(path, model, threshold):
    """Write what `calibrate` says of a model, as far as it is read."""
    marginal = {"thresholds": dict.fromkeys(LABELS, 0.1)}
    write_json(
        path,
        {
            "model": model,
            "temperature": 2.0,
            "coverage": {"90": {"threshold": threshold}},
            "sets": {"level": 0.9, "marginal": marginal},
        },
    )
    return json.loads(path.read_text(encoding="utf-8"))


def write_folder(top, model_folders):
    """Write the whole folder; its models are those of ``model_folders``."""
    (top / "models").symlink_to(model_folders)
    write_split(top / "data/pairdx/train.parquet", 30)
    test = write_split(top / "data/pairdx/test.parquet", 12)
    table = embed_pairs(load_embedder(model_folders / EMBEDS), read_pairs(test))
    write_table(table, top / f"embeddings/{EMBEDS}.parquet", EMBEDDINGS)
    write_calibration(top / "metrics/calibration/fusion.json", "fusion", 0.99)
    return sources_of(top)


def sources_of(top):
    return Sources(
        top / "models", top / "metrics/calibration", top / "data/pairdx", top / "embeddings"
    )
