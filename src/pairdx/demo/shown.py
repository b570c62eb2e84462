"""What the demo shows, as HTML: answers, similar pairs, the atlas; without the server.

It is filled into the templates beside this file, which escape all text, whatever a caption holds.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from jinja2 import Environment
from PIL import Image

from pairdx.core.decode import FORMATS, MAX_MEGAPIXELS, decode
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.demo import atlas
from pairdx.demo.answers import Picture, Shelf
from pairdx.demo.gate import MAX_UPLOAD
from pairdx.demo.search import Split, embed_split, embedder, nearest
from pairdx.demo.serve import Sources
from pairdx.evidence.explanation.page import SHOWN, shaded
from pairdx.pages.frame import templates
from pairdx.pages.gallery import shade
from pairdx.pages.pictures import thumbnail

HERE = Path(__file__).parent
MAX_CAPTION = 2000  # characters
SIDE = 320  # pixels of a picture's longer side
EXAMPLE_SIDE = 96
Note = Callable[[float, str], object]


class Shown:
    """Everything that the page can be asked for."""

    def __init__(self, sources: Sources, shelves: list[Shelf]) -> None:
        self.sources = sources
        self.shelves = shelves
        self.train = Split(sources.data / "train.parquet")
        self.test = Split(sources.data / "test.parquet")
        self._environment = _environment()

    @cached_property
    def embedders(self) -> dict[str, Shelf]:
        """The models that `embed` has asked, by name."""
        embedded = {path.stem for path in self.sources.embeddings.glob("*.parquet")}
        return {one.folder.name: one for one in self.shelves if one.folder.name in embedded}

    def head(self) -> str:
        """What the page is, and what it is not."""
        known = [split for split in (self.test, self.train) if split.path.exists()]
        drawn = any(split.drawn for split in known)
        return self._fill("head.html", models=len(self.shelves), drawn=drawn)

    def preview(self, picture: Picture | None) -> str:
        """The picture in use, or what may be chosen."""
        limits = {"formats": FORMATS, "bytes": MAX_UPLOAD, "megapixels": MAX_MEGAPIXELS}
        return self._fill("preview.html", picture=picture, **limits)

    def nothing(self, what: str) -> str:
        """What will stand where nothing stands yet."""
        return self._fill("nothing.html", what=what)

    def problem(self, error: PairdxError) -> str:
        """Why there is nothing to show."""
        return self._fill("problem.html", said=str(error))

    def examples(self) -> str:
        """A test pair a class to choose from; nothing without test pairs."""
        if not self.test.path.exists():
            return ""
        pairs = self.test.pairs
        first = {label: row for row, label in reversed(list(enumerate(pairs.labels)))}
        rows = [(row, self.test.row(row)) for _, row in sorted(first.items())]
        return self._fill("examples.html", rows=rows, drawn=self.test.drawn, side=EXAMPLE_SIDE)

    def example(self, row: object) -> tuple[Picture, str]:
        """A test pair, by its row.

        Raises:
            PairdxError: there is no such row.
        """
        found = self.test.row(self._row(row))
        return Picture.of(found.image), found.caption

    def classify(self, picture: Picture | None, caption: str, note: Note) -> str:
        """Every model's answer.

        Raises:
            PairdxError: there is nothing to classify.
        """
        caption = _checked(caption)
        if picture is None and not caption:
            raise PairdxError("choose a picture, write a caption, or both")
        answers = []
        for number, shelf in enumerate(self.shelves):
            note(number / len(self.shelves), shelf.folder.name)
            answers.append(shelf.ask(picture, caption))
        return self._fill("answers.html", answers=answers, caption=caption)

    def similar(self, name: str, query: Picture | str | None, note: Note) -> str:
        """The training pairs whose images are nearest to a picture or a text.

        Raises:
            PairdxError: there is no query, no such model, or no training pair.
        """
        shelf = self._embedder(name)
        if isinstance(query, str):
            query = _checked(query)
        if not query:
            raise PairdxError("choose a picture, or write what to search for")
        model = embedder(shelf.model, name)
        gallery = embed_split(model, shelf.folder, self.train, note)
        vector = (
            model.embed_images([query.data])
            if isinstance(query, Picture)
            else model.embed_captions([query])
        )
        found = [self.train.row(*one) for one in zip(*nearest(vector[0], gallery), strict=True)]
        return self._fill("pairs.html", pairs=found, model=name, of=len(gallery), query=query)

    def atlas(self, name: str) -> str:
        """The map of the test pairs, as a model embeds them.

        Raises:
            PairdxError: there is no such model, or its table is damaged.
        """
        path = self.sources.embeddings / f"{self._embedder(name).folder.name}.parquet"
        return self._fill("atlas.html", drawing=atlas.draw_atlas(path), model=name)

    def pair(self, row: object) -> str:
        """One test pair.

        Raises:
            PairdxError: there is no such row.
        """
        return self._fill("pairs.html", pairs=[self.test.row(self._row(row))], query=None)

    def _row(self, row: object) -> int:
        """What a browser says is a row."""
        if not isinstance(row, int) or not 0 <= row < len(self.test.pairs):
            raise PairdxError(f"row {row!r}: there are {len(self.test.pairs)} test pairs")
        return row

    def _embedder(self, name: str) -> Shelf:
        if name not in self.embedders:
            raise PairdxError(f"model {name!r}; allowed are {', '.join(self.embedders)}")
        return self.embedders[name]

    def _fill(self, template: str, **values: object) -> str:
        return self._environment.get_template(template).render(values)


def _environment() -> Environment:
    environment = templates(HERE)
    environment.filters.update(shade=shade, thumbnail=_thumbnail)
    environment.filters["sentence"] = lambda text: f"{text[0].upper()}{text[1:]}."
    environment.filters["said"] = lambda label: label.replace("_", " ")
    environment.globals.update(labels=LABELS, shaded=shaded, kinds=SHOWN, drawn_as=atlas)
    return environment


def _thumbnail(image: Image.Image | bytes, side: int = SIDE) -> str:
    return thumbnail(decode(image) if isinstance(image, bytes) else image, side)


def _checked(caption: str) -> str:
    if len(caption) > MAX_CAPTION:
        raise PairdxError(f"a caption of {len(caption)} characters; at most {MAX_CAPTION}")
    return caption.strip()
