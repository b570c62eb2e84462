import math

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from pairdx.core.errors import PairdxError
from pairdx.training.common import loop
from pairdx.training.common.checkpoint import FOLDER, Checkpoint, fingerprint
from pairdx.training.common.loop import Recipe, best_epoch, fit, steps

ROWS = 22
CHECKPOINT = Checkpoint("toy", "a")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


class Toy:
    """Two classes that a small network with BatchNorm and dropout can tell apart."""

    def __init__(self, rows=ROWS, stop_after=None, script=None):
        self.rows, self.validation_rows = rows, 1000
        generator = torch.Generator().manual_seed(0)
        self.inputs = torch.randn(rows, 5, generator=generator)
        self.targets = (self.inputs[:, 0] > 0).long()
        self.model = nn.Sequential(
            nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2)
        )
        self.stop_after, self.script = stop_after, script
        self.epochs = 0
        self.batches = []
        self.announced = []
        self.after = 0

    def loss(self, rows):
        if self.epochs == self.stop_after:
            raise KeyboardInterrupt  # as a user or a scheduler kills it, in the middle of an epoch
        assert self.model.training
        self.batches.append(rows)
        noisy = self.inputs[rows] + 0.1 * torch.randn(len(rows), 5)  # as augmentation draws
        return functional.cross_entropy(self.model(noisy), self.targets[rows])

    def prefetch(self, batches):
        self.announced += batches

    def after_step(self):
        self.after += 1

    @torch.inference_mode()
    def validate(self):
        self.epochs += 1
        if self.script is not None:
            macro_f1, loss = self.script[self.epochs - 1]
            return {"validation_loss": loss, "validation_macro_f1": macro_f1}
        self.model.eval()
        logits = self.model(self.inputs)
        right = (logits.argmax(1) == self.targets).float().mean().item()
        loss = functional.cross_entropy(logits, self.targets).item()
        return {"validation_loss": loss, "validation_macro_f1": right}


def train(recipe, print_="a", seed=1, lr=0.02, one_cycle=True, toy=None, **options):
    torch.manual_seed(seed)
    task = toy or Toy(**options)
    optimizer = AdamW(task.model.parameters(), lr=lr)
    total = steps(task.rows, recipe)
    scheduler = OneCycleLR(optimizer, lr, total_steps=total, pct_start=0.4) if one_cycle else None
    return task, fit(task, recipe, optimizer, scheduler, Checkpoint("toy", print_))


def weights(task):
    return {key: value.clone() for key, value in task.model.state_dict().items()}


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[key], other[key]) for key in one)


def test_it_learns_a_small_set_by_heart():
    _, history = train(Recipe(epochs=40, batch_size=8))
    assert [row["epoch"] for row in history] == list(range(1, 41))
    assert history[-1]["train_loss"] < 0.3 * history[0]["train_loss"]
    assert max(row["validation_macro_f1"] for row in history) > 0.95


def test_the_same_seed_gives_the_same_run():
    (one, first), (two, again), (three, _) = (train(Recipe(3, 8), seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert same(weights(one), weights(two))
    assert not same(weights(one), weights(three))


@pytest.mark.parametrize("one_cycle", [True, False])
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("done", [1, 2, 4])
def test_a_killed_run_ends_as_one_that_was_not(done, one_cycle, precision):
    recipe = Recipe(epochs=5, batch_size=8, precision=precision, clip_gradient=1.0)
    whole, history = train(recipe, one_cycle=one_cycle)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, one_cycle=one_cycle, stop_after=done)
    assert CHECKPOINT.path.exists()
    resumed, rest = train(recipe, one_cycle=one_cycle, seed=99)  # the seed of the checkpoint counts
    assert resumed.epochs == 5 - done
    assert rest == history
    assert same(weights(resumed), weights(whole))
    assert not CHECKPOINT.path.exists()


def test_a_state_is_kept_every_so_many_seconds(monkeypatch):
    """Epochs of a second on this clock: the third and the sixth are kept, the last is forgotten."""
    clock, kept = iter(range(100)), []
    monkeypatch.setattr(loop, "SAVE_EVERY", 3)
    monkeypatch.setattr(loop, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(Checkpoint, "save", lambda self, state: kept.append(len(state["history"])))
    train(Recipe(7, 8))
    assert kept == [3, 6]


def test_the_scale_of_half_precision_is_kept():
    """Gradients that overflow at first make the scale fall; a fresh one would skip steps again."""

    class Steep(Toy):
        def loss(self, rows):
            return 300 * super().loss(rows)

    def steep(**options):
        torch.manual_seed(1)  # of the weights
        return train(Recipe(4, 8, "float16"), one_cycle=False, toy=Steep(**options))

    whole, history = steep()
    with pytest.raises(KeyboardInterrupt):
        steep(stop_after=2)
    saved = CHECKPOINT.load()["parts"]["scaler"]["scale"]
    assert saved < torch.amp.GradScaler("cpu").state_dict()["scale"]  # or this test shows nothing
    resumed, rest = steep()
    assert rest == history
    assert same(weights(resumed), weights(whole))


def test_a_run_killed_twice_ends_as_one_that_was_not():
    whole, history = train(Recipe(6, 8))
    for done in (1, 3):
        with pytest.raises(KeyboardInterrupt):
            train(Recipe(6, 8), stop_after=done)
    resumed, rest = train(Recipe(6, 8))
    assert resumed.epochs == 2
    assert rest == history
    assert same(weights(resumed), weights(whole))


def test_another_fingerprint_starts_anew():
    with pytest.raises(KeyboardInterrupt):
        train(Recipe(3, 8), print_="other settings", stop_after=2)
    fresh, history = train(Recipe(3, 8))
    assert fresh.epochs == 3
    CHECKPOINT.path.unlink(missing_ok=True)
    assert train(Recipe(3, 8))[1] == history


@pytest.mark.parametrize("size", [0, 10, -100])
def test_a_damaged_checkpoint_is_an_error(size):
    with pytest.raises(KeyboardInterrupt):
        train(Recipe(2, 8), stop_after=1)
    path = CHECKPOINT.path
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(PairdxError, match=r"toy-a\.pt: damaged checkpoint; delete it to"):
        train(Recipe(2, 8))


def test_nothing_is_left_of_a_finished_run():
    train(Recipe(2, 8))
    assert list(FOLDER.iterdir()) == []


# Macro-F1 and loss of each epoch: the third wins its tie with the second by its loss, the fourth
# has the same macro-F1 and a worse loss.
SCRIPT = [(0.5, 0.1), (0.9, 0.8), (0.9, 0.6), (0.9, 0.7), (0.2, 0.01)]


class Remembering(Toy):
    def validate(self):
        self.seen = [*getattr(self, "seen", []), weights(self)]
        return super().validate()


def test_the_best_epoch_is_kept():
    torch.manual_seed(1)
    task, history = train(Recipe(5, 8), toy=Remembering(script=SCRIPT))
    assert same(weights(task), task.seen[2])
    assert not same(task.seen[2], task.seen[3])
    assert [row["validation_macro_f1"] for row in history] == [0.5, 0.9, 0.9, 0.9, 0.2]


def test_or_the_last_one_whether_killed_or_not():
    def run(script=SCRIPT, stop_after=None):
        torch.manual_seed(1)
        toy = Remembering(script=script, stop_after=stop_after)
        return train(Recipe(5, 8, keep="last"), toy=toy)

    whole, history = run()
    assert same(weights(whole), whole.seen[4])
    assert not same(whole.seen[2], whole.seen[4])
    with pytest.raises(KeyboardInterrupt):
        run(stop_after=3)
    resumed, again = run(SCRIPT[3:])
    assert again == history
    assert same(weights(resumed), weights(whole))


@pytest.mark.parametrize(
    ("rows", "scores", "kept"),
    [
        # One standard error of 0.95 is 0.023 on 100 pairs and 0.002 on 10,000.
        (100, [(0.95, 0.24), (0.94, 0.15)], 1),
        (10_000, [(0.95, 0.24), (0.94, 0.15)], 0),
        (100, [(0.95, 0.24), (0.90, 0.15)], 0),
        (100, [(0.95, 0.15), (0.96, 0.24)], 0),
        (100, [(0.90, 0.15), (0.96, 0.24)], 1),  # what was kept is no tie any more
        (100, [(1.0, 0.2), (0.98, 0.1)], 0),  # a score of 1 is no certainty, but nearly
    ],
)
def test_ties_are_epochs_within_one_standard_error(rows, scores, kept):
    history = [{"validation_macro_f1": f1, "validation_loss": loss} for f1, loss in scores]
    assert best_epoch(history, rows) == kept


def test_of_two_equal_epochs_the_first_is_kept():
    torch.manual_seed(1)
    task, _ = train(Recipe(3, 8), toy=Remembering(script=[(0.5, 0.1)] * 3))
    assert same(weights(task), task.seen[0])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_is_an_error(value):
    class Broken(Toy):
        def loss(self, rows):
            return super().loss(rows) * value

    torch.manual_seed(1)
    task = Broken()
    with pytest.raises(PairdxError, match=rf"the training loss is {value}: lower the learning"):
        train(Recipe(2, 8), toy=task)
    assert not CHECKPOINT.path.exists()


@pytest.mark.parametrize(
    ("rows", "sizes"), [(16, [8, 8]), (18, [8, 8, 2]), (17, [8, 8]), (5, [5]), (9, [8])]
)
def test_a_last_batch_of_one_row_is_left_out(rows, sizes):
    task, _ = train(Recipe(2, 8), rows=rows)
    assert [len(batch) for batch in task.batches] == sizes * 2
    assert steps(rows, Recipe(2, 8)) == len(sizes) * 2
    assert task.after == len(sizes) * 2
    for epoch in (task.batches[: len(sizes)], task.batches[len(sizes) :]):
        drawn = torch.cat(epoch).tolist()
        assert len(set(drawn)) == len(drawn)  # each row once
        assert set(drawn) <= set(range(rows))


def test_every_epoch_has_an_order_of_its_own():
    task, _ = train(Recipe(2, ROWS))
    one, two = task.batches
    assert sorted(one.tolist()) == sorted(two.tolist()) == list(range(ROWS))
    assert one.tolist() != two.tolist()


def test_the_rows_of_an_epoch_are_announced_in_their_order():
    task, _ = train(Recipe(2, 8))
    assert len(task.batches) > 2
    assert all(map(torch.equal, task.announced, task.batches))
    assert len(task.announced) == len(task.batches)


def test_gradients_are_clipped_to_their_norm():
    class Steep(Toy):
        norms = ()

        def loss(self, rows):
            return 1000 * super().loss(rows)

        def after_step(self):
            gradients = [weight.grad for weight in self.model.parameters()]
            self.norms = (*self.norms, nn.utils.get_total_norm(gradients).item())

    torch.manual_seed(1)
    clipped, _ = train(Recipe(1, 8, clip_gradient=0.5), toy=Steep())
    assert clipped.norms == pytest.approx([0.5] * 3, rel=1e-3)
    free, _ = train(Recipe(1, 8), toy=Steep())
    assert min(free.norms) > 10


def test_frozen_weights_stay():
    torch.manual_seed(1)
    task = Toy()
    task.model[0].requires_grad_(False)
    before = weights(task)
    train(Recipe(2, 8), toy=task)
    assert torch.equal(task.model[0].weight, before["0.weight"])
    assert not torch.equal(task.model[4].weight, before["4.weight"])


def test_a_fingerprint_follows_settings_and_files(tmp_path):
    path = tmp_path / "pairs"
    path.write_bytes(b"one")
    first = fingerprint({"lr": 1, "seed": 2}, [path])
    assert fingerprint({"seed": 2, "lr": 1}, [path]) == first
    assert fingerprint({"lr": 2, "seed": 2}, [path]) != first
    assert fingerprint({"lr": 1, "seed": 2}, []) != first
    path.write_bytes(b"two")
    assert fingerprint({"lr": 1, "seed": 2}, [path]) != first


def test_a_task_that_retrieves_keeps_the_highest_precision():
    """Whatever its loss, and of two epochs alike the first."""
    history = [
        {"validation_loss": 1.0, "validation_p_at_5": 0.3},
        {"validation_loss": 3.0, "validation_p_at_5": 0.5},
        {"validation_loss": 2.0, "validation_p_at_5": 0.5},
    ]
    assert best_epoch(history, 100) == 1
