"""Word lists as they are written in this package: words with blanks between."""


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``, parted by blanks."""
    return frozenset(text.split())
