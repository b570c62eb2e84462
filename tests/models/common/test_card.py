import json

import pytest

from pairdx.core.errors import PairdxError
from pairdx.models.common.card import ModelCard

CARD = ModelCard("fusion", "fusion", "µ + text", True, 12, {"hidden": 8})


def test_what_is_saved_comes_back(tmp_path):
    CARD.save(tmp_path)
    assert ModelCard.load(tmp_path) == CARD
    assert list(json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))) == [
        "model",
        "kind",
        "description",
        "trained",
        "parameters",
        "settings",
        "inputs",
        "labels",
    ]


def test_a_missing_card_says_how_to_get_one(tmp_path):
    with pytest.raises(PairdxError, match=r"model.json: no such file; run `dvc repro`"):
        ModelCard.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"3", b'{"model": "fusion"}', b'{"modle": 1}', b"\xff"]
)
def test_a_damaged_card_is_refused(tmp_path, content):
    (tmp_path / "model.json").write_bytes(content)
    with pytest.raises(PairdxError, match=r"model.json: not a model card"):
        ModelCard.load(tmp_path)
