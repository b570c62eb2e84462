"""Word lists as they are written in this package: words with blanks between."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cache


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``, parted by blanks."""
    return frozenset(text.split())


_MARKUP = re.compile(
    r"</?(?:a|b|bold|br|div|em|font|i|italic|li|p|small|span|strong|sub|sup|td|tr|u|ul)"
    r"(?P<attributes>\s[^<>]{0,500})?/?>|&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z]{2,31});"
)
_BREAKS = ("<br", "<p", "<div", "<li", "<td", "<tr")
# Letters of other scripts that look like Latin ones, and Latin ones that do not decompose.
_LOOK_ALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧοøØłŁđĐıƖ",
        "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXooOlLdDiI",
        strict=True,
    )
)
_QUOTES = "\u2018\u2019\u02bc`\u00b4\u2032"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_ASCII_FORMS = _LOOK_ALIKES | dict.fromkeys(_QUOTES, "'") | dict.fromkeys(_DASHES, "-")


@dataclass(frozen=True)
class Folded:
    """The text to read; ``starts`` and ``ends`` of its characters in the caption, if moved."""

    text: str
    caption: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters ``start`` to ``end`` of the text are in the caption."""
        if self.starts is not None and self.ends is not None:
            start, end = self.starts[start], self.ends[end - 1]
        while end < len(self.caption) and unicodedata.combining(self.caption[end]):
            end += 1  # an accent belongs to the letter before it
        return start, end


def fold(caption: str) -> Folded:
    """Return ``caption`` as it reads, in plain letters and digits where there are such."""
    if caption.isascii() and caption.isprintable() and "<" not in caption and "&" not in caption:
        return Folded(caption, caption)
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, piece in _pieces(caption):
        letters.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Folded("".join(letters), caption, starts, ends)


def _pieces(caption: str) -> list[tuple[int, int, str]]:
    """Return start, end and reading of every character, tag and entity."""
    pieces: list[tuple[int, int, str]] = []
    position = 0
    for match in _MARKUP.finditer(caption) if "<" in caption or "&" in caption else ():
        reading = _read_markup(match)
        if reading is not None:
            pieces += _read_letters(caption, position, match.start())
            pieces.append((*match.span(), reading))
            position = match.end()
    return pieces + _read_letters(caption, position, len(caption))


def _read_letters(caption: str, start: int, end: int) -> list[tuple[int, int, str]]:
    return [
        (position, position + 1, _read_letter(caption[position])) for position in range(start, end)
    ]


def _read_markup(match: re.Match[str]) -> str | None:
    """Return what markup reads as; None where its attributes must be read themselves."""
    markup = match[0]
    if markup.startswith("&"):
        return "".join(map(_read_letter, html.unescape(markup)))
    attributes = match["attributes"] or ""
    if "@" in attributes or "://" in attributes:
        return None
    return " " if markup.lower().startswith(_BREAKS) else ""


@cache
def _read_letter(letter: str) -> str:
    if letter in _ASCII_FORMS:
        return _ASCII_FORMS[letter]
    if letter.isascii():
        return letter if letter.isprintable() else " " if letter.isspace() else ""
    category = unicodedata.category(letter)
    if category in ("Cc", "Cf", "Mn"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    if category == "No" or "가" <= letter <= "힣":  # 10² is no 102; Hangul would fall apart
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    return "".join(
        _ASCII_FORMS.get(part, part) for part in plain if not unicodedata.combining(part)
    )
