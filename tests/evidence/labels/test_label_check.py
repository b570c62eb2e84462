"""From tables and a file of answers to what is said about the labels."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from closure import ROOT
from small import section

from pairdx.core.schema import AUDIT, LABELS, PREDICTIONS, write_table
from pairdx.evidence.labels.check import check
from pairdx.evidence.labels.params import CheckLabelsParams
from pairdx.readers.labels import ReaderLabel, read_labels

PARAMS = section(CheckLabelsParams, resamples=100)
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
    predicted = [LABELS[(int(id_[1:]) + (id_ <= "t03")) % 6] for id_ in TEST]
    eye = np.eye(6)[[LABELS.index(label) for label in predicted]]
    columns = {
        "id": TEST,
        "article_id": [f"a{int(id_[1:]) // 2}" for id_ in TEST],
        "label": [class_of(id_) for id_ in TEST],
        "predicted": predicted,
        **{f"p_{label}": eye[:, k] for k, label in enumerate(LABELS)},
    }
    write_table(pa.table(columns, PREDICTIONS), tmp_path / "fusion.parquet", PREDICTIONS)
    return tmp_path


def run(tables, answers):
    return check([tables / "fusion.parquet"], tables / "audit.parquet", answers, PARAMS, 1)


def test_without_readers(tables):
    told = run(tables, read_labels(ROOT / "review" / "labels.csv"))
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
    told = run(tables, [*ann, *ben, ReaderLabel("gone", "Ben", "chart")])["readers"]
    assert told["ignored_no_such_pair"] == 1
    assert told["between_readers"]["Ann, Ben"]["agree"] == pytest.approx(35 / 36, abs=1e-6)
    for name, pairs in (("Ann", 36), ("Ben", 35), ("consensus", 35)):
        found = told["with"][name]["agreement"]
        assert found["given_label"]["pairs"] == pairs
        assert found["given_label"]["agree"] == pytest.approx((pairs - 1) / pairs, abs=1e-6)
        assert found["fusion"]["pairs"] == 24
        assert found["fusion"]["agree"] == pytest.approx(21 / 24, abs=1e-6)


def test_the_stage_writes_it_and_a_bad_file_stops_it_in_one_line(tables):
    (tables / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    (tables / "labels.csv").write_text("id;reader;label;note\nt01;Ann;chart;\n")
    command = [sys.executable, str(ROOT / "stages" / "check_labels.py")]
    command += ["--predictions", "fusion.parquet", "--audit", "audit.parquet"]
    command += ["--labels", "labels.csv", "--metrics", "out/check.json"]
    done = subprocess.run(command, cwd=tables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads((tables / "out" / "check.json").read_text())
    assert told["readers"]["with"]["Ann"]["answers"] == 1
    (tables / "labels.csv").write_text("id,reader,label,note\nt01,Ann,x-ray,\n")
    done = subprocess.run(command, cwd=tables, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("error: labels.csv: line 2: label = 'x-ray'; allowed are chart")
    assert done.stderr.count("\n") == 1
