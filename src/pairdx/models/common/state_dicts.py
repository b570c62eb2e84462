"""How a file of weights is read: safetensors, or a pickle that holds tensors and nothing else."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from pairdx.core.errors import PairdxError


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict; one inside a training checkpoint (``state_dict``) is found.

    Raises:
        PairdxError: there is no such file, it is damaged, or it holds code or no numbers.
    """
    _must_exist(path)
    if path.suffix != ".safetensors":
        return check_finite(_tensors_only(path), path)
    try:
        return check_finite(load_file(path), path)
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from error


def check_finite(weights: dict[str, Tensor], source: Path | str) -> dict[str, Tensor]:
    """Return ``weights`` if all of them are numbers.

    Raises:
        PairdxError: one is NaN or infinite, and whatever the model says would be.
    """
    for name, weight in weights.items():
        if not weight.isfinite().all():
            raise PairdxError(
                f"{source}: {name} holds NaN or infinity; get the weights again, or train the "
                "model again with a lower lr"
            )
    return weights


def check_weights(path: Path) -> None:
    """Refuse what :func:`read_weights` would refuse; of safetensors only the header is read.

    Raises:
        PairdxError: as :func:`read_weights`, but for what numbers a file holds.
    """
    _must_exist(path)
    if path.suffix != ".safetensors":
        _tensors_only(path)
        return
    try:
        with safe_open(path, "pt"):  # compares the header with the length of the file
            pass
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from error


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise PairdxError(f"{path}: no such weight file; put it there or change the parameter")


def _tensors_only(path: Path) -> dict[str, Tensor]:
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise _damaged(path, error) from error
    except Exception as error:  # torch.load raises pickle.UnpicklingError and others for code
        raise PairdxError(f"{path}: refused, not plain tensors ({_first_line(error)})") from error
    if isinstance(content, dict):
        content = content.get("state_dict", content)
    if not isinstance(content, dict) or not all(isinstance(v, Tensor) for v in content.values()):
        raise PairdxError(f"{path}: refused, a state dict of tensors is needed")
    return content


def _damaged(path: Path, error: Exception) -> PairdxError:
    return PairdxError(f"{path}: damaged weight file ({_first_line(error)})")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
