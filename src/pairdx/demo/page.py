"""The page itself: Gradio's components, and which of them ask what of :mod:`pairdx.demo.shown`.

An uploaded file is read at once into the memory of its tab's session, and leaves the disk seconds
later. Text that a person wrote is shown through templates alone, which escape it.
"""

from collections.abc import Callable
from functools import partial

import gradio

from pairdx.core.errors import PairdxError
from pairdx.demo.answers import Picture
from pairdx.demo.shown import MAX_CAPTION, Shown

ENDINGS = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp"]
WAITING = 8  # requests in the queue; more are told to come again
SWEEP = (5, 20)  # every so many seconds, files that are older leave the disk
ONE = "models"  # explaining hooks into a network: one request at a time
PROGRESS = gradio.Progress()
CHOSEN = "element.addEventListener('click', (event) => {\
 const one = event.target.closest('[data-row]');\
 if (one) trigger('click', {row: Number(one.dataset.row)}); });"
NEAREST = """
element.addEventListener('click', (event) => {
  const drawing = event.target.closest('svg');
  if (!drawing) return;
  const spot = new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(drawing.getScreenCTM().inverse());
  const away = (one) => Math.hypot(one.dataset.x - spot.x, one.dataset.y - spot.y);
  const points = [...drawing.querySelectorAll('[data-row]')];
  const nearest = points.reduce((best, one) => (away(one) < away(best) ? one : best));
  points.forEach((one) => one.classList.toggle('chosen', one === nearest));
  trigger('click', {row: Number(nearest.dataset.row)});
});
"""


def build(shown: Shown) -> gradio.Blocks:
    """Lay the page out."""
    with gradio.Blocks(title="PairDx demo", analytics_enabled=False, delete_cache=SWEEP) as page:
        gradio.HTML(shown.head(), js_on_load=None, apply_default_css=False)
        picture = gradio.State(None)
        with gradio.Row():
            with gradio.Column(scale=1, min_width=300):
                caption = _inputs(shown, picture)
            with gradio.Column(scale=2, min_width=300), gradio.Tabs():
                with gradio.Tab("Classes"):
                    _classes(shown, picture, caption)
                with gradio.Tab("Similar pairs"):
                    _similar(shown, picture, caption)
                with gradio.Tab("Atlas"):
                    _atlas(shown)
    page.queue(max_size=WAITING, default_concurrency_limit=1)
    return page


def _inputs(shown: Shown, picture: gradio.State) -> gradio.Textbox:
    file = gradio.File(
        label="A picture", type="binary", file_types=ENDINGS, height=120, elem_id="file"
    )
    preview = gradio.HTML(shown.preview(None), apply_default_css=False, elem_id="preview")
    caption = gradio.Textbox(
        label="Its caption, or words to search for",
        max_length=MAX_CAPTION,
        lines=3,
        elem_id="caption",
    )
    examples = gradio.HTML(shown.examples(), js_on_load=CHOSEN, apply_default_css=False)

    def take(data: bytes | None) -> tuple[Picture | None, str, None]:
        try:
            found = None if data is None else Picture.of(data)
        except PairdxError as error:
            return None, shown.problem(error), None  # and the drop zone is free again
        return found, shown.preview(found), None

    def choose(event: gradio.EventData) -> tuple[Picture | None, str, str]:
        try:
            found, said = shown.example(event._data.get("row"))
        except PairdxError as error:
            return None, shown.problem(error), ""
        return found, shown.preview(found), said

    file.upload(
        take, file, [picture, preview, file], concurrency_id="upload", api_visibility="private"
    )
    examples.click(choose, None, [picture, preview, caption], api_visibility="private")
    return caption


def _classes(shown: Shown, picture: gradio.State, caption: gradio.Textbox) -> None:
    button = gradio.Button("Classify", variant="primary", elem_id="classify")
    answers = gradio.HTML(shown.nothing("answers"), apply_default_css=False, elem_id="answers")

    def classify(
        picture: Picture | None, caption: str, progress: gradio.Progress = PROGRESS
    ) -> str:
        note = partial(_told, progress)
        return _or_problem(shown, partial(shown.classify, picture, caption, note))

    button.click(
        classify, [picture, caption], answers, concurrency_id=ONE, api_visibility="private"
    )


def _similar(shown: Shown, picture: gradio.State, caption: gradio.Textbox) -> None:
    if not shown.embedders:
        gradio.HTML(shown.nothing("embeddings"), apply_default_css=False)
        return
    names = list(shown.embedders)
    model = gradio.Dropdown(names, value=names[0], label="Model", filterable=False)
    with gradio.Row():
        by_picture = gradio.Button("Search by the picture", elem_id="by-picture")
        by_text = gradio.Button("Search by the caption", elem_id="by-text")
    pairs = gradio.HTML(shown.nothing("pairs"), apply_default_css=False, elem_id="pairs")

    def search(name: str, query: Picture | str | None, progress: gradio.Progress = PROGRESS) -> str:
        note = partial(_told, progress)
        return _or_problem(shown, partial(shown.similar, name, query, note))

    by_picture.click(search, [model, picture], pairs, concurrency_id=ONE, api_visibility="private")
    by_text.click(search, [model, caption], pairs, concurrency_id=ONE, api_visibility="private")


def _atlas(shown: Shown) -> None:
    if not shown.embedders:
        gradio.HTML(shown.nothing("embeddings"), apply_default_css=False)
        return
    names = list(shown.embedders)
    model = gradio.Dropdown(names, value=names[0], label="Model", filterable=False)
    drawing = gradio.HTML(
        shown.atlas(names[0]), js_on_load=NEAREST, apply_default_css=False, elem_id="atlas"
    )
    pair = gradio.HTML(shown.nothing("point"), apply_default_css=False, elem_id="pair")

    def draw(name: str) -> str:
        return _or_problem(shown, partial(shown.atlas, name))

    def show(event: gradio.EventData) -> str:
        return _or_problem(shown, partial(shown.pair, event._data.get("row")))

    model.change(draw, model, drawing, api_visibility="private")
    drawing.click(show, None, pair, api_visibility="private")


def _or_problem(shown: Shown, ask: Callable[[], str]) -> str:
    """What is asked for, or in its place the one line that says why not."""
    try:
        return ask()
    except PairdxError as error:
        return shown.problem(error)


def _told(progress: gradio.Progress, share: float, what: str) -> None:
    progress(share, desc=what)
