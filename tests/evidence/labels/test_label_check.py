"""From tables and a file of answers to what is said about the labels."""

import json

import numpy as np
import pyarrow as pa
import pytest
from predictions import predictions, write_predictions
from scripts import run
from small import section, write_params

from pairdx.core.schema import AUDIT, LABELS, write_table
from pairdx.evidence.labels.check import check
from pairdx.readers.labels import ReaderLabel
from pairdx.statistics.intervals.params import IntervalParams

PARAMS = section(IntervalParams, resamples=100)
TEST = [f"t{row:02}" for row in range(24)]
LEARNED = [f"l{row:02}" for row in range(12)]


def class_of(id_):
    return LABELS[int(id_[1:]) % 6]


@pytest.fixture
def tables(tmp_path):
    """Right but for t00 to t03; t00 and t01 are suspects."""
    rows = [
        {
            "id": id_,
            "article_id": f"a{int(id_[1:]) // 2}",
            "split": "test" if id_ in TEST else "train",
            "label": class_of(id_),
            "suggested": class_of(id_),
            "quality": 0.5,
            "suspect": id_ in ("t00", "t01", "l05"),
            **dict.fromkeys([f"p_{label}" for label in LABELS], 1 / 6),
        }
        for id_ in [*LEARNED, *TEST]
    ]
    write_table(pa.Table.from_pylist(rows, AUDIT), tmp_path / "audit.parquet", AUDIT)
    classes = np.array([int(id_[1:]) % 6 for id_ in TEST])
    said = (classes + [id_ <= "t03" for id_ in TEST]) % 6
    articles = [f"a{int(id_[1:]) // 2}" for id_ in TEST]
    model = predictions(classes, said)
    write_predictions(tmp_path / "predictions" / "fusion.parquet", model, TEST, articles)
    return tmp_path


def told_of(tables, answers):
    fusion = tables / "predictions" / "fusion.parquet"
    return check([fusion], tables / "audit.parquet", answers, PARAMS, 1)


def test_without_readers(tables):
    told = told_of(tables, [])
    assert (told["suspects"]["pairs"], told["suspects"]["suspects"]) == (24, 2)
    fusion = told["suspects"]["models"]["fusion"]
    assert fusion["accuracy"] == pytest.approx(20 / 24, abs=1e-6)
    assert fusion["accuracy_without_suspects"] == pytest.approx(20 / 22, abs=1e-6)
    assert told["readers"] == {"ignored_no_such_pair": 0, "between_readers": {}, "with": {}}


def test_two_readers(tables):
    # Ann says the given label, but of t00 what the model says; Ben is with her, but for l00.
    ann = [ReaderLabel(id_, "Ann", class_of(id_)) for id_ in [*LEARNED, *TEST[1:]]]
    ann.append(ReaderLabel("t00", "Ann", LABELS[1]))
    ben = [ReaderLabel(one.id, "Ben", one.label) for one in ann if one.id != "l00"]
    ben.append(ReaderLabel("l00", "Ben", "unclear"))
    told = told_of(tables, [*ann, *ben, ReaderLabel("gone", "Ben", "chart")])["readers"]
    assert told["ignored_no_such_pair"] == 1
    assert told["between_readers"]["Ann, Ben"]["agree"] == pytest.approx(35 / 36, abs=1e-6)
    for name, pairs in (("Ann", 36), ("Ben", 35), ("consensus", 35)):
        found = told["with"][name]["agreement"]
        assert found["given_label"]["pairs"] == pairs
        assert found["given_label"]["agree"] == pytest.approx((pairs - 1) / pairs, abs=1e-6)
        assert found["fusion"]["pairs"] == 24
        assert found["fusion"]["agree"] == pytest.approx(21 / 24, abs=1e-6)


def test_the_stage_writes_it_and_a_bad_file_stops_it_in_one_line(tables):
    write_params(tables, compared=["fusion"])
    (tables / "labels.csv").write_text("id;reader;label;note\nt01;Ann;chart;\n")
    words = "--predictions predictions --audit audit.parquet --labels labels.csv "
    words += "--metrics out/check.json"
    done = run(tables, "check_labels", words)
    assert done.returncode == 0, done.stderr
    told = json.loads((tables / "out" / "check.json").read_text())
    assert told["readers"]["with"]["Ann"]["answers"] == 1
    (tables / "labels.csv").write_text("id,reader,label,note\nt01,Ann,x-ray,\n")
    done = run(tables, "check_labels", words)
    assert done.returncode == 1
    assert done.stderr.startswith("error: labels.csv: line 2: label = 'x-ray'; allowed are chart")
    assert done.stderr.count("\n") == 1
