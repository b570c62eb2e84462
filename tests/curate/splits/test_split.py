import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small import drawn
from strangers import run_python

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, SCRUBBED, SPLITS, read_table, write_table
from pairdx.curate.splits.split import (
    SplitParams,
    count_splits,
    keep_published,
    measure,
    split,
    told,
    write_splits,
)

SHARES = {"validation": 0.15, "test": 0.15}


def params(group_by="article", **shares):
    return SplitParams(group_by=group_by, **SHARES | shares)


def pairs(counts, a_group=1):
    """`counts` pairs a class, every `a_group` of them of one article."""
    rows = [
        {
            "id": f"{label}{number:03d}",
            "label": label,
            "article_id": f"{label}{number // a_group}",
            "case_id": f"{label}{number // a_group}_01",
        }
        for label, count in zip(LABELS, counts, strict=True)
        for number in range(count)
    ]
    return pa.Table.from_pylist(rows)


def assert_in_share(counts, low=0.1, high=0.2):
    for name in ("validation", "test"):
        for label in LABELS:
            whole = sum(counts[part][label] for part in SPLITS)
            assert low <= counts[name][label] / whole <= high, (name, label)


def test_equal_classes_are_split_exactly():
    counts = count_splits(split(pairs([20] * 6), params("none"), 1))
    assert counts["train"] == {"total": 84, **dict.fromkeys(LABELS, 14)}
    assert counts["validation"] == counts["test"] == {"total": 18, **dict.fromkeys(LABELS, 3)}


@pytest.mark.parametrize("seed", range(5))
def test_small_uneven_classes_keep_their_shares(seed):
    # As in a collection of real pairs: one class of 46 pairs from 26 articles.
    rng = np.random.default_rng(seed)
    table = pairs([120, 130, 160, 46, 47, 160])
    groups = [
        f"{label}{rng.integers(26) if label == 'medical_photograph' else number // 3}"
        for number, label in enumerate(table["label"].to_pylist())
    ]
    table = table.set_column(2, "article_id", [groups])
    result = split(table, params(), seed)
    assert_in_share(count_splits(result))
    articles = [
        {row["article_id"] for row in result.to_pylist() if row["split"] == name} for name in SPLITS
    ]
    assert not articles[0] & articles[1] | articles[0] & articles[2] | articles[1] & articles[2]


def test_other_shares():
    counts = count_splits(split(pairs([40] * 6), params(validation=0.05, test=0.25), 1))
    assert [counts[name]["total"] for name in SPLITS] == [168, 12, 60]


def test_an_article_of_many_pairs_shrinks_the_others_and_that_is_told(caplog):
    table = pairs([100] * 6)
    articles = [
        "large" if number % 100 < 40 else article
        for number, article in enumerate(table["article_id"].to_pylist())
    ]
    table = table.set_column(2, "article_id", [articles])
    result = split(table, params(), 1)
    (warning,) = [record.getMessage() for record in caplog.records]
    test = count_splits(result)["test"]
    assert test["total"] < 0.13 * 600
    assert f"test {test['total'] / 600:.3f} of the pairs (aim 0.15)" in warning
    assert "chart" not in warning  # what is true of all is said once
    assert "articles of many pairs stay whole" in warning
    measured = measure(result)
    assert measured["counts"] == count_splits(result)
    assert measured["shares"]["test"]["total"] == round(test["total"] / 600, 4)
    assert f"test {test['total'] / 600:.1%}" in told(measured)


def test_a_class_that_misses_its_share_is_named(caplog):
    table = pairs([100] * 6)
    articles = [
        "chart" if row["label"] == "chart" and row["id"] < "chart080" else row["article_id"]
        for row in table.to_pylist()
    ]
    counts = count_splits(split(table.set_column(2, "article_id", [articles]), params(), 1))
    (warning,) = [record.getMessage() for record in caplog.records]
    assert f"test {counts['test']['chart'] / 100:.3f} of chart (aim 0.15)" in warning
    assert counts["test"]["chart"] < 13


def test_shares_that_are_met_or_missed_by_one_pair_are_no_warning(caplog):
    for counts in ([100] * 6, [46, 47, 20, 21, 100, 33]):
        split(pairs(counts), params(), 1)
    assert not caplog.records


def test_same_seed_same_split():
    table = pairs([30] * 6, a_group=2)
    first = split(table, params(), 7)
    assert split(table.take(np.arange(len(table))[::-1]), params(), 7).equals(first)
    assert not split(table, params(), 8).equals(first)


def test_a_class_of_three_articles_is_in_every_split():
    counts = count_splits(split(pairs([40, 40, 40, 3, 40, 40]), params(), 1))
    assert [counts[name]["medical_photograph"] for name in SPLITS] == [1, 1, 1]


def test_a_class_with_fewer_articles_than_splits_is_named():
    table = pairs([40, 40, 40, 40, 40, 40], a_group=20)
    with pytest.raises(PairdxError, match=r"'chart' has pairs of 2 articles.*split\.group_by"):
        split(table, params(), 1)
    with pytest.raises(PairdxError, match="'chart' has pairs of 2 cases"):
        split(table, params("case"), 1)
    assert len(split(table, params("none"), 1)) == 240


def test_a_class_that_the_folds_do_not_part_is_named(monkeypatch):
    table = pairs([40] * 6)
    monkeypatch.setattr("pairdx.curate.splits.split.deal", lambda *_: np.zeros(240, np.int64))
    with pytest.raises(PairdxError, match="class 'chart' has no pair in"):
        split(table, params(), 1)


def test_too_few_pairs_for_the_folds():
    with pytest.raises(PairdxError, match="no class has 20 pairs"):
        split(pairs([5] * 6), params(), 1)


def test_a_published_split_is_kept_whatever_it_shares():
    table = pairs([6] * 6, a_group=6)
    published = {
        id_: SPLITS[number % 3] for number, id_ in enumerate(sorted(table["id"].to_pylist()))
    }
    result = keep_published(table.take(np.arange(len(table))[::-1]), published | {"more": "test"})
    assert (
        dict(zip(result["id"].to_pylist(), result["split"].to_pylist(), strict=True)) == published
    )
    assert count_splits(result)["test"] == {"total": 12, **dict.fromkeys(LABELS, 2)}


def test_a_pair_or_a_class_that_the_published_split_lacks():
    table = pairs([3] * 6)
    published = dict.fromkeys(table["id"].to_pylist(), "train")
    with pytest.raises(PairdxError, match="'chart' has no pair in validation: the published split"):
        keep_published(table, published)
    del published["endoscopy002"]
    with pytest.raises(PairdxError, match="pair 'endoscopy002' has no published split"):
        keep_published(table, published)


def test_tables_hold_their_rows_and_images(tmp_path):
    rows = [
        {
            "id": id_,
            "image": {"bytes": id_.encode(), "path": f"{id_}.png"},
            "width": 1,
            "height": 1,
            "caption": "",
            "label": "chart",
            "article_id": id_,
        }
        for id_ in "abcd"
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCRUBBED), tmp_path / "scrubbed.parquet")
    chosen = pa.table({"id": ["d", "b", "a"], "split": ["train", "test", "train"]})
    write_splits(tmp_path / "scrubbed.parquet", chosen, tmp_path)
    train, validation, test = (read_table(tmp_path / f"{name}.parquet", PAIRS) for name in SPLITS)
    assert train["id"].to_pylist() == ["a", "d"]
    assert train["split"].to_pylist() == ["train", "train"]
    assert test["image"].to_pylist() == [{"bytes": b"b", "path": "b.png"}]
    assert len(validation) == 0


def test_a_corrupt_table_is_named(tmp_path):
    (tmp_path / "scrubbed.parquet").write_bytes(b"PAR1 and then nothing")
    chosen = pa.table({"id": ["a"], "split": ["train"]})
    with pytest.raises(PairdxError, match=r"scrubbed\.parquet: not a readable Parquet"):
        write_splits(tmp_path / "scrubbed.parquet", chosen, tmp_path)


HUB = """
import datasets, json, sys
datasets.disable_progress_bars()
out = {}
for streaming in (False, True):
    split = datasets.load_dataset(sys.argv[1], split="test", streaming=streaming)
    row = list(split)[0]  # to its end: one that is left early may end in an abort
    label = split.features["label"]
    out[str(streaming)] = [row["image"].size, label.names, label.int2str(row["label"]), row["id"]]
file = datasets.load_dataset("parquet", data_files=sys.argv[1] + "/test.parquet", split="train")
out["file"] = [file[0]["image"].size, file[0]["label"]]
print(json.dumps(out))
"""


def write_drawn_splits(folder):
    """Two pairs a split, through the writer of the stage."""
    drawn_pairs = drawn(6)
    rows = [
        {
            "id": id_,
            "article_id": id_,
            "image": {"bytes": image, "path": "a.png"},
            "width": 32,
            "height": 32,
            "pixel_sha256": "0" * 64,
            "caption": "",
            "label": label,
        }
        for id_, image, label in zip(
            drawn_pairs.ids, drawn_pairs.images, drawn_pairs.labels, strict=True
        )
    ]
    write_table(pa.Table.from_pylist(rows, SCRUBBED), folder / "scrubbed.parquet", SCRUBBED)
    chosen = pa.table({"id": drawn_pairs.ids, "split": [*SPLITS, *SPLITS]})
    out = folder / "pairdx"
    out.mkdir()
    write_splits(folder / "scrubbed.parquet", chosen, out)
    return out


def test_datasets_shows_the_stage_s_own_tables_as_images_and_classes(tmp_path):
    out = write_drawn_splits(tmp_path)
    told = json.loads(run_python(HUB, str(out), home=tmp_path / "home"))
    expected = [[32, 32], list(LABELS), "endoscopy", "pair_002"]
    assert told == {"False": expected, "True": expected, "file": [[32, 32], "endoscopy"]}


def test_tables_without_what_datasets_reads_are_read_as_before(tmp_path):
    path = write_drawn_splits(tmp_path) / "test.parquet"
    before = read_table(path, PAIRS)
    assert b"huggingface" in pq.read_schema(path).metadata
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    assert read_table(path, PAIRS).equals(before)
