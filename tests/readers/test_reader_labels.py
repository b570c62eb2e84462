import logging

import pytest
from closure import ROOT

from pairdx.core.errors import PairdxError
from pairdx.readers.labels import ReaderLabel, by_reader, format_labels, merge, read_labels

HEAD = "id,reader,label,note\n"


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "labels.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_rows_are_read_in_any_order_and_shape(file):
    wanted = [ReaderLabel("a", "Ann", "chart", "x"), ReaderLabel("b", "Ben", "unclear")]
    for shape in (
        HEAD + "b,Ben,unclear,\na,Ann,chart,x\nc,Ann,,\n",
        "\ufeffid;caption;label;reader;note\r\na;x;Chart;Ann;x\r\nb;y; UNCLEAR ;Ben;\r\n",
        "label\treader\tid\tnote\nchart\tAnn\ta\tx\nunclear\tBen\tb\t\n",
        HEAD + "a,Ann,chart,x\na,Ann,chart,again\nb,Ben,unclear,\n",
    ):
        assert read_labels(file(shape)) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: column 'id' is missing; needed are id, reader, label"),
        ("id,label\na,chart\n", "line 1: column 'reader' is missing"),
        (HEAD + "a,Ann,xray,\n", "line 2: label = 'xray'; allowed are chart, .*, unclear, or"),
        (
            "id,reader,label,note\na;Ann;chart;\n",
            "line 2: fewer cells than line 1, which parts them by ','",
        ),
        (HEAD + "a, ,chart,\n", "line 2: reader is empty"),
        (HEAD + ",Ann,chart,\n", "line 2: id is empty"),
        (HEAD + "a,Ann,chart,\na,Ann,unclear,\n", "line 3: 'Ann' says 'unclear' of 'a', and 'cha"),
        (HEAD + f"a,Ann,chart,{'x' * 200_000}\n", "line 2: not CSV"),
    ],
)
def test_what_is_wrong_is_said_by_line(file, text, said):
    with pytest.raises(PairdxError, match=said) as error:
        read_labels(file(text))
    assert "\n" not in str(error.value)


def test_a_later_answer_replaces_an_earlier_one_and_all_comes_back(file):
    old = [ReaderLabel("a", "Ann", "chart"), ReaderLabel("a", "Ben", "chart")]
    new = [ReaderLabel("a", "Ann", "unclear", '=1 "x"\n'), ReaderLabel("b", "Ann", "radiology")]
    merged = merge(old, new)
    assert merged == sorted([old[1], *new])
    assert read_labels(file(format_labels(merged[::-1]))) == merged


def test_answers_about_no_pair_are_told_and_do_not_count(caplog):
    answers = [ReaderLabel("a", "Ann", "chart"), ReaderLabel("gone", "Ann", "chart")]
    with caplog.at_level(logging.WARNING):
        readers, unknown = by_reader(answers, {"a", "b"})
    assert readers == {"Ann": {"a": "chart"}}
    assert unknown == ["gone"]
    assert "labels of 1 pairs count for nothing (no such pair): gone" in caplog.text


def test_the_committed_file_can_be_read():
    read_labels(ROOT / "review" / "labels.csv")
