"""What a user is told is one line, whoever wrote the names in it."""

import pickle

import pytest

from pairdx.core.errors import PairdxError
from pairdx.sources.import_folder import check_folder

HEADER = 'id,image,caption,"la\nbel\x1b[2J","‮age"\n'


def test_line_ends_and_escapes_are_written_out():
    error = PairdxError("a\nb\x1b[31m\x0cc\u2028d\u202ee: é …")
    assert str(error) == r"a\nb\x1b[31m\x0cc\u2028d\u202ee: é …"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_names_of_columns_cannot_break_the_line_or_move_the_cursor(tmp_path, caplog):
    (tmp_path / "pairs.csv").write_text(HEADER, encoding="utf-8")
    with pytest.raises(PairdxError) as error:
        check_folder(tmp_path, drop_bad_rows=True)
    assert str(error.value).endswith(r"there are id, image, caption, la\nbel\x1b[2J, \u202eage")
    (tmp_path / "pairs.csv").write_text(HEADER[:-1] + ",label\n", encoding="utf-8")
    with pytest.raises(PairdxError, match="none of its 0 rows"):
        check_folder(tmp_path, drop_bad_rows=True)
    assert caplog.messages[0].endswith(r"not used: la\nbel\x1b[2J, \u202eage")
