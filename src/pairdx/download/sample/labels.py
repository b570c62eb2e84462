"""captions_and_labels.csv with the columns of MultiCaRe 2.x, and its data dictionary."""

import io
from collections.abc import Mapping

from pairdx.core.csv_lines import csv_writer
from pairdx.download.sample.articles import case_id, main_image, reference
from pairdx.download.sample.motifs import MOTIFS
from pairdx.download.sample.plan import Plan, Row

COLUMNS = (
    "file_id",
    "file",
    "main_image",
    "image_component",
    "patient_id",
    "license",
    "file_size",
    "caption",
    "case_substring",
    "image_type",
    "image_subtype",
    "radiology_region",
    "radiology_region_granular",
    "radiology_view",
    "ml_labels_for_supervised_classification",
    "gt_labels_for_semisupervised_classification",
)

_DICTIONARY = {
    "cases.parquet": "article_id case_id case_text age gender",
    "case_images.parquet": "article_id case_id tag caption file image_id text_references",
    "metadata.parquet": "article_id title authors journal journal_detail year doi pmid pmcid "
    "mesh_terms major_mesh_terms keywords link license case_amount",
    "abstracts.parquet": "article_id abstract",
    "captions_and_labels.csv": " ".join(COLUMNS),
}


def file_id(index: int) -> str:
    """Identifier of the CSV's row ``index``, from 0."""
    return f"file_{index + 1:07d}"


def _cells(plan: Plan, index: int, row: Row, size: int) -> list[str | int]:
    article, figure = plan.articles[row.article], plan.figures[row.figure]
    motif = MOTIFS[figure.motif]
    labels = [motif.label, motif.subtype, motif.region, motif.region_granular, motif.view]
    found = list(dict.fromkeys(label for label in labels if label))
    place = article.cases[row.case].figures.index(row.figure) + 1
    case = case_id(article, row.case)
    return [
        file_id(index),
        row.file,
        main_image(case, row),
        figure.parts[row.part].lower(),
        case,
        article.license,
        size,
        figure.caption.parts[row.part],
        repr([reference(place)]),
        *labels,
        repr(found),
        repr(found if figure.wording == "clear" else []),
    ]


def _csv(rows: list[list[str | int]]) -> str:
    text = io.StringIO(newline="")
    csv_writer(text).writerows(rows)
    return text.getvalue()


def captions_and_labels(plan: Plan, sizes: Mapping[str, int]) -> str:
    """The CSV; ``sizes`` are the images' bytes by file, 0 where the file is missing."""
    cells = [_cells(plan, i, row, sizes.get(row.file, 0)) for i, row in enumerate(plan.rows)]
    return _csv([list(COLUMNS), *cells])


def data_dictionary() -> str:
    """data_dictionary.csv: one row a field."""
    rows: list[list[str | int]] = [["file", "field", "explanation"]]
    for file, fields in _DICTIONARY.items():
        rows += [
            [file, name, f"Synthetic sample of MultiCaRe's {name}."] for name in fields.split()
        ]
    return _csv(rows)
