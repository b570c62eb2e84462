"""Low-rank updates (LoRA, Hu et al. 2021) of a CLIP's towers, through the library peft.

peft fits open_clip: its layer for ``nn.MultiheadAttention`` updates the fused ``in_proj`` and the
``out_proj``. After training the updates are added to the weights, so that what is saved is an
ordinary CLIP model.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from open_clip import CLIP

from pairdx.core.errors import PairdxError

TARGETS = r".*resblocks\.\d+\.(attn|mlp\.c_fc|mlp\.c_proj)"


@contextmanager
def lora(model: CLIP, rank: int, seed: int) -> Iterator[None]:
    """Within the block only low-rank updates of ``model`` learn; at its end they are merged.

    Raises:
        PairdxError: peft is not installed.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise PairdxError(
            f"pairdx_clip.tune = 'lora' needs peft ({error}); pip install 'pairdx[lora]'"
        ) from None
    torch.manual_seed(seed)
    # The update is scaled by alpha / rank: 2 is peft's and LoRA's usual choice.
    tuned = get_peft_model(model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=TARGETS))
    yield
    tuned.merge_and_unload()
    model.requires_grad_(True)
