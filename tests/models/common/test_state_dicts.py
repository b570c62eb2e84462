import pickle

import pytest
import torch
from safetensors.torch import save_file
from true_forms import Code

from pairdx.core.errors import PairdxError
from pairdx.models.common.state_dicts import check_weights, read_weights

READERS = [read_weights, check_weights]
WEIGHTS = {"a": torch.arange(3000.0), "b": torch.ones(2, 3)}


def saved(path, content):
    save_file(content, path) if path.suffix == ".safetensors" else torch.save(content, path)
    return path


@pytest.mark.parametrize("name", ["weights.pth", "weights.bin", "weights.safetensors"])
def test_what_was_saved_is_read(tmp_path, name):
    path = saved(tmp_path / name, WEIGHTS)
    check_weights(path)
    read = read_weights(path)
    assert list(read) == ["a", "b"]
    assert all(torch.equal(read[key], value) for key, value in WEIGHTS.items())


def test_the_state_dict_of_a_training_checkpoint_is_found(tmp_path):
    path = saved(tmp_path / "epoch_3.pt", {"epoch": 3, "state_dict": WEIGHTS})
    assert torch.equal(read_weights(path)["b"], WEIGHTS["b"])


@pytest.mark.parametrize("read", READERS)
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(PairdxError, match=r"nowhere.pth: no such weight file"):
        read(tmp_path / "nowhere.pth")


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
@pytest.mark.parametrize("share", [0, 0.001, 0.6, 0.999])
@pytest.mark.parametrize("read", READERS)
def test_a_truncated_file_is_refused(tmp_path, name, share, read):
    path = saved(tmp_path / name, WEIGHTS)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(PairdxError, match=f"{name}: (damaged weight file|refused)") as error:
        read(path)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("read", READERS)
def test_a_pickle_with_code_is_refused(tmp_path, plain, read):
    path, trace = tmp_path / "weights.pth", tmp_path / "ran"
    content = {"conv1.weight": Code(trace)}
    path.write_bytes(pickle.dumps(content)) if plain else torch.save(content, path)
    with pytest.raises(PairdxError, match=r"weights.pth: refused, not plain tensors") as error:
        read(path)
    assert len(str(error.value).splitlines()) == 1
    assert not trace.exists()


@pytest.mark.parametrize("content", [[torch.zeros(2)], {"epoch": 3}, torch.zeros(2)])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(PairdxError, match="a state dict of tensors is needed"):
        read_weights(tmp_path / "weights.pth")


def test_a_web_page_called_safetensors_is_refused(tmp_path):
    (tmp_path / "a.safetensors").write_text("<!doctype html><title>Sign in</title>" * 9)
    with pytest.raises(PairdxError, match=r"a.safetensors: damaged weight file"):
        check_weights(tmp_path / "a.safetensors")
