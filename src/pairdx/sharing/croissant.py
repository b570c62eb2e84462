"""croissant.json: the data set as Croissant 1.1 says it (https://mlcommons.org/croissant/1.1).

It names each file with its sha256, what a record is and where its fields come from, how the data
came about (W3C PROV-O), and what to beware of (RAI). Images are a field where
they are in the table: the reference reader, `mlcroissant`, opens a WebP out of Parquet, but not out
of a folder.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pairdx.core.outputs import write_json
from pairdx.core.schema import LABELS, SPLITS
from pairdx.sharing import statements
from pairdx.sharing.contents import DRAWN, Contents

FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
CONTEXT = {  # of the specification, and the vocabulary of provenance
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
STEPS = (  # of the pipeline, in order
    "Filter: images that are there, of adults, of the wanted kinds and licences",
    "Screening: identifiers in captions, words and faces in images; masked, cropped or dropped",
    "Choice: duplicates out, classes evened out, splits dealt by article",
)
LABELLER = "MultiCaRe's image classifier, an image-only network"
TEXTS = {
    "id": "Name of the pair.",
    "caption": "Caption of the image, identifiers masked.",
    "label": "Class of the image, as the source says it.",
    "split": "train, validation or test.",
    "article_id": "Article that the pair is from; ATTRIBUTION.csv tells whom to name.",
    "license": "Licence of the article.",
}


@dataclass(frozen=True)
class Form:
    """One of the forms, as Croissant sees it."""

    records: str  # pattern of the tables of pairs
    kind: str  # their media type
    other: tuple[tuple[str, str], ...] = ()  # patterns of other files, and their types
    image: bool = False  # whether a record has the image itself


FORMS = {
    "huggingface": Form("data/*.parquet", "application/x-parquet", image=True),
    "webdataset": Form("pairs.csv", "text/csv", (("*/*.tar", "application/x-tar"),)),
    "paper": Form("metadata.csv", "text/csv", (("image_metadata.csv", "text/csv"),)),
}


def write_croissant(contents: Contents, form: str, folder: Path) -> None:
    """Describe what lies in ``folder``, which is of one of the ``FORMS``."""
    files, source = _distribution(FORMS[form], folder)
    write_json(
        folder / FILE,
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "name": "PairDx",
            "description": _description(contents),
            "conformsTo": CONFORMS_TO,
            "version": version("pairdx"),
            "license": list(contents.counts("license")),
            "keywords": ["medical images", "captions", "case reports", *LABELS],
            "isLiveDataset": False,
            **_provenance(contents),
            **_responsible(contents),
            "distribution": files,
            "recordSet": [_splits(), _pairs(FORMS[form], source, contents)],
        },
    )


def _description(contents: Contents) -> str:
    what = f"{contents.rows.num_rows} medical images with their captions, in six classes."
    return f"{what} {statements.DRAWN_WARNING}" if contents.drawn else what


def _distribution(form: Form, folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Name the files, but for single images; return them, and the source of the records."""
    named = [(form.records, form.kind), *form.other, ("*.md", "text/markdown")]
    named += [("ATTRIBUTION.csv", "text/csv")]
    found = [(path, kind) for name, kind in named for path in sorted(folder.glob(name))]
    files = [_file(path, folder, kind) for path, kind in found]
    if form.kind == "text/csv":
        return files, {"fileObject": {"@id": form.records}}
    tables = {
        "@type": "cr:FileSet",
        "@id": "tables",
        "name": "tables",
        "includes": form.records,
        "encodingFormat": form.kind,
    }
    return [*files, tables], {"fileSet": {"@id": "tables"}}


def _file(path: Path, folder: Path, kind: str) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": kind,
        "sha256": digest,
    }


def _splits() -> dict[str, Any]:
    urls = dict(
        zip(SPLITS, ("cr:TrainingSplit", "cr:ValidationSplit", "cr:TestSplit"), strict=True)
    )
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": "splits/url", "name": "url", "dataType": "sc:URL"},
        ],
        "data": [{"splits/name": name, "splits/url": url} for name, url in urls.items()],
    }


def _pairs(form: Form, source: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    fields = [_text(name, said, source) for name, said in TEXTS.items()]
    for field in fields:
        if field["name"] == "label":
            field["dataType"] = ["sc:Text", "cr:Label"]
            field |= _labelled_by(contents)
    if form.image:
        extract = {"extract": {"column": "image"}, "transform": {"jsonPath": "bytes"}}
        fields.append(_field("image", "The image.", "sc:ImageObject", {**source, **extract}))
    return {
        "@type": "cr:RecordSet",
        "@id": "pairs",
        "name": "pairs",
        "description": "One record an image with its caption.",
        "key": {"@id": "pairs/id"},
        "field": fields,
    }


def _text(name: str, said: str, source: Mapping[str, Any]) -> dict[str, Any]:
    extract = {"extract": {"column": name}}
    return _field(name, said, "sc:Text", {**source, **extract})


def _field(name: str, said: str, kind: str, source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"pairs/{name}",
        "name": name,
        "description": said,
        "dataType": kind,
        "source": dict(source),
    }


def _labelled_by(contents: Contents) -> dict[str, Any]:
    """Who gave the labels, where it is known."""
    if contents.record is None or contents.drawn:
        return {}
    return {"prov:wasAttributedTo": {"@type": "prov:SoftwareAgent", "prov:label": LABELLER}}


def _provenance(contents: Contents) -> dict[str, Any]:
    software = {"@type": "prov:SoftwareAgent", "prov:label": f"pairdx {version('pairdx')}"}
    steps = [{"@type": "prov:Activity", "prov:label": step} for step in STEPS]
    return {
        "prov:wasDerivedFrom": _origin(contents),
        "prov:wasGeneratedBy": steps,
        "prov:wasAttributedTo": software,
    }


def _origin(contents: Contents) -> dict[str, Any]:
    if record := contents.record:
        name, number, release = (record[key] for key in ("name", "record", "version"))
        told = f"{name}, Zenodo record {number}, version {release or 'unsaid'}"
        where = f"https://zenodo.org/records/{number}"
    elif contents.drawn:
        told, where = f"PairDx's {DRAWN}, drawn by a program", "urn:pairdx:synthetic-sample"
    else:
        told, where = f"A folder of pairs: {', '.join(contents.sources)}", "urn:pairdx:folder"
    return {"@id": where, "@type": "prov:Entity", "prov:label": told}


def _responsible(contents: Contents) -> dict[str, Any]:
    drawn = [statements.DRAWN_WARNING] if contents.drawn else []
    told: dict[str, Sequence[str]] = {
        "rai:dataUseCases": statements.USES,
        "rai:dataBiases": contents.biases,
        "rai:dataLimitations": [*drawn, *contents.limits],
        "rai:dataPreprocessingProtocol": STEPS,
        "rai:personalSensitiveInformation": contents.residual_risk,
    }
    return {key: list(lines) for key, lines in told.items()}
