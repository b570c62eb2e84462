"""What Hugging Face `datasets` reads beside a table's columns: which is an image, which a class.

In the schema's metadata of a Parquet file it says so for one file; a folder says it in the YAML
header of its README.md. `datasets` takes a class for one there only: in a file it wants the numbers
of classes where our tables have their names.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import yaml

_DTYPES = {"double": "float64", "float": "float32"}  # by Arrow's own names; others are the same


def with_features(schema: pa.Schema) -> pa.Schema:
    """Return ``schema`` with the key ``huggingface`` in its metadata.

    Args:
        schema: of columns of numbers and text, and structs of bytes and path, which are images.
    """
    features = {field.name: _feature(field) for field in schema}
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def _feature(field: pa.Field) -> dict[str, Any]:
    if pa.types.is_struct(field.type):
        return {"_type": "Image"}
    return {"dtype": _dtype(field), "_type": "Value"}


def _dtype(field: pa.Field) -> str:
    return _DTYPES.get(str(field.type), str(field.type))


def folder_header(
    schema: pa.Schema,
    classes: Mapping[str, Sequence[str]],
    files: Mapping[str, str],
    **more: object,
) -> str:
    """Return the YAML header of a folder's README.md.

    Args:
        schema: as of :func:`with_features`.
        classes: the names of the classes in a column, which holds their names.
        files: of each split, relative to the folder; a pattern where there are several.
        more: other keys of a data card, such as ``license``.
    """
    features = [{"name": field.name, "dtype": _said(field, classes)} for field in schema]
    parts = [{"split": split, "path": path} for split, path in files.items()]
    content = more | {
        "configs": [{"config_name": "default", "data_files": parts}],
        "dataset_info": {"config_name": "default", "features": features},
    }
    return f"---\n{yaml.safe_dump(content, sort_keys=False, allow_unicode=True)}---\n"


def _said(field: pa.Field, classes: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401 (YAML)
    if pa.types.is_struct(field.type):
        return "image"
    if field.name in classes:
        names = {str(number): name for number, name in enumerate(classes[field.name])}
        return {"class_label": {"names": names}}
    return _dtype(field)
