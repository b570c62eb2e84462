"""CSV that a spreadsheet shows, does not run, and may have saved in its own way.

Excel and LibreOffice take a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, also
behind a tab or a line break, and such a formula can send the rest of the sheet elsewhere. A caption
is anybody's text, so these cells get an apostrophe, which is taken off when they are read back.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pairdx.core.csv_lines import csv_writer
from pairdx.core.errors import PairdxError
from pairdx.core.inputs import regular

DELIMITERS = (",", ";", "\t")  # spreadsheets of half of Europe write semicolons
LONGEST = 30_000  # characters; a cell of Excel or LibreOffice holds 32,767

# Fullwidth forms too: they are formulas in East Asian editions. An apostrophe that is already
# there is kept apart from ours, so that every text reads back as it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
# Seen in a cell they do harm: NUL ends it, escapes colour a terminal, overrides reverse the line.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def protect(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unprotect(cell: str) -> str:
    """Return the text that ``protect`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def visible(text: str) -> str:
    """Show control characters as pictures of the same length, so that spans still fit."""
    return _CONTROL.sub(lambda found: _picture(ord(found[0])), text)


def shorten(text: str) -> str:
    """Return ``text`` as far as a cell holds it, and say how much is missing."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]} ... ({len(text) - LONGEST} more characters)"


def _picture(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV of protected cells with Unix line ends."""
    text = io.StringIO()
    writer = csv_writer(text)
    writer.writerow(header)
    writer.writerows([protect(cell) for cell in row] for row in rows)
    return text.getvalue()


def read_rows(
    path: Path, columns: Sequence[str], required: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's ``columns``, as far as the file has them, and the line it begins on.

    Raises:
        PairdxError: there is no such file, or it is no CSV with the ``required`` columns in
            every row.
    """
    try:
        with regular(path).open(encoding="utf-8-sig", newline="") as lines:  # cells keep theirs
            text = lines.read()
    except FileNotFoundError:
        raise PairdxError(
            f"{path}: no such file; one without rows is the line {','.join(columns)}"
        ) from None
    except OSError as error:
        raise PairdxError(f"{path}: cannot be read ({error.strerror}); name a file") from None
    except UnicodeDecodeError:
        raise PairdxError(f"{path}: not UTF-8; save it as 'CSV UTF-8'") from None
    head = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    missing = [name for name in required if name not in (reader.fieldnames or ())]
    if missing:
        raise PairdxError(
            f"{path}: line 1: column {missing[0]!r} is missing; needed are {', '.join(required)}"
        )
    begin = reader.line_num + 1
    try:
        for row in reader:
            if any(row[name] is None for name in required):
                raise PairdxError(
                    f"{path}: line {begin}: fewer cells than line 1, which parts them by "
                    f"{delimiter!r}; save it again"
                )
            yield begin, {name: unprotect(row[name] or "") for name in columns if name in row}
            begin = reader.line_num + 1
    except csv.Error as error:
        raise PairdxError(f"{path}: line {begin}: not CSV ({error}); save it again") from None
