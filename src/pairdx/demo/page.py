"""The page itself: Gradio's components, and which of them ask what of :mod:`pairdx.demo.shown`.

An uploaded file is read at once into the memory of its tab's session, and leaves the disk seconds
later. Text that a person wrote is shown through templates alone, which escape it.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import gradio

from pairdx.core.errors import PairdxError
from pairdx.demo.answers import Picture
from pairdx.demo.serve import SWEEP
from pairdx.demo.shown import HERE, MAX_CAPTION, Shown

ENDINGS = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp"]
WAITING = 8  # requests in the queue; more are told to come again
Taken = tuple[Picture | None, str, str, str]  # a picture, its preview, answers, pairs
# What is answered one request at a time: explaining hooks into networks, tables are read in place.
UPLOADS, MODELS, TEST_PAIRS = "uploads", "models", "test pairs"
PROGRESS = gradio.Progress()


class Inputs(NamedTuple):
    """What a person gives: a file, the picture read from it, a caption, or an example of both."""

    picture: gradio.State
    file: gradio.File
    preview: gradio.HTML
    caption: gradio.Textbox
    examples: gradio.HTML


def build(shown: Shown) -> gradio.Blocks:
    """Lay the page out."""
    with gradio.Blocks(title="PairDx demo", analytics_enabled=False, delete_cache=SWEEP) as page:
        _html(shown.head())
        with gradio.Row():
            with gradio.Column(scale=1, min_width=300):
                inputs = _inputs(shown)
            with gradio.Column(scale=2, min_width=300), gradio.Tabs():
                with gradio.Tab("Classes"):
                    answers = _classes(shown, inputs)
                with gradio.Tab("Similar pairs"):
                    pairs = _similar(shown, inputs)
                with gradio.Tab("Atlas"):
                    _atlas(shown)
        _read(shown, inputs, answers, pairs)
    page.queue(max_size=WAITING, default_concurrency_limit=1)
    return page


def _html(value: str, name: str | None = None, script: str | None = None) -> gradio.HTML:
    """Show HTML; ``script`` names a file that turns clicks on it into events with a ``row``."""
    source = (HERE / script).read_text("utf-8") if script else None
    return gradio.HTML(value, elem_id=name, js_on_load=source, apply_default_css=False)


def _inputs(shown: Shown) -> Inputs:
    return Inputs(
        gradio.State(None),
        gradio.File(
            label="A picture", type="binary", file_types=ENDINGS, height=120, elem_id="file"
        ),
        _html(shown.preview(None), "preview"),
        gradio.Textbox(
            label="Its caption, or words to search for",
            max_length=MAX_CAPTION,
            lines=3,
            elem_id="caption",
        ),
        _html(shown.examples(), "examples", "chosen.js"),
    )


def _read(shown: Shown, inputs: Inputs, answers: gradio.HTML, pairs: gradio.HTML) -> None:
    """Read what is given; answers about another picture go with it."""
    gone = shown.nothing("answers"), shown.nothing("pairs" if shown.embedders else "embeddings")
    changed = [inputs.picture, inputs.preview, answers, pairs]

    def take(data: bytes | None) -> tuple[*Taken, None]:
        try:
            found = None if data is None else Picture.of(data)
        except PairdxError as error:
            return None, shown.problem(error), *gone, None  # and the drop zone is free again
        return found, shown.preview(found), *gone, None

    def choose(event: gradio.EventData) -> tuple[*Taken, str]:
        try:
            found, said = shown.example(event._data.get("row"))
        except PairdxError as error:
            return None, shown.problem(error), *gone, ""
        return found, shown.preview(found), *gone, said

    taken, chosen = [*changed, inputs.file], [*changed, inputs.caption]
    inputs.file.upload(take, inputs.file, taken, concurrency_id=UPLOADS, api_visibility="private")
    inputs.examples.click(choose, None, chosen, concurrency_id=TEST_PAIRS, api_visibility="private")


def _classes(shown: Shown, inputs: Inputs) -> gradio.HTML:
    button = gradio.Button("Classify", variant="primary", elem_id="classify")
    answers = _html(shown.nothing("answers"), "answers")

    def classify(
        picture: Picture | None, caption: str, progress: gradio.Progress = PROGRESS
    ) -> str:
        note = partial(_told, progress)
        return _or_problem(shown, partial(shown.classify, picture, caption, note))

    given = [inputs.picture, inputs.caption]
    button.click(classify, given, answers, concurrency_id=MODELS, api_visibility="private")
    return answers


def _similar(shown: Shown, inputs: Inputs) -> gradio.HTML:
    if not shown.embedders:
        return _html(shown.nothing("embeddings"))
    model = _choice(shown)
    with gradio.Row():
        by_picture = gradio.Button("Search by the picture", elem_id="by-picture")
        by_text = gradio.Button("Search by the caption", elem_id="by-text")
    pairs = _html(shown.nothing("pairs"), "pairs")

    def search(name: str, query: Picture | str | None, progress: gradio.Progress = PROGRESS) -> str:
        note = partial(_told, progress)
        return _or_problem(shown, partial(shown.similar, name, query, note))

    for button, query in ((by_picture, inputs.picture), (by_text, inputs.caption)):
        given = [model, query]
        button.click(search, given, pairs, concurrency_id=MODELS, api_visibility="private")
    return pairs


def _atlas(shown: Shown) -> None:
    if not shown.embedders:
        _html(shown.nothing("embeddings"))
        return
    model = _choice(shown)
    drawing = _html(shown.atlas(model.value), "atlas", "nearest.js")
    pair = _html(shown.nothing("point"), "pair")

    def draw(name: str) -> str:
        return _or_problem(shown, partial(shown.atlas, name))

    def show(event: gradio.EventData) -> str:
        return _or_problem(shown, partial(shown.pair, event._data.get("row")))

    model.change(draw, model, drawing, api_visibility="private")
    drawing.click(show, None, pair, concurrency_id=TEST_PAIRS, api_visibility="private")


def _choice(shown: Shown) -> gradio.Dropdown:
    names = list(shown.embedders)
    return gradio.Dropdown(names, value=names[0], label="Model", filterable=False)


def _or_problem(shown: Shown, ask: Callable[[], str]) -> str:
    """What is asked for, or in its place the one line that says why not."""
    try:
        return ask()
    except PairdxError as error:
        return shown.problem(error)


def _told(progress: gradio.Progress, share: float, what: str) -> None:
    progress(share, desc=what)
