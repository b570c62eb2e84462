"""Several processes that train one network, as `torchrun` starts them.

Every process holds the network and goes through the same batches. It encodes its part of each; what
comes out is exchanged, so that all of them compute the loss of the whole batch, whatever that
contrasts or weighs, and DistributedDataParallel averages their gradients:

    rows of a batch   0 1 2 3 4
    process 0         0 1        encode -> e0 e1  .  .  .  \
                                                             sum -> loss of e0 e1 e2 e3 e4
    process 1             2 3 4  encode ->  .  . e2 e3 e4  /

Random numbers are drawn for the whole batch by each, which keeps its part; BatchNorm takes the
batch's mean and variance. So losses are those of one process up to rounding, and a run that was
killed goes on with any number of them.

Shapes: ``B`` rows of a batch, ``P`` of them in this process.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel
from torch.overrides import TorchFunctionMode

from pairdx.core.errors import PairdxError
from pairdx.models.common.predictor import device

Encoded = TypeVar("Encoded", Tensor, tuple[Tensor, Tensor])


def count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


@contextmanager
def together() -> Iterator[None]:
    """Within the block, or the function it decorates, the processes of `torchrun` are joined.

    Raises:
        PairdxError: there are more of them than GPUs.
    """
    if not (dist.is_available() and dist.is_torchelastic_launched()):
        yield
        return
    backend = "gloo"
    if torch.cuda.is_available():
        _check_gpus(int(os.environ["LOCAL_WORLD_SIZE"]), torch.cuda.device_count())
        torch.cuda.set_device(device())
        backend = "cpu:gloo,cuda:nccl"
    dist.init_process_group(backend)
    yield
    dist.destroy_process_group()  # not after an error: others may still wait for this one


def _check_gpus(processes: int, gpus: int) -> None:
    if processes > gpus:
        raise PairdxError(
            f"torchrun --nproc-per-node {processes}: a process needs a GPU of its own, and this "
            f"machine has {gpus}; give {gpus} or less"
        )


def of_first(values: Tensor) -> Tensor:
    """Return what the first process has in the place of ``values``."""
    if count() > 1:
        dist.broadcast(values, 0)
    return values


def replicated(model: nn.Module, loss: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return ``loss``, whose gradients in ``model`` are the mean of those of all processes.

    Each must compute the loss of the whole batch, by :func:`spread`.
    """
    if count() == 1:
        return loss
    if device().type == "cuda":  # torch's kernels; they need a GPU, else see _WholeBatch
        from timm.layers import convert_sync_batchnorm

        convert_sync_batchnorm(model)
    # Static: a weight may be unused, but then it is in every step.
    return DistributedDataParallel(_Loss(model, loss), static_graph=True)


class _Loss(nn.Module):
    """A loss as a module's forward pass, which is what DistributedDataParallel watches."""

    def __init__(self, model: nn.Module, loss: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.model, self._loss = model, loss

    def forward(self, rows: Tensor) -> Tensor:
        return self._loss(rows)


def spread(encode: Callable[..., Encoded], *columns: Tensor) -> Encoded:
    """Encode the rows of a batch, each process its part of them, and give all to all.

    A batch that has fewer rows than there are processes is encoded by each.

    Args:
        encode: makes one tensor ``(P, ...)``, or two, of the columns ``(P, ...)``.
        columns: of the whole batch, ``(B, ...)``.
    """
    rows, mine = len(columns[0]), _mine(len(columns[0]))
    if mine is None:
        return encode(*columns)
    with _WholeBatch(rows, mine):
        encoded = encode(*(column[mine] for column in columns))
    if isinstance(encoded, Tensor):
        return _exchanged(encoded, rows, mine)
    first, second = encoded
    return _exchanged(first, rows, mine), _exchanged(second, rows, mine)


def part_of(rows: Tensor) -> Tensor:
    """Return those of the rows of a batch, ``(B,)``, that :func:`spread` lets this one encode."""
    mine = _mine(len(rows))
    return rows if mine is None else rows[mine]


def _mine(rows: int) -> slice | None:
    """Which rows of a batch are this process's; None: all."""
    processes = count()
    if processes == 1 or rows < processes:
        return None
    rank = dist.get_rank()
    return slice(rank * rows // processes, (rank + 1) * rows // processes)


def _exchanged(part: Tensor, rows: int, mine: slice) -> Tensor:
    """Make ``(B, ...)`` of the parts ``(P, ...)`` of all processes."""
    whole = part.new_zeros(rows, *part.shape[1:])
    whole[mine] = part
    return _Sum.apply(whole)


class _Sum(torch.autograd.Function):
    """The sum over the processes, whose gradient is the sum of theirs."""

    @staticmethod
    def forward(_: object, values: Tensor) -> Tensor:
        total = values.contiguous().clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_: object, gradient: Tensor) -> Tensor:
        return _Sum.apply(gradient)


class _WholeBatch(TorchFunctionMode):
    """Within it a network treats rows ``mine`` of a batch as it would among all ``rows``.

    Dropout and other draws of a number a row, and BatchNorm, are what depends on the others.
    """

    def __init__(self, rows: int, mine: slice) -> None:
        super().__init__()
        self._rows, self._mine, self._part = rows, mine, mine.stop - mine.start
        self._instead: dict[Any, Callable[..., Any]] = {
            functional.batch_norm: self._batch_norm,
            functional.dropout: self._dropout,
            **{draw: partial(self._draw, draw) for draw in (torch.rand, torch.randn)},
            **{fill: partial(self._fill, fill) for fill in (Tensor.uniform_, Tensor.bernoulli_)},
        }

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,  # noqa: ANN401
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        return self._instead.get(func, func)(*args, **kwargs or {})

    def _draw(self, draw: Callable[..., Tensor], *size: int, **options: Any) -> Tensor:  # noqa: ANN401
        if size[0] != self._part:
            return draw(*size, **options)
        return draw(self._rows, *size[1:], **options)[self._mine]

    def _fill(self, fill: Callable[..., Tensor], values: Tensor, *how: float) -> Tensor:
        if len(values) != self._part:
            return fill(values, *how)
        return values.copy_(fill(values.new_empty(self._rows, *values.shape[1:]), *how)[self._mine])

    def _dropout(
        self, values: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
    ) -> Tensor:
        if not training or len(values) != self._part:
            return functional.dropout(values, p, training, inplace)
        kept = functional.dropout(values.new_ones(self._rows, *values.shape[1:]), p)
        return values * kept[self._mine]

    def _batch_norm(
        self,
        values: Tensor,
        running_mean: Tensor | None,
        running_var: Tensor | None,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Tensor:
        """Normalise ``(P, C, ...)`` by the mean and the variance of ``(B, C, ...)``."""
        if not training:
            return functional.batch_norm(
                values, running_mean, running_var, weight, bias, training, momentum, eps
            )
        axes = [0, *range(2, values.ndim)]
        channels = (1, -1, *(1 for _ in axes[1:]))
        size = self._rows * values[0, 0].numel()
        mean = _Sum.apply(values.float().sum(axes)) / size  # (C,)
        centred = values.float() - mean.view(channels)
        variance = _Sum.apply(centred.square().sum(axes)) / size  # (C,)
        if running_mean is not None and running_var is not None:
            with torch.no_grad():
                running_mean.lerp_(mean, momentum)
                running_var.lerp_(variance * size / (size - 1), momentum)
        scale = (variance + eps).rsqrt() * (1 if weight is None else weight)
        shift = 0 if bias is None else bias.view(channels)
        return (centred * scale.view(channels) + shift).to(values.dtype)
