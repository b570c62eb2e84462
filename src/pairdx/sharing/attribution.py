"""ATTRIBUTION.csv: whom to name for which pairs, as CC BY and its kin ask.

An article of PubMed Central is known by its number; its title, authors and DOI are told where the
release that the pairs came from told them. A row an article and licence.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pairdx.core.outputs import write_text
from pairdx.readers.spreadsheet import to_csv
from pairdx.sharing.contents import UNKNOWN, Contents

HEADER = ("article_id", "license", "pairs", "title", "authors", "journal", "year", "doi", "link")
NAMED = 6  # authors; then "et al."


def write_attribution(contents: Contents, path: Path) -> None:
    """Write one row for each article and licence."""
    write_text(path, to_csv(HEADER, _rows(contents)))


def _rows(contents: Contents) -> Iterator[tuple[str, ...]]:
    columns = (contents.rows[name].to_pylist() for name in ("article_id", "license"))
    pairs = Counter(zip(*columns, strict=True))
    for (article, licence), count in sorted(pairs.items(), key=lambda item: str(item[0])):
        known = contents.articles.get(article, {})
        told = [str(known.get(key) or "") for key in ("title", "journal_detail", "year", "doi")]
        title, journal, year, doi = told
        names = known.get("authors") or ()
        authors = "; ".join([*names[:NAMED], *(["et al."] if len(names) > NAMED else [])])
        link = str(known.get("link") or _link(article))
        yield (
            article or UNKNOWN,
            licence or UNKNOWN,
            str(count),
            title,
            authors,
            journal,
            year,
            doi,
            link,
        )


def _link(article: str | None) -> str:
    """Where PubMed Central has an article; empty for other names."""
    is_pmc = article is not None and article.startswith("PMC") and article[3:].isdecimal()
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{article}/" if is_pmc else ""
