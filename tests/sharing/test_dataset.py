"""`pairdx export-dataset`: what others' libraries make of it, with no code of ours."""

import csv
import hashlib
import json
import shutil
from collections import Counter
from typing import get_args

import pytest
from strangers import run_python

from pairdx import cli
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SPLITS
from pairdx.sharing import dataset, shards
from pairdx.sharing.dataset import Form, export_dataset
from pairdx.sharing.datasheet import as_text

FORMS = get_args(Form)


@pytest.fixture
def exported(project, tmp_path, monkeypatch):
    """Export in a form, five pairs a shard; return the folder."""
    monkeypatch.setattr(shards, "SHARD", 5)
    monkeypatch.chdir(project.top)

    def export(form, of=project, name="out"):
        out = tmp_path / name / form
        export_dataset(out, form, of.data, of.raw, of.metrics)
        return out

    return export


def plain(rows):
    """What a stranger can know of a row."""
    return [[row["id"], row["caption"], row["label"], row["license"]] for row in rows]


DATASETS = """
import datasets, json, sys
datasets.disable_progress_bars()
told = {}
for name, split in datasets.load_dataset(sys.argv[1]).items():
    names = split.features["label"].names
    rows = list(split)
    told[name] = {
        "names": names,
        "sizes": [row["image"].size for row in rows],
        "rows": [[r["id"], r["caption"], names[r["label"]], r["license"]] for r in rows],
    }
print(json.dumps(told))
"""


def test_datasets_shows_images_and_classes(exported, project, tmp_path):
    out = exported("huggingface")
    assert len(list((out / "data").glob("train-*-of-00003.parquet"))) == 3
    told = json.loads(run_python(DATASETS, str(out), home=tmp_path / "home"))
    assert list(told) == list(SPLITS)
    for split, found in told.items():
        assert found["names"] == list(LABELS)
        assert found["sizes"] == [[32, 32]] * 12
        assert found["rows"] == plain(project.rows[split])


WEBDATASET = """
import glob, json, sys
import webdataset
told = []
for path in sorted(glob.glob(sys.argv[1] + "/test/*.tar")):
    for row in webdataset.WebDataset(path, shardshuffle=False).decode("pil"):
        image = row["png"]
        told.append([row["cls"], row["txt"], list(image.size), row["json"]["id"], row["__key__"]])
print(json.dumps(told))
"""


def test_webdataset_reads_the_shards(exported, project, tmp_path):
    out = exported("webdataset")
    told = json.loads(run_python(WEBDATASET, str(out), home=tmp_path))
    expected = [
        [LABELS.index(row["label"]), row["caption"], [32, 32], row["id"], f"{number:08d}"]
        for number, row in enumerate(project.rows["test"])
    ]
    assert told == expected
    assert (out / "test" / "nshards.txt").read_text() == "3\n"
    assert (out / "classnames.txt").read_text().split("\n")[3] == "medical photograph"
    assert (out / "zeroshot_classification_templates.txt").read_text() == "a photo of a {c}"
    with (out / "pairs.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["id"]: row for row in csv.DictReader(lines)}
    assert listed["pair_003"]["caption"] == "'" + project.rows["train"][3]["caption"]
    assert listed["pair_030"]["file"] == "test/1.tar/00000006.png"


CROISSANT = """
import json, logging, sys, warnings
# Its own: rdflib's class that it uses is deprecated.
warnings.simplefilter("ignore", DeprecationWarning)
import mlcroissant
data = mlcroissant.Dataset(jsonld=sys.argv[1] + "/croissant.json")
rows = list(data.records("pairs"))
print(json.dumps({
    "version": data.metadata.ctx.conforms_to.value,
    "errors": list(data.metadata.ctx.issues.errors),
    "splits": [row["splits/name"] for row in data.records("splits")],
    "rows": sorted([row[f"pairs/{key}"].decode() for key in ("id", "caption", "label", "license")]
                   for row in rows),
    "sizes": [row["pairs/image"].size for row in rows if "pairs/image" in row],
}))
"""


@pytest.mark.parametrize("form", FORMS)
def test_mlcroissant_reads_the_records(exported, project, tmp_path, form):
    out = exported(form)
    told = json.loads(run_python(CROISSANT, str(out), home=tmp_path))
    assert told["version"] == "http://mlcommons.org/croissant/1.1"
    assert told["errors"] == []
    assert told["splits"] == list(SPLITS)
    rows = [row for split in SPLITS for row in plain(project.rows[split])]
    if form != "huggingface":  # cells that no spreadsheet runs
        rows = [[id_, f"'{text}" if text[0] == "=" else text, *rest] for id_, text, *rest in rows]
    assert told["rows"] == sorted(rows)
    assert told["sizes"] == ([[32, 32]] * 36 if form == "huggingface" else [])


IMAGEFOLDER = """
import datasets, json, sys
datasets.disable_progress_bars()
rows = datasets.load_dataset("imagefolder", data_dir=sys.argv[1])["train"]
print(json.dumps([[row["split"], row["label"], row["image"].size] for row in rows]))
"""


def test_imagefolder_reads_the_authors_layout(exported, tmp_path):
    rows = json.loads(run_python(IMAGEFOLDER, str(exported("paper")), home=tmp_path))
    assert Counter(split for split, _, _ in rows) == dict.fromkeys(SPLITS, 12)
    assert {label for _, label, _ in rows} == set(LABELS)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_bytes_twice_and_sums_of_every_file(exported, form):
    first, again = exported(form), exported(form, name="again")
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    assert all((first / name).read_bytes() == (again / name).read_bytes() for name in files)
    content = json.loads((first / "croissant.json").read_text(encoding="utf-8"))
    named = {one["@id"]: one for one in content["distribution"] if "sha256" in one}
    for name, said in named.items():
        assert hashlib.sha256((first / name).read_bytes()).hexdigest() == said["sha256"]
    left = {path.as_posix() for path in files} - named.keys() - {"croissant.json"}
    small = {"classnames.txt", "zeroshot_classification_templates.txt"}
    small |= {f"{split}/nshards.txt" for split in SPLITS}
    assert all(name in small or name.startswith("images/") for name in left)


def test_drawn_pairs_say_so_everywhere(exported):
    out = exported("huggingface")
    for name in ("README.md", "DATASHEET.md", "croissant.json"):
        text = (out / name).read_text(encoding="utf-8")
        assert "Drawn by a program: it shows no patient" in text
        for of_real_pairs in ("that nobody corrected", "rare or striking", "published by their"):
            assert of_real_pairs not in text
    content = json.loads((out / "croissant.json").read_text(encoding="utf-8"))
    assert content["prov:wasDerivedFrom"]["@id"] == "urn:pairdx:synthetic-sample"


def test_curated_pairs_name_their_release(exported, curated):
    out = exported("paper", curated)
    assert "Drawn" not in (out / "DATASHEET.md").read_text(encoding="utf-8")
    sheet = (out / "DATASHEET.md").read_text(encoding="utf-8")
    for told in (
        "[14994046](https://zenodo.org/records/14994046), version\n2.0",
        "36 pairs of an image and its caption, of 18 articles; 35 with a known age,\n36 female.",
        "| chart | 2 | 2 | 2 |",
        "| all | 12 | 12 | 12 |",
        "| CC BY-NC-SA | 12 | the same, no commercial use, and pass on under the same licence |",
        "| all | 99 |",
        "| screened | 70 |",
        "rewrote 12 images; what it found in captions was masked 13 times. 7 exact and\n6 near",
        "share: 0 articles, 4 captions.",
        "prediction of an image-only network",
    ):
        assert told in sheet, told
    content = json.loads((out / "croissant.json").read_text(encoding="utf-8"))
    assert content["prov:wasDerivedFrom"]["@id"] == "https://zenodo.org/records/14994046"
    fields = {field["name"]: field for field in content["recordSet"][1]["field"]}
    labeller = fields["label"]["prov:wasAttributedTo"]["prov:label"]
    assert labeller == "MultiCaRe's image classifier, an image-only network"


def test_a_name_from_the_data_adds_no_tag_cell_or_line():
    assert as_text("CC\nBY | <b>4</b>") == "CC BY &#124; &lt;b&gt;4&lt;/b&gt;"


def test_pairs_of_ones_own_claim_nothing(exported, curated):
    (curated.raw / "source.json").unlink()
    out = exported("huggingface", curated)
    text = "".join(
        (out / name).read_text(encoding="utf-8") for name in ("README.md", "DATASHEET.md")
    )
    assert "case reports" not in text
    assert "prediction of an image-only" not in text
    assert "who knows how they were chosen: write it here" in text


def test_attribution_names_every_article_as_far_as_it_is_known(exported):
    with (exported("paper") / "ATTRIBUTION.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["article_id"]: row for row in csv.DictReader(lines)}
    assert len(rows) == 18
    assert sum(int(row["pairs"]) for row in rows.values()) == 36
    assert rows["PMC1"]["authors"].endswith("Author 5; et al.")
    assert (rows["PMC1"]["license"], rows["PMC1"]["doi"]) == ("CC BY-NC-SA", "10.5555/1")
    assert rows["PMC2"]["title"] == ""
    assert rows["PMC2"]["link"] == "https://pmc.ncbi.nlm.nih.gov/articles/PMC2/"


def test_a_folder_that_is_there_is_left(project, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with pytest.raises(PairdxError, match=r"out: is there; name a new folder"):
        export_dataset(out, "paper", project.data, project.raw, project.metrics)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_an_export_that_fails_leaves_nothing(project, tmp_path, monkeypatch):
    def fail(*_):
        raise PairdxError("no")

    monkeypatch.setattr(dataset, "write_croissant", fail)
    with pytest.raises(PairdxError, match="no"):
        export_dataset(tmp_path / "o" / "out", "paper", project.data, project.raw, project.metrics)
    assert list((tmp_path / "o").iterdir()) == []


def test_metrics_of_another_run_are_refused(project, tmp_path):
    path = project.metrics / "split.json"
    content = json.loads(path.read_text())
    content["counts"]["test"]["endoscopy"] = 3
    path.write_text(json.dumps(content))
    with pytest.raises(PairdxError, match=r"counts.test.endoscopy = 3, but the table holds 2; run"):
        export_dataset(tmp_path / "out", "paper", project.data, project.raw, project.metrics)


@pytest.mark.parametrize("lost", ["metrics/scrub.json", "data/pairdx/test.parquet"])
def test_what_is_missing_is_named(project, tmp_path, lost):
    (project.top / lost).unlink()
    with pytest.raises(PairdxError, match=lost.replace(".", r"\.")):
        export_dataset(tmp_path / "out", "paper", project.data, project.raw, project.metrics)


def test_the_command(project, monkeypatch, capsys):
    monkeypatch.chdir(project.top)
    shutil.rmtree(project.raw)
    words = ["pairdx", "export-dataset", "exports/data", "--to", "webdataset"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit, match=r"^0$"):
        cli.main()
    assert capsys.readouterr().out == (
        "exports/data: 36 pairs; read exports/data/DATASHEET.md before you share it\n"
    )
