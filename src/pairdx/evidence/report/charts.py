"""The report's charts: Vega-Lite drawn to SVG here, so that the page needs no script.

Colours of text and lines come from the page's style sheet, which knows dark screens and paper;
those of the marks are said here and keep a contrast of 3 to 1 on both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from vl_convert import vegalite_to_svg

from pairdx.evidence.report.blocks import Chart, name
from pairdx.pages.offline_plots import VEGA_LITE

COLOURS = (
    "#3b7dd8", "#d9730d", "#2f9e62", "#9461c9", "#d64550", "#158f9f", "#7a8794", "#a0734f",
)  # fmt: skip
CONFIG = {
    "aria": False,
    "background": None,
    "view": {"stroke": None},
    "range": {"category": COLOURS},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelFlush": False,
    },
    "axisQuantitative": {"tickCount": 5},
    "legend": {"labelFontSize": 13, "orient": "bottom", "title": None, "symbolStrokeWidth": 3},
}
WIDTH = 300  # of what is drawn, in pixels, so that a telephone shows it whole and legible

Row = Mapping[str, Any]


def draw(spec: Mapping[str, Any], rows: Sequence[Row], caption: str, said: str) -> Chart:
    """Return the chart of ``rows``."""
    whole = {"width": WIDTH, "config": CONFIG, "data": {"values": list(rows)}, **spec}
    svg = vegalite_to_svg(whole, vl_version=VEGA_LITE)
    hidden = svg.replace("<svg ", '<svg aria-hidden="true" ', 1)  # the page says what it shows
    return Chart(Markup(hidden), caption, said)  # noqa: S704  # Vega escapes what it writes


def stacked(rows: Sequence[Row], order: Sequence[str], caption: str, said: str) -> Chart:
    """Bars of `images` by `step`, in the order of the rows, stacked by `label`."""
    spec = {
        "height": {"step": 24},
        "mark": "bar",
        "encoding": {
            "x": _axis("images", "pairs"),
            "y": {"field": "step", "sort": None, "title": None},
            "color": _colour("label", [name(label) for label in order], columns=2),
            "order": {"field": "place", "type": "quantitative"},
        },
    }
    placed = [
        {**row, "label": name(row["label"]), "place": order.index(row["label"])} for row in rows
    ]
    return draw(spec, placed, caption, said)


def forest(
    rows: Sequence[Row], title: str, caption: str, said: str, domain: Sequence[float] | None = None
) -> Chart:
    """Points `value` with intervals `low` to `high`, one line a `name`.

    Zero is marked, unless the axis has a given ``domain``.
    """
    scale = {"domain": list(domain)} if domain else {}
    y = {"field": "name", "sort": None, "title": None}
    zero = {
        "data": {"values": [{"at": 0}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": COLOURS[6]},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
    x = {**_axis("value", title), "scale": scale}
    layers = [
        {"mark": {"type": "rule", "strokeWidth": 3, "stroke": COLOURS[0]},
         "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y}},
        {"mark": {"type": "point", "filled": True, "size": 90, "color": COLOURS[0], "opacity": 1},
         "encoding": {"x": x, "y": y}},
    ]  # fmt: skip
    return draw(
        {"height": {"step": 26}, "layer": layers if domain else [zero, *layers]},
        rows,
        caption,
        said,
    )


def curves(
    rows: Sequence[Row], models: Sequence[str], field: str, caption: str, said: str
) -> Chart:
    """`field` by `epoch`, one line a `model`."""
    spec = {
        "height": 200,
        "mark": {"type": "line", "point": {"size": 24}},
        "encoding": {
            "x": {**_axis("epoch", "epoch"), "axis": {"tickMinStep": 1}},
            "y": {**_axis(field, name(field)), "scale": {"zero": False}},
            "color": _colour("model", models, columns=2),
        },
    }
    return draw(spec, rows, caption, said)


def reliability(rows: Sequence[Row], caption: str, said: str) -> Chart:
    """`accuracy` by `confidence`, one line a `scaling`.

    The larger a point, the more pairs (`count`) it stands for. On the diagonal both are the same.
    """
    unit = {"scale": {"domain": [0, 1]}}
    diagonal = {
        "data": {"values": [{"at": 0}, {"at": 1}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "color": COLOURS[6]},
        "encoding": {"x": _axis("at", None), "y": _axis("at", None)},
    }
    lines = {
        "encoding": {
            "x": {**_axis("confidence", "confidence"), **unit},
            "y": {**_axis("accuracy", "accuracy"), **unit},
            "color": _colour("scaling", ["before", "after"], columns=2),
        },
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 1.5}},
            {
                "mark": {"type": "point", "filled": True, "opacity": 0.9},
                "encoding": {"size": {**_axis("count", None), "legend": None}},
            },
        ],
    }
    spec = {"width": 115, "height": 115, "layer": [diagonal, lines]}
    return draw(spec, rows, caption, said)


def scatter(rows: Sequence[Row], models: Sequence[str], caption: str, said: str) -> Chart:
    """`accuracy` with its interval by `seconds`, whose axis is logarithmic, a point a `model`."""
    x = {**_axis("seconds", "CPU seconds an image"), "scale": {"type": "log"}}
    x["axis"] = {"tickCount": 4, "format": "~g", "grid": False}
    colour = _colour("model", models, columns=2)
    y = {**_axis("accuracy", "accuracy"), "scale": {"domain": [0, 1]}}
    layers = [
        {"mark": {"type": "rule", "strokeWidth": 2},
         "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"},
                      "color": colour}},
        {"mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour}},
    ]  # fmt: skip
    return draw({"height": 220, "layer": layers}, rows, caption, said)


def _axis(field: str, title: str | None) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title}


def _colour(field: str, domain: Sequence[str], columns: int) -> dict[str, Any]:
    return {
        "field": field,
        "type": "nominal",
        "scale": {"domain": list(domain)},
        "legend": {"columns": columns},
    }
