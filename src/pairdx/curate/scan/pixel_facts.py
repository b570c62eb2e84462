"""Words and faces of one image, from the cache where it knows them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from pairdx.curate.scan.faces import Face, FaceFinder
from pairdx.curate.scan.fact_cache import Fact, open_facts
from pairdx.curate.scan.networks import resolve
from pairdx.curate.scan.ocr import TextReader, Word
from pairdx.curate.scan.params import ScanParams

Facts = list[dict[str, Any]]


class PixelFacts:
    """The networks of one process, loaded once, and the cache that all processes share."""

    def __init__(self, params: ScanParams, cache: Path) -> None:
        self._reader: TextReader | None = None
        self._finder: FaceFinder | None = None
        precision = resolve(params.precision)
        if params.words != "off":
            self._reader = TextReader(
                params.min_text_side, params.max_text_side, params.raise_contrast, precision
            )
        if params.faces != "off":
            self._finder = FaceFinder(params.face_sides, params.min_face_score, precision)
        self._cache = open_facts(cache)

    def words(self, image: Image.Image, pixel_sha256: str) -> Facts:
        """Return the words as rows of ``WORD``; none if they are not searched for."""
        reader = self._reader
        return self._known(image, pixel_sha256, reader.key, reader.read) if reader else []

    def faces(self, image: Image.Image, pixel_sha256: str) -> Facts:
        """Return the faces as rows of ``FACE``; none if they are not searched for."""
        finder = self._finder
        return self._known(image, pixel_sha256, finder.key, finder.find) if finder else []

    def take_new(self) -> list[Fact]:
        """Return what was found and could not be kept here, once."""
        return self._cache.take_new()

    def _known(
        self,
        image: Image.Image,
        pixel_sha256: str,
        key: tuple[object, ...],
        look: Callable[[Image.Image], Sequence[Word] | Sequence[Face]],
    ) -> Facts:
        found = self._cache.get(pixel_sha256, *key)
        if found is None:
            found = [asdict(one) for one in look(image)]
            self._cache.put(found, pixel_sha256, *key)
        return found
