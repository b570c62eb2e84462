"""A frozen CLIP model of open_clip with ClinVLA's adapters in both towers.

The towers' steps are written out here, from open_clip's own parts, because adapters stand between
them; the base model itself is not touched.

Shapes: ``B`` batch, ``N`` patches, ``T`` tokens, ``D`` width of a tower, ``E`` width of the joint
embedding.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pairdx.models.clinvla.adapters import OWN, ClinVlaAdapters, Job

if TYPE_CHECKING:
    from open_clip import CLIP


class AdaptedClip:
    """What a CLIP model and its adapters do together."""

    def __init__(self, base: "CLIP", adapters: ClinVlaAdapters) -> None:
        self.base = base.eval().requires_grad_(False)
        self.adapters = adapters

    def encode_image(
        self, pixels: Tensor, job: Job = "alignment", view: Tensor | int = OWN
    ) -> tuple[Tensor, Tensor]:
        """Embed normalised images ``(B, 3, S, S)``, not yet on the unit sphere.

        Args:
            pixels: the images.
            job: whose task adapters are used.
            view: how each image belongs to its pair, ``(B,)`` or one for all.

        Returns:
            the embeddings ``(B, E)`` and those of the patches ``(B, N, E)``; in training, ``N`` is
            what patch dropout leaves.
        """
        visual, adapters = self.base.visual, self.adapters
        tokens = visual._embeds(pixels)  # (B, 1 + N, D)
        tokens = adapters.vision.invertible(tokens)
        marks = adapters.views[torch.as_tensor(view, device=tokens.device)]  # (B, D) or (D,)
        tokens = adapters.patch_dropout(tokens + marks.reshape(-1, 1, marks.shape[-1]))
        for layer, block in enumerate(visual.transformer.resblocks):
            tokens = adapters.vision.after_block(layer, block(tokens), job)
        pooled, patches = visual._pool(tokens)
        return pooled @ visual.proj, patches @ visual.proj

    def encode_alone(self, pixels: Tensor, job: Job) -> Tensor:
        """Embed images of which there is no other view, ``(B, E)``, not yet on the unit sphere."""
        own, _ = self.encode_image(pixels, job)
        return _merged(own, self.adapters.missing_view)

    def encode_text(self, tokens: Tensor, job: Job = "alignment") -> tuple[Tensor, Tensor]:
        """Embed token ids ``(B, T)``, not yet on the unit sphere.

        Returns:
            the embeddings ``(B, E)`` and those of all tokens ``(B, T, E)``.
        """
        from open_clip.transformer import text_global_pool

        base, adapters = self.base, self.adapters
        length = tokens.shape[1]  # may be shorter than what the tower can read
        words = base.token_embedding(tokens) + base.positional_embedding[:length]  # (B, T, D)
        words = adapters.text.invertible(words)
        mask = None if base.attn_mask is None else base.attn_mask[:length, :length]
        for layer, block in enumerate(base.transformer.resblocks):
            words = adapters.text.after_block(layer, block(words, attn_mask=mask), job)
        words = base.ln_final(words) @ base.text_projection  # (B, T, E)
        pooled = text_global_pool(words, tokens, base.text_pool_type, base.text_eos_id)
        return pooled, words

    def merge_views(self, own: Tensor, other: Tensor, there: Tensor) -> Tensor:
        """Average each image with its other view, or with the learned token where there is none.

        Args:
            own: embeddings ``(B, E)``.
            other: embeddings ``(M, E)`` of the other views that there are.
            there: which of the images have one, ``(B,)`` with ``M`` times True.
        """
        others = self.adapters.missing_view.expand_as(own).clone()
        others[there] = other.to(others.dtype)
        return _merged(own, others)


def _merged(own: Tensor, other: Tensor) -> Tensor:
    """The mean of an image and its other view, or of the token in its place."""
    return (own + other) / 2
