"""Training by `torchrun`: two real processes beside one, over gloo."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from imports import importing
from torch import Tensor, nn
from torch.nn import functional

from pairdx.core.errors import PairdxError
from pairdx.training.common.checkpoint import FOLDER
from pairdx.training.common.precision import compile_networks
from pairdx.training.common.processes import _check_gpus, _WholeBatch, count, spread

WORKER = Path(__file__).with_name("twenty_steps.py")
# By an address: a bare machine may not know its own name.
HERE = ["--standalone", "--local-addr", "127.0.0.1"]
TOGETHER = [sys.executable, "-m", "torch.distributed.run", *HERE, "--nproc-per-node", "2"]
COMMANDS = {1: [sys.executable], 2: TOGETHER}


def begin(folder, processes, *words):
    """Start the worker in ``folder``."""
    environment = os.environ | {
        "PYTHONPATH": importing(*WORKER.parents[2:3], *sys.path),
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen(
        [*COMMANDS[processes], str(WORKER), *words],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process):
    """Wait for it; return its exit code and what it said."""
    said, told = process.communicate(timeout=300)
    return process.returncode, said + told


def run(folder, processes, *words):
    code, output = ended(begin(folder, processes, *words))
    assert code == 0, output
    return output


def begun(folder, model_folders):
    """A folder to train in, with a CLIP to start from."""
    folder.mkdir()
    (folder / "params.yaml").symlink_to(WORKER.parents[3] / "params.yaml")
    (folder / "base").symlink_to(model_folders / "clip_zero_shot")
    return folder


@pytest.fixture
def folders(tmp_path, model_folders):
    """One for one process and one for two."""
    return {1: begun(tmp_path / "one", model_folders), 2: begun(tmp_path / "two", model_folders)}


@pytest.fixture(scope="module")
def alone(tmp_path_factory, model_folders):
    """Train a network in one process, once for all tests; return the folder."""
    folder = begun(tmp_path_factory.mktemp("alone") / "one", model_folders)

    def train(network):
        if not (folder / f"{network}.pt").exists():
            run(folder, 1, network)
        return folder

    return train


def result(folder, network):
    return json.loads((folder / f"{network}.json").read_text(encoding="utf-8"))


def compare(folders, network):
    """The losses of all 20 steps, and what validation came to."""
    one, two = (result(folder, network) for folder in folders.values())
    assert len(one["losses"]) == 20
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-4)
    assert one["losses"][-1] != one["losses"][0]
    alike(one["history"], two["history"])
    weights = (torch.load(folder / f"{network}.pt") for folder in folders.values())
    assert next(weights).keys() == next(weights).keys()


def alike(one, other):
    """The same losses; of 15 pairs one may be told otherwise by rounding."""
    for row, others in zip(one, other, strict=True):
        for loss in ("train_loss", "validation_loss"):
            assert others[loss] == pytest.approx(row[loss], rel=1e-3)


def both(folders, networks):
    running = [begin(folder, processes, networks) for processes, folder in folders.items()]
    for code, output in [ended(process) for process in running]:
        assert code == 0, output
    for network in networks.split(","):
        compare(folders, network)
    assert not list((folders[2] / FOLDER).iterdir())


def test_fusion_has_the_losses_of_one_process(folders):
    """With augmentation, dropout, BatchNorm, and a last batch of parts that differ."""
    both(folders, "resnet18")


@pytest.mark.slow
@pytest.mark.parametrize(
    "networks", ["resnet10t", "prompts,captions", "lora,probe", "clinvla,literal"]
)
def test_every_network_has_the_losses_of_one_process(folders, networks):
    both(folders, networks)


@pytest.mark.slow
@pytest.mark.parametrize(("killed", "resumed"), [(1, 2), (2, 1), (2, 2)])
def test_a_killed_run_goes_on_with_another_number_of_processes(folders, alone, killed, resumed):
    folders[1] = alone("resnet18")
    code, _ = ended(begin(folders[2], killed, "resnet18", "13"))
    assert code != 0
    assert not list(folders[2].glob("resnet18*"))
    assert len(list((folders[2] / FOLDER).iterdir())) == 1
    run(folders[2], resumed, "resnet18")
    whole, rest = (result(folder, "resnet18") for folder in folders.values())
    assert len(rest["losses"]) == 10  # of two epochs: the third had not ended
    assert rest["losses"] == pytest.approx(whole["losses"][10:], rel=1e-4)
    alike(whole["history"], rest["history"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
@pytest.mark.parametrize(
    ("processes", "plain", "compiled"),
    [
        (1, "no_dropout", "compiled_no_dropout"),
        (2, "no_dropout", "compiled_no_dropout"),
        (1, "captions", "compiled_captions"),
    ],
)
def test_compiled_steps_have_the_losses_of_others(folders, alone, processes, plain, compiled):
    """Without dropout: compiled, it draws other numbers."""
    folders[1] = alone(plain)
    run(folders[2], processes, compiled)
    for path in folders[2].glob(f"{compiled}.*"):
        path.rename(path.with_stem(plain))
    compare(folders, plain)


def test_without_a_compiler_there_is_one_line_to_read(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(PairdxError, match=r"^compile = True; .*'no-such-compiler': install one,"):
        compile_networks([nn.Linear(2, 2)])


@pytest.mark.slow
def test_an_error_of_all_processes_is_told_once(folders):
    code, output = ended(begin(folders[2], 2, "diverging"))
    assert code != 0
    assert output.count("error: the training loss is nan: lower the learning rate (lr)") == 1


def test_alone_nothing_is_shared_out():
    assert count() == 1
    rows = torch.arange(5)
    assert spread(lambda part: part, rows) is rows


DRAWS = {
    "rand": lambda rows: torch.rand(rows, 7),
    "randn": lambda rows: torch.randn(rows, 7),
    "uniform": lambda rows: torch.empty(rows).uniform_(-1, 2),
    "bernoulli": lambda rows: torch.empty(rows, 1, 1).bernoulli_(0.3),
    "dropout": lambda rows: functional.dropout(torch.arange(10.0)[-rows:, None].expand(-1, 9), 0.3),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_part_draws_what_it_would_in_the_whole_batch(name):
    draw, mine = DRAWS[name], slice(6, 10)
    torch.manual_seed(1)
    whole, then = draw(10), torch.rand(1)
    torch.manual_seed(1)
    with _WholeBatch(10, mine):
        part = draw(4)
    assert isinstance(part, Tensor)
    assert torch.equal(part, whole[mine])
    assert torch.equal(torch.rand(1), then)  # all processes go on from the same place


def test_draws_that_are_not_of_a_number_a_row_stay_as_they_are():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    with _WholeBatch(10, slice(6, 10)):
        assert torch.equal(torch.rand(3), expected)


def test_more_processes_than_gpus_are_refused():
    _check_gpus(2, 2)
    with pytest.raises(PairdxError, match=r"--nproc-per-node 3: .* this machine has 2; give 2 or"):
        _check_gpus(3, 2)
