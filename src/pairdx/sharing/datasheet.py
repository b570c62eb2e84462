"""DATASHEET.md and README.md: the data set described for people, from counts."""

import html
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pairdx.core.features import folder_header
from pairdx.core.outputs import write_text
from pairdx.core.schema import LABELS, PAIRS, SPLITS
from pairdx.sharing import statements
from pairdx.sharing.contents import UNKNOWN, Contents

TERMS = {  # what a licence asks, by its name in MultiCaRe
    "CC0": "no conditions",
    "CC BY": "name the authors, say what was changed",
    "CC BY-NC": "the same, and no commercial use",
    "CC BY-NC-SA": "the same, no commercial use, and pass on under the same licence",
    UNKNOWN: "not known: ask before you pass it on",
}
OTHER_TERMS = "read it before you pass it on"
EXAMPLES = {
    "huggingface": (
        "import datasets\n\n"
        'pairs = datasets.load_dataset("path/to/this/folder")  # splits; images and classes'
    ),
    "webdataset": (
        "import webdataset\n\n"
        'shards = "path/to/this/folder/train/0.tar"  # up to train/nshards.txt, less one\n'
        'pairs = webdataset.WebDataset(shards, shardshuffle=False).decode("pil")'
    ),
    "paper": (
        "import datasets\n\n"
        'pairs = datasets.load_dataset("imagefolder", data_dir="path/to/this/folder")["train"]\n'
        'test = pairs.filter(lambda pair: pair["split"] == "test")'
    ),
}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def markdown(name: str, values: Mapping[str, Any]) -> str:
    """Fill a template of this folder; every name in it must have a value."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 -- Markdown, of counts and names of ours
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(values)


def write_datasheet(contents: Contents, folder: Path) -> None:
    """Write DATASHEET.md."""
    write_text(folder / "DATASHEET.md", markdown("datasheet.md", _facts(contents)))


def write_card(contents: Contents, form: str, folder: Path) -> None:
    """Write README.md; of Parquet shards with the header by which `datasets` reads them."""
    said = ", ".join(f"{contents.split['counts'][name]['total']} {name}" for name in SPLITS)
    facts = {**_facts(contents), "by_split": said, "example": EXAMPLES[form]}
    header = _header(contents) if form == "huggingface" else ""
    write_text(folder / "README.md", header + markdown("card.md", facts).lstrip("\n"))


def _header(contents: Contents) -> str:
    sizes = [name for limit, name in SIZES if contents.rows.num_rows < limit]
    return folder_header(
        PAIRS,
        {"label": LABELS},
        {split: f"data/{split}-*.parquet" for split in SPLITS},
        pretty_name="PairDx",
        license="other",
        license_name="a-licence-a-row",
        license_link="ATTRIBUTION.csv",
        language=["en"],
        task_categories=["image-classification", "zero-shot-image-classification"],
        tags=["medical", "croissant", *(["synthetic"] if contents.drawn else [])],
        size_categories=sizes[:1],
    )


def as_text(name: str) -> str:
    """Return a name from the data as Markdown that shows it: no tag, cell or line of its own."""
    return " ".join(html.escape(name, quote=False).replace("|", "&#124;").split())


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    return {as_text(name): count for name, count in counts.items()}


def _facts(contents: Contents) -> dict[str, Any]:
    """All that the templates say."""
    balance, scrub, rows = contents.split["balance"], contents.scrub, contents.rows
    licences, sexes = (_named(contents.counts(column)) for column in ("license", "sex"))
    shared = contents.split["leakage"]["train_test"]
    return {
        "version": version("pairdx"),
        "drawn": contents.drawn,
        "origin": _origin(contents),
        "drawn_warning": statements.DRAWN_WARNING,
        "uses": statements.USES,
        "limits": contents.limits,
        "biases": contents.biases,
        "residual_risk": contents.residual_risk,
        "labelling": contents.labelling,
        "pairs": rows.num_rows,
        "articles": len(set(rows["article_id"].to_pylist())),
        "ages_known": rows.num_rows - rows["age"].null_count,
        "sexes": ", ".join(f"{count} {name}" for name, count in sexes.items()),
        "labels": LABELS,
        "splits": SPLITS,
        "counts": contents.split["counts"],
        "sources": _named(contents.counts("source")),
        "record": contents.record,
        "licences": licences,
        "terms": {name: TERMS.get(name, OTHER_TERMS) for name in licences},
        "named": bool(contents.articles),
        "steps": {step: counts["total"] for step, counts in contents.attrition.items()},
        "screened": scrub["pairs"],
        "rewritten": scrub["images_rewritten"],
        "masked": sum(kind["masked"] for kind in scrub["identifiers"].values()),
        "exact": balance["exact_duplicates"],
        "near": balance["near_duplicates"],
        "conflicting": balance["conflicting_labels"],
        "shared": ", ".join(f"{one['shared']} {what}" for what, one in shared.items()),
    }


def _origin(contents: Contents) -> str:
    if contents.drawn:
        return "drawn in the likeness of figures of case reports"
    return "curated from open-access case reports" if contents.released else "of their owner's"
