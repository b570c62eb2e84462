import json

import numpy as np
import pytest
from small import drawn, section

from pairdx.evidence.cost import benchmark as subject
from pairdx.evidence.cost.benchmark import BenchmarkCpuParams
from pairdx.models.common.card import ModelCard

PAIRS = drawn(4)
# Each prediction of model `slow` takes as many seconds as its turn has the number; `quick` none.
WARMUP, TIMED = 2, 11


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """The benchmark of two models on a clock of ours; and which pair each turn was."""
    clock = [0.0]
    turns = []

    class Model:
        def __init__(self, name):
            self.name, self.calls = name, 0

        def predict(self, images, captions):
            assert len(images) == len(captions) == 1
            turns.append((self.name, PAIRS.images.index(images[0]), captions[0]))
            self.calls += 1
            clock[0] += self.calls if self.name == "slow" else 0.25
            return np.full((1, 6), 1 / 6)

    for name in ("slow", "quick"):
        (tmp_path / name).mkdir()
        ModelCard(name, "fusion", "", True, 1).save(tmp_path / name)
    monkeypatch.setattr(subject, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(subject, "load_model", lambda folder: Model(folder.name))
    params = section(BenchmarkCpuParams, pairs=TIMED, warmup=WARMUP)
    result = subject.benchmark([tmp_path / "slow", tmp_path / "quick"], PAIRS, params)
    return result, turns


def test_numbers_by_hand(measured):
    result, _ = measured
    assert list(result["models"]) == ["slow", "quick"]
    # The warm-up's 1 and 2 seconds do not count: 3, 4, ..., 13 do.
    assert result["models"]["slow"] == {
        "pairs": TIMED,
        "seconds_per_pair_median": 8,
        "seconds_per_pair_p90": 12,
        "seconds_per_pair_min": 3,
    }
    assert set(result["models"]["quick"].values()) == {TIMED, 0.25}


def test_models_take_turns_and_pairs_come_round_again(measured):
    _, turns = measured
    assert [name for name, _, _ in turns] == ["slow", "quick"] * (WARMUP + TIMED)
    assert [row for _, row, _ in turns[::2]] == [turn % 4 for turn in range(WARMUP + TIMED)]
    assert all(caption == PAIRS.captions[row] for _, row, caption in turns)


def test_it_says_what_was_measured_on(measured):
    result, _ = measured
    assert set(result) == {"cpu", "made_with", "models"}
    assert {"python", "instructions", "numpy", "openvino"} < set(result["made_with"])
    assert all(isinstance(value, str) for value in result["made_with"].values())
    assert set(result["cpu"]) == {"machine", "cores", "threads", "torch"}
    assert all(result["cpu"].values())
    json.dumps(result, allow_nan=False)
