import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, write_table
from pairdx.core.streaming import TableWriter
from pairdx.pairs import store
from pairdx.pairs.store import read_pairs, to_pairs


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
    images = [f"image {name}".encode() for name in names]
    assert list(pairs.images) == images
    assert [pairs.images[row] for row in (599, 0, 256, -1, -600)] == [
        images[row] for row in (599, 0, 256, -1, -600)
    ]
    assert pairs.images[250:520:3] == images[250:520:3]
    assert pairs.images[600:] == []
    with pytest.raises(IndexError):
        pairs.images[600]
    assert pairs.targets.tolist() == [number % 6 for number in range(600)]


def test_chunks_that_no_one_array_could_hold_are_taken():
    """Arrow's offsets end at 2 GiB, of which the images' paths here have more, repeated."""
    rows = [row("a", "chart") | {"image": {"bytes": b"image a", "path": "x" * 2**26}}]
    chunk = pa.Table.from_pylist(rows, PAIRS)
    pairs = to_pairs(pa.concat_tables([chunk] * 33))
    assert pairs.images == [b"image a"] * 33


@pytest.mark.slow  # 5 GB of memory
def test_a_split_with_more_than_two_gigabytes_of_images_is_read(tmp_path):
    path = tmp_path / "train.parquet"
    with TableWriter(path, PAIRS) as writer:
        for number in range(600):
            image = {"bytes": bytes([number % 256]) * 2**22, "path": "x.png"}
            writer.write(row(f"{number:03}", "chart") | {"image": image})
    pairs = read_pairs(path)
    assert [len(image) for image in pairs.images] == [2**22] * 600
    assert pairs.images[-1][-1] == 599 % 256


def test_few_images_are_in_memory(write, monkeypatch):
    monkeypatch.setattr(store, "AT_HAND", 2)
    names = [f"{number:04}" for number in range(1000)]  # four row groups
    pairs = read_pairs(write([row(name, "chart") for name in names]))
    assert pairs.images._at_hand == {}
    for number in (0, 999, 300, 0, 999, 600, 1):
        assert pairs.images[number] == f"image {number:04}".encode()
        assert len(pairs.images._at_hand) <= 2


def test_images_are_those_of_the_file_that_was_opened(write):
    pairs = read_pairs(write([row("a", "chart")]))
    write([row("b", "chart")])
    assert list(pairs.images) == [b"image a"]


def test_damage_that_shows_late_is_told_on_one_line(write):
    path = write([row(f"{number:04}", "chart") for number in range(600)])
    with pq.ParquetFile(path) as file:
        group = file.metadata.row_group(1)
        columns = [group.column(number) for number in range(group.num_columns)]
    [at] = [column.data_page_offset for column in columns if column.path_in_schema == "image.bytes"]
    with path.open("r+b") as damaged:
        damaged.seek(at)
        damaged.write(b"\xff" * 40)
    pairs = read_pairs(path)
    assert pairs.images[0] == b"image 0000"
    with pytest.raises(PairdxError, match=r"train\.parquet: not a readable Parquet table"):
        list(pairs.images)


def test_an_empty_split_is_an_error(write):
    with pytest.raises(PairdxError, match=r"train\.parquet: the split is empty"):
        read_pairs(write([]))


@pytest.mark.parametrize("label", ["pathology", "Chart", ""])
def test_an_unknown_label_is_named(write, label):
    with pytest.raises(PairdxError, match=f"label = '{label}' in row 1 .*; allowed are chart, "):
        read_pairs(write([row("a", "chart"), row("b", label)]))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PairdxError, match="no such file"):
        read_pairs(tmp_path / "train.parquet")
