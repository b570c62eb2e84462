import numpy as np
import pytest
import torch

from pairdx.models.common.predictor import device, probabilities


def test_probabilities_by_hand():
    made = probabilities(torch.tensor([[0.0, 0, 0, 0, 0, np.log(5)]]))
    np.testing.assert_allclose(made, [[0.1, 0.1, 0.1, 0.1, 0.1, 0.5]], atol=1e-7)


def test_rows_sum_to_one_in_double_precision():
    logits = torch.randn(50, 6, generator=torch.Generator().manual_seed(0)).mul(30)
    made = probabilities(logits.to(torch.bfloat16))
    assert made.dtype == np.float64
    np.testing.assert_allclose(made.sum(1), 1, atol=1e-15)


def test_six_classes_are_needed():
    with pytest.raises(ValueError, match="5 logits for 6 classes"):
        probabilities(torch.zeros(2, 5))


def test_a_gpu_is_taken_where_there_is_one(monkeypatch):
    for there, name in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert device().type == name
