import pyarrow as pa
import pytest

from pairdx.core.errors import PairdxError
from pairdx.readers.decisions import (
    Decision,
    content_of,
    format_decisions,
    match,
    merge,
    read_decisions,
    strictest,
)

HEAD = "id,decision,reader,note\n"
COHORT = pa.table({"id": ["a", "b", "c"], "caption": ["A.", "B.", "C."]})
FACTS = pa.table({"id": ["c", "b", "a"], "pixel_sha256": ["3", "2", "1"]})


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "decisions.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_rows_are_read_in_any_order_and_shape(file):
    wanted = [Decision("a", "Ann", "keep", "fine"), Decision("b", "Ben", "drop", 'a "name"')]
    shapes = [
        HEAD + 'a,keep,Ann,fine\nb,drop,Ben,"a ""name"""\n',
        HEAD + '\nb, Drop , Ben ,"a ""name"""\na,KEEP,Ann,fine\n\nc,,,\n',
        "\ufeffid;caption;decision;reader;note\r\na;x;keep;Ann;fine\r\n"
        'b;"y\nz";drop;Ben;"a ""name"""\r\n',
        "note\treader\tdecision\tid\nfine\tAnn\tkeep\ta\n" + '"a ""name"""\tBen\tdrop\tb\n',
    ]
    for shape in shapes:
        assert read_decisions(file(shape)) == wanted


def test_a_file_without_decisions(file):
    assert read_decisions(file(HEAD)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: column 'id' is missing; needed are id, decision, reader, note"),
        ("id,decision,reader\n", "line 1: column 'note' is missing"),
        (HEAD + "a,keep,Ann,\nb,remove,Ann,\n", "line 3: decision = 'remove'; allowed are keep, m"),
        (HEAD + 'a,keep,Ann,"two\nlines"\nb,?,Ann,\n', r"line 4: decision = '\?'"),
        (HEAD + "a,keep, ,\n", "line 2: reader is empty"),
        (HEAD + ",keep,Ann,\n", "line 2: id is empty"),
        (HEAD + "a,keep,Ann,\na,drop,Ann,\n", "line 3: 'Ann' decides 'drop' on 'a', and 'keep' on"),
        (HEAD + f"a,keep,Ann,{'x' * 200_000}\n", "line 2: not CSV"),
    ],
)
def test_what_is_wrong_is_said_by_line(file, text, said):
    with pytest.raises(PairdxError, match=said) as error:
        read_decisions(file(text))
    assert "\n" not in str(error.value)


def test_other_files_are_refused(file, tmp_path):
    with pytest.raises(PairdxError, match="not UTF-8"):
        read_decisions(file(HEAD + "a,keep,René,\n", "latin-1"))
    with pytest.raises(PairdxError, match="no such file; one without rows is the line"):
        read_decisions(tmp_path / "none.csv")


def test_the_stricter_reader_wins():
    assert strictest("keep", "mask") == strictest("mask", "keep") == "mask"
    assert strictest("mask", "drop", "keep") == "drop"
    decisions = [Decision("a", "Ann", "keep"), Decision("a", "Ben", "mask")]
    assert match(decisions, COHORT, FACTS).words == {"a": "mask"}
    assert match(decisions[::-1], COHORT, FACTS).words == {"a": "mask"}


def test_decisions_on_other_pairs_count_for_nothing(caplog):
    seen = content_of("2", "B.")
    decisions = [
        Decision("b", "Ann", "keep", "", seen),
        Decision("c", "Ann", "keep", "", seen),
        Decision("gone", "Ann", "drop"),
    ]
    matched = match(decisions, COHORT, FACTS)
    assert matched.words == {"b": "keep"}
    assert matched.unknown == ["gone"]
    assert matched.changed == ["c"]
    counts = {"no_such_pair": 1, "content_changed": 1}
    assert matched.metrics() == {"decisions_ignored": counts}
    assert "decisions on 1 pairs count for nothing (no such pair): gone" in caplog.text
    assert match(decisions[::-1], COHORT.take([2, 0, 1]), FACTS) == matched
    assert content_of("2", "B!") != seen != content_of("1", "B.")


def test_a_later_word_replaces_an_earlier_one_of_the_same_reader():
    old = [Decision("a", "Ann", "keep"), Decision("a", "Ben", "keep")]
    merged = merge(old, [Decision("a", "Ann", "drop")])
    assert merged == [Decision("a", "Ann", "drop"), Decision("a", "Ben", "keep")]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("0f", "0f", ["drop"]),
        ("", "0f", ["drop"]),
        ("0f", "", ["drop"]),
        ("0e", "0f", ["drop", "keep"]),  # about another image or caption
    ],
)
def test_it_replaces_what_was_said_of_the_same_content(before, after, words):
    old, new = Decision("a", "Ann", "keep", "", before), Decision("a", "Ann", "drop", "", after)
    assert sorted(one.decision for one in merge([old], [new])) == words


def test_what_is_written_reads_back(file):
    decisions = [
        Decision("=a,b", "Ann", "keep", "+1\n-2", "0f"),
        Decision('"q"', "-Ben", "drop", "'=x"),
    ]
    text = format_decisions(decisions)
    assert text == format_decisions(decisions[::-1])
    assert read_decisions(file(text)) == sorted(decisions)
