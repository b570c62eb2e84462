"""Where pretrained weights come from, and how a file of weights is read.

A weight that is missing is an error that says where to get it, never a quiet random start.
"""

from pathlib import Path
from urllib.error import URLError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from pairdx.errors import PairdxError

# torchvision's ResNet18_Weights.IMAGENET1K_V1; the name ends in the start of its sha256.
RESNET18_URL = "https://download.pytorch.org/models/resnet18-f37072fd.pth"


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict from safetensors, or from a pickle that holds tensors only.

    Raises:
        PairdxError: there is no such file, it is damaged, or it holds code.
    """
    if not path.is_file():
        raise PairdxError(f"{path}: no such weight file; put it there or change the parameter")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, EOFError, ValueError) as error:
        raise PairdxError(f"{path}: damaged weight file ({_first_line(error)})") from error
    except Exception as error:  # torch.load raises pickle.UnpicklingError and others for code
        raise PairdxError(f"{path}: refused, not plain tensors ({_first_line(error)})") from error
    if not isinstance(content, dict) or not all(isinstance(v, Tensor) for v in content.values()):
        raise PairdxError(f"{path}: refused, a state dict of tensors is needed")
    return content


def imagenet_resnet18() -> dict[str, Tensor]:
    """Fetch torchvision's ImageNet weights of ResNet-18 (44.7 MB) into torch's own cache.

    Raises:
        PairdxError: the network or the checksum fails.
    """
    try:
        return torch.hub.load_state_dict_from_url(
            RESNET18_URL, map_location="cpu", check_hash=True, weights_only=True
        )
    except (URLError, OSError, RuntimeError) as error:
        raise PairdxError(
            f"image_weights = 'imagenet': {RESNET18_URL} cannot be fetched "
            f"({_first_line(error)}); fetch it elsewhere and name the file instead"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
