"""The ground truth of a sample: what was planted where. No stage decides anything from it."""

from collections.abc import Mapping

import pyarrow as pa

from pairdx.download.sample.labels import file_id
from pairdx.download.sample.motifs import MOTIFS
from pairdx.download.sample.pictures import Picture
from pairdx.download.sample.plan import Plan, Row

_PLANTED = pa.struct(
    [("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string()), ("text", pa.string())]
)
TRUTH = pa.schema(
    [
        ("file_id", pa.string()),
        ("file", pa.string()),  # repeated where a figure is attached to two cases
        ("label", pa.string()),
        ("motif", pa.string()),
        ("looks_like", pa.list_(pa.string())),  # the classes that the image alone may be of
        ("reads_like", pa.list_(pa.string())),  # the caption alone; empty: any class
        ("decided_by", pa.string()),  # image | caption | both | either | nothing
        ("defect", pa.string()),  # null | missing | blank | burned_in
        ("duplicate_of", pa.string()),  # file
        ("duplicate_kind", pa.string()),  # exact | near | second_case
        ("identifiers", pa.list_(_PLANTED)),  # in the caption
        ("burned_in", pa.bool_()),
        ("burned_in_text", pa.string()),
        ("burned_in_kind", pa.string()),  # date | name | record_number
        ("burned_in_box", pa.list_(pa.int32())),  # x0, y0, x1, y1 in pixels
    ]
)


def _record(plan: Plan, index: int, row: Row, picture: Picture | None) -> dict[str, object]:
    figure = plan.figures[row.figure]
    label = MOTIFS[figure.motif].label
    words = {"clear": [label], "generic": []}
    wording = figure.wording
    planted = figure.identifiers[row.part : row.part + 1]
    return {
        "file_id": file_id(index),
        "file": row.file,
        "label": label,
        "motif": figure.motif,
        "looks_like": list(figure.looks_like or (label,)),
        "reads_like": list(wording) if isinstance(wording, tuple) else words[wording],
        "decided_by": figure.decided_by,
        "defect": row.defect,
        "duplicate_of": row.copy_of,
        "duplicate_kind": row.copy_kind,
        "identifiers": [identifier._asdict() for identifier in planted],
        "burned_in": row.defect == "burned_in",
        "burned_in_text": picture.burned_in if picture else None,
        "burned_in_kind": picture.kind if picture else None,
        "burned_in_box": picture.box if picture else None,
    }


def truth_table(plan: Plan, burned: Mapping[str, Picture]) -> pa.Table:
    """One row for each row of the CSV; ``burned`` are the pictures with burned-in text."""
    records = [_record(plan, i, row, burned.get(row.file)) for i, row in enumerate(plan.rows)]
    return pa.Table.from_pylist(records, TRUTH)
