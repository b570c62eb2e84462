"""Who and what belongs to PairDx: adults, modalities, licences, six classes (paper, section 3).

The steps are taken in a fixed order and each one's loss is counted by class. MultiCaRe's
``image_type`` is the label. Of the paper's eleven modalities seven are image types; the other
four are sub-types of them, so that the full list keeps every image.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT, LABELS
from pairdx.curate.filter.params import FilterParams
from pairdx.sources.archives import Archives

SUBTYPES = {
    "dermatology": ("skin_photograph",),
    "nuclear_medicine": ("nuclear_medicine", "pet", "scintigraphy", "spect"),
    "surgical_images": ("other_medical_photograph",),
    "ultrasound": ("ultrasound",),
}
REMEDIES = {
    "all": "the source holds no such pair: choose another download.source, or add pairs",
    "image_present": "its images are not in the archives: get the raw data again",
    "age_known": "set filter.unknown_age to keep",
    "adult": "lower filter.min_age",
    "modality": "add it to filter.modalities",
    "license": "widen filter.licenses",
}

Attrition = dict[str, dict[str, int]]


def images_present(raw: Path, archives: Iterable[str]) -> pa.ChunkedArray:
    """Return ``archive/member`` of every entry of the ``archives``."""
    with Archives(raw) as opened:
        return pa.chunked_array(
            [
                pa.array([f"{name}/{member}" for member in opened.members(name)], pa.string())
                for name in archives
            ],
            pa.string(),
        )


def select_cohort(
    chunks: Iterable[pa.Table], present: pa.ChunkedArray, params: FilterParams
) -> tuple[pa.Table, Attrition]:
    """Take the steps one after the other, with each chunk of the rows.

    Args:
        chunks: columns of ``COHORT``, any label.
        present: ``archive/member`` of the images that exist.
        params: section ``filter``.

    Returns:
        The rows left, and for every step how many were left in all and by label.

    Raises:
        PairdxError: one of the six classes has no pair left.
    """
    present = present.combine_chunks()
    left = [COHORT.empty_table()]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for rows in chunks:
        kept = _everything(rows)
        counts["all"] += _count(rows, kept)
        for step, keeps in _steps(rows, present, params).items():
            kept = pc.and_(kept, keeps)
            counts[step] += _count(rows, kept)
        left.append(rows.filter(kept))
    attrition = _attrition(counts)
    _refuse_empty_classes(attrition)
    return pa.concat_tables(left), attrition


def _steps(
    rows: pa.Table, present: pa.Array, params: FilterParams
) -> Mapping[str, pa.ChunkedArray]:
    """Return for every step which rows it keeps, in the order in which they are taken."""
    everything = _everything(rows)
    image = pc.binary_join_element_wise(rows["archive"], rows["member"], "/")
    unknown = pc.is_null(rows["age"], nan_is_null=True)
    adult = pc.fill_null(pc.greater_equal(rows["age"], params.min_age), False)
    subtypes = [name for chosen in params.modalities for name in SUBTYPES.get(chosen, ())]
    return {
        "image_present": pc.is_in(image, value_set=present),
        "age_known": everything if params.unknown_age == "keep" else pc.invert(unknown),
        "adult": pc.or_(unknown, adult),
        "modality": pc.or_(
            _among(rows["label"], params.modalities), _among(rows["subtype"], subtypes)
        ),
        "license": everything
        if params.licenses == "all"
        else _among(rows["license"], params.licenses),
        "six_classes": _among(rows["label"], LABELS),
    }


def _everything(rows: pa.Table) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(True, len(rows))])


def _among(column: pa.ChunkedArray, values: tuple[str, ...] | list[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(values, pa.string()))


def _count(rows: pa.Table, kept: pa.ChunkedArray) -> Counter[str]:
    counts = pc.value_counts(rows["label"].filter(kept))
    return Counter({row["values"]: row["counts"] for row in counts.to_pylist()})


def _attrition(counts: Mapping[str, Counter[str]]) -> Attrition:
    """Order the counts: the six classes first, then what other labels the source has."""
    labels = [*LABELS, *sorted(set(counts["all"]) - set(LABELS))]
    return {
        step: {"total": left.total(), **{label: left[label] for label in labels}}
        for step, left in counts.items()
    }


def _refuse_empty_classes(attrition: Attrition) -> None:
    for label in LABELS:
        for step, counts in attrition.items():
            if counts[label] == 0:
                raise PairdxError(
                    f"class {label!r} has no pair left after step {step!r}; {REMEDIES[step]}"
                )


def attrition_csv(attrition: Attrition) -> str:
    """Return ``step,label,images`` rows, which a chart can be drawn from."""
    rows = [
        f"{step},{label},{images}"
        for step, counts in attrition.items()
        for label, images in counts.items()
        if label != "total"
    ]
    return "\n".join(["step,label,images", *rows]) + "\n"
