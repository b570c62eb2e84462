"""What has no interval is drawn without one, and not with one from 0 to 0."""

import json
import re

import pytest
import vl_convert
from closure import ROOT

TEMPLATES = [
    path
    for path in sorted((ROOT / ".dvc" / "plots").glob("*.json"))
    if '"low"' in path.read_text(encoding="utf-8")
]
ROW = {"value": "0.5", "what": "a", "rev": "workspace", "model": "a", "metric": "accuracy"}
ROW |= {
    "change": "x",
    "read": "yes",
    "attribute": "sex",
    "small": "False",
    "corruption": "noise",
    "rule": "marginal",
}


def test_six_templates_draw_intervals():
    assert len(TEMPLATES) == 6


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_empty_interval_is_none(path):
    filled, empty = ROW | {"low": "0.4", "high": "0.6"}, ROW | {"what": "b", "low": "", "high": ""}
    content = path.read_text(encoding="utf-8").replace("<DVC_METRIC_X>", "value")
    content = content.replace("<DVC_METRIC_Y>", "what")
    content = content.replace('"<DVC_METRIC_DATA>"', json.dumps([filled, empty]))
    drawn = vl_convert.vegalite_to_svg(json.loads(content))
    assert re.search(r"low: 0\.4", drawn) or re.search(r"high: 0\.6", drawn)
    assert not re.search(r"(low|high): 0(;|\")", drawn)
