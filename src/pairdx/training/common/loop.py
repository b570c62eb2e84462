"""One training loop for every network: epochs, the one that is kept, history, resumption.

A task says what one batch costs and how good the model is; the loop does the rest.
"""

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol, Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from tqdm import tqdm

from pairdx.core.errors import PairdxError
from pairdx.core.launch import first_process
from pairdx.models.common.predictor import device
from pairdx.pairs.params import Keep, Precision, TrainingParams
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.placement import pinned
from pairdx.training.common.precision import (
    attention,
    autocast,
    compile_networks,
    resolve,
    use_threads,
)
from pairdx.training.common.processes import of_first, part_of, replicated

# Writing the state of a small network takes as long as a tenth of its epoch.
SAVE_EVERY = 10.0

History = list[dict[str, float]]


class Task(Protocol):
    """What is trained."""

    rows: int  # training pairs
    validation_rows: int

    @property
    def model(self) -> nn.Module:
        """The network that learns."""
        ...

    @property
    def slow_parts(self) -> Sequence[nn.Module]:
        """The modules whose calls take a step's time, for `compile`; none: it has no effect."""
        ...

    def prefetch(self, batches: list[Tensor]) -> None:
        """Make ready what the steps of an epoch will take, rows ``(B,)`` each, in this order."""
        ...

    def loss(self, rows: Tensor) -> Tensor:
        """Return the mean loss of the training pairs with these numbers, ``(B,)``."""
        ...

    def after_step(self) -> None:
        """Keep parameters where they belong."""
        ...

    def validate(self) -> dict[str, float]:
        """Return ``validation_loss``, and ``validation_macro_f1`` or ``validation_p_at_5``."""
        ...


class Stateful(Protocol):
    """What a checkpoint keeps: networks, optimisers and the like."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state."""
        ...

    def load_state_dict(self, state_dict: Any, /) -> object:  # noqa: ANN401
        """Take the state up again."""
        ...


@dataclass(frozen=True)
class Recipe:
    """How long and how."""

    epochs: int
    batch_size: int
    precision: Precision = "float32"
    threads: int = 0  # of the CPU; 0: one a core
    clip_gradient: float | None = None  # norm
    keep: Keep = "best"
    compile: bool = False

    @classmethod
    def of(cls, params: TrainingParams, epochs: int, clip_gradient: float | None = None) -> Self:
        """What a section of params.yaml says."""
        size, precision, threads = params.batch_size, params.precision, params.threads
        return cls(epochs, size, precision, threads, clip_gradient, params.keep, params.compile)


def fit(
    task: Task,
    recipe: Recipe,
    optimizer: Optimizer,
    scheduler: LRScheduler | None,
    checkpoint: Checkpoint,
    keep_checkpoint: bool = False,
) -> History:
    """Train, and leave ``task.model`` with the weights of the epoch that ``recipe`` keeps.

    That is the last one, or the best (:func:`best_epoch`).

    The state after an epoch goes to ``checkpoint``, at most every ``SAVE_EVERY`` seconds: a run
    that was killed goes on from there and ends with the same weights as one that was not.
    ``keep_checkpoint`` leaves it there at the end, for a run that has another part to come.

    Raises:
        PairdxError: the loss is no longer a number, or there is no compiler to `compile` with.
    """
    use_threads(recipe.threads)
    if recipe.compile:
        compile_networks(task.slow_parts)
    # Weights stay float32: pure half precision with Adam ends in NaN.
    dtype = resolve(recipe.precision)
    scaler = torch.amp.GradScaler(device().type, enabled=dtype == torch.float16)
    step = stepper(task, recipe, dtype, optimizer, scheduler, scaler)
    parts: dict[str, Stateful] = {"model": task.model, "optimizer": optimizer, "scaler": scaler}
    parts |= {"scheduler": scheduler} if scheduler is not None else {}
    history, best = _resume(checkpoint, parts)
    saved = perf_counter()
    with _bar(checkpoint.name, recipe.epochs, len(history)) as progress:
        while len(history) < recipe.epochs:
            train_loss = _epoch(task, recipe, step)
            with autocast(dtype):
                scores = task.validate()
            history.append(_row(len(history) + 1, train_loss, scores))
            if _keeps(recipe, history, task.validation_rows):
                best = deepcopy(task.model.state_dict())
            progress.set_postfix({"loss": f"{train_loss:.3f}", **scores}, refresh=False)
            progress.update()
            last = len(history) == recipe.epochs and keep_checkpoint
            if last or perf_counter() - saved >= SAVE_EVERY:
                checkpoint.save(_state(parts, history, best))
                saved = perf_counter()
    task.model.load_state_dict(best)
    if not keep_checkpoint:
        checkpoint.remove()
    return history


def _row(epoch: int, train_loss: float, scores: dict[str, float]) -> dict[str, float]:
    """What an epoch leaves in the history."""
    return {"epoch": epoch, "train_loss": round(train_loss, 6), **scores}


def _bar(name: str, epochs: int, done: int) -> tqdm:
    """A bar of epochs, for terminals alone."""
    off = None if first_process() else True
    return tqdm(total=epochs, initial=done, desc=name, unit="epoch", disable=off)


def _state(parts: dict[str, Stateful], history: History, best: dict[str, Tensor]) -> dict[str, Any]:
    """Return all that the next epoch depends on, and what came out so far."""
    return {
        "parts": {name: part.state_dict() for name, part in parts.items()},
        "random": torch.get_rng_state(),
        "gpu_random": torch.cuda.get_rng_state() if torch.cuda.is_available() else None,
        "history": history,
        "best": best,
    }


def _resume(
    checkpoint: Checkpoint, parts: dict[str, Stateful]
) -> tuple[History, dict[str, Tensor]]:
    """Bring ``parts`` to where a killed run was; return its history and best weights."""
    saved = checkpoint.load()
    if saved is None:
        return [], {}
    for name, part in parts.items():
        part.load_state_dict(saved["parts"][name])
    torch.set_rng_state(saved["random"])
    if saved["gpu_random"] is not None:
        torch.cuda.set_rng_state(saved["gpu_random"])
    return saved["history"], saved["best"]


def steps(rows: int, recipe: Recipe) -> int:
    """Return the number of optimiser steps of a whole run."""
    return recipe.epochs * len(_batches(torch.arange(rows), recipe.batch_size))


def _batches(rows: Tensor, batch_size: int) -> list[Tensor]:
    """Cut ``rows`` into batches; a last one of a single row is left out: BatchNorm needs two."""
    parts = list(rows.split(batch_size))
    return parts[:-1] if len(parts) > 1 and len(parts[-1]) == 1 else parts


def _keeps(recipe: Recipe, history: History, validation_rows: int) -> bool:
    """Whether the epoch that has just ended is, of those so far, the one to keep."""
    newest = len(history) - 1
    return recipe.keep == "last" or best_epoch(history, validation_rows) == newest


def best_epoch(history: History, validation_rows: int) -> int:
    """Return the index of the epoch to keep, found as it is in training: one epoch after another.

    Best is the highest validation macro-F1; epochs that the validation pairs cannot tell apart from
    it (within one standard error: Breiman et al. 1984) are ties, of which the lowest loss wins. On
    100 pairs the plain maximum often is a lucky epoch in the middle of the cycle.

    Of a task that retrieves it is the epoch of the highest precision: its loss rises while it still
    gets better, as a contrast that is sure of itself pays more for its errors.

    A later epoch takes the place of the kept one if its macro-F1 lies within one standard error
    of the highest so far, and its loss is lower or the kept one no longer lies within it.
    """
    if "validation_p_at_5" in history[0]:
        return max(range(len(history)), key=lambda epoch: history[epoch]["validation_p_at_5"])
    kept, highest = 0, 0.0
    for index, row in enumerate(history):
        highest = max(highest, row["validation_macro_f1"])
        share = (highest * validation_rows + 1) / (validation_rows + 2)  # never 1: Laplace
        floor = highest - math.sqrt(share * (1 - share) / validation_rows)
        if row["validation_macro_f1"] >= floor and (
            row["validation_loss"] < history[kept]["validation_loss"]
            or history[kept]["validation_macro_f1"] < floor
        ):
            kept = index
    return kept


def _epoch(task: Task, recipe: Recipe, step: Callable[[Tensor], Tensor]) -> float:
    """Take the steps of an epoch, and return their mean loss.

    Losses are looked at once: a GPU that is asked after every step waits for the next one.
    """
    task.model.train()
    order = of_first(torch.randperm(task.rows))
    batches = _batches(pinned(order), recipe.batch_size)
    task.prefetch([part_of(rows) for rows in batches])
    losses = torch.stack([step(rows) for rows in batches])
    if not losses.isfinite().all():
        first = losses[~losses.isfinite()][0].item()
        raise PairdxError(f"the training loss is {first}: lower the learning rate (lr)")
    return losses.double().mean().item()


def stepper(
    task: Task,
    recipe: Recipe,
    dtype: torch.dtype,
    optimizer: Optimizer,
    scheduler: LRScheduler | None,
    scaler: torch.amp.GradScaler,
) -> Callable[[Tensor], Tensor]:
    """Return the function that takes one step and gives its loss, which nobody waits for."""
    weights = [weight for weight in task.model.parameters() if weight.requires_grad]
    cost = replicated(task.model, lambda rows: task.loss(rows))

    def step(rows: Tensor) -> Tensor:
        with autocast(dtype), attention(dtype):
            loss = cost(rows)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        if recipe.clip_gradient is not None:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(weights, recipe.clip_gradient)
        scaler.step(optimizer)
        scaler.update()
        if scheduler is not None:
            scheduler.step()
        task.after_step()
        return loss.detach()

    return step
