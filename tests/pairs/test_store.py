import pyarrow as pa
import pytest

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, write_table
from pairdx.pairs.store import read_pairs


def row(name, label):
    values = dict.fromkeys(PAIRS.names, None)
    return values | {
        "id": name,
        "image": {"bytes": f"image {name}".encode(), "path": f"{name}.png"},
        "caption": f"Caption {name}",
        "label": label,
        "article_id": f"article {name}",
        "figure_id": f"figure {name}",
    }


@pytest.fixture
def write(tmp_path):
    def write_rows(rows):
        path = tmp_path / "train.parquet"
        write_table(pa.Table.from_pylist(rows, PAIRS), path, PAIRS)
        return path

    return write_rows


def test_columns_stay_together(write):
    names = [f"{number:04}" for number in range(600)]  # more than one row group
    labels = [LABELS[number % 6] for number in range(600)]
    rows = [row(name, label) for name, label in zip(names, labels, strict=True)]
    pairs = read_pairs(write(rows[::-1]))
    assert len(pairs) == 600
    assert pairs.ids == names
    assert pairs.articles == [f"article {name}" for name in names]
    assert pairs.figures == [f"figure {name}" for name in names]
    assert pairs.captions == [f"Caption {name}" for name in names]
    assert pairs.images == [f"image {name}".encode() for name in names]
    assert pairs.targets.tolist() == [number % 6 for number in range(600)]


def test_an_empty_split_is_an_error(write):
    with pytest.raises(PairdxError, match=r"train\.parquet: the split is empty"):
        read_pairs(write([]))


@pytest.mark.parametrize("label", ["pathology", "Chart", ""])
def test_an_unknown_label_is_named(write, label):
    with pytest.raises(PairdxError, match=f"label '{label}'; allowed are chart, "):
        read_pairs(write([row("a", "chart"), row("b", label)]))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PairdxError, match="no such file"):
        read_pairs(tmp_path / "train.parquet")
