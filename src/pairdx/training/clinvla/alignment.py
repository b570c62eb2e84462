"""The first part of ClinVLA's training: images and captions are brought together.

Shapes: ``B`` batch, ``R`` regions, ``T`` tokens, ``E`` width of the joint embedding.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from pairdx.models.clinvla.adapters import CASE, FIGURE, ClinVlaAdapters
from pairdx.models.clinvla.clinvla import ClinVla
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.common.predictor import device
from pairdx.pairs.augment import Augment
from pairdx.pairs.store import Pairs
from pairdx.training.clinvla.local_objective import (
    CONTRAST,
    literal_global,
    literal_local,
    word_mask,
    word_region_similarity,
)
from pairdx.training.clinvla.views import Siblings
from pairdx.training.clip.groups import caption_groups
from pairdx.training.clip.objectives import clamp_logit_scale, contrast
from pairdx.training.common.feed import Images
from pairdx.training.common.placement import place, take
from pairdx.training.common.processes import spread
from pairdx.training.common.validation import EVALUATION_BATCH, precision_both_ways


@dataclass(frozen=True)
class DecodedPairs:
    """A split with its images as the base sees them, for both parts of the training.

    Of PairDx these are 2.9 GB at 224 pixels, train and validation: each part's own would be twice
    on a GPU.
    """

    pairs: Pairs
    images: Images

    @classmethod
    def of(cls, clinvla: ClinVla, pairs: Pairs) -> Self:
        """Decode a split."""
        return cls(pairs, Images(pairs.images, clinvla.base.image_input))

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.pairs)


class AlignmentTask:
    """Images, with another view where there is one, and captions find each other."""

    def __init__(
        self,
        clinvla: ClinVla,
        train: DecodedPairs,
        validation: DecodedPairs,
        params: ClinVlaParams,
    ) -> None:
        self.model: ClinVlaAdapters = clinvla.model.adapters
        self.rows, self.validation_rows = len(train), len(validation)
        self.slow_parts: list[nn.Module] = []  # of another length at each step
        self._clinvla, self._params = clinvla, params
        self._augment = Augment(params.augmentation)
        self._siblings = Siblings.of(train.pairs, params.views)
        self._train_images, self._images = train.images, validation.images
        tokens, groups = self._read(train.pairs)
        self._lengths = tokens.argmax(1) + 1  # (N,): the end token has the highest id
        self._train_tokens, self._train_groups = place(tokens), place(groups)
        self._tokens, self._groups = self._read(validation.pairs)
        self._targets = validation.pairs.targets

    def prefetch(self, batches: list[Tensor]) -> None:
        """See :class:`pairdx.training.common.loop.Task`; other views are drawn in a step."""
        self._train_images.prefetch(batches)

    def loss(self, rows: Tensor) -> Tensor:
        """See :class:`pairdx.training.common.loop.Task`."""
        images, regions = self._embed_images(rows)
        # Columns in which every caption is padded cost and change nothing.
        tokens = take(self._train_tokens, rows)[:, : int(self._lengths[rows].max())]
        captions, words = spread(self._clinvla.model.encode_text, tokens)
        groups = take(self._train_groups, rows)
        loss = self._params.global_weight * self._whole(images, captions, groups)
        if self._params.local_weight:
            local = self._parts(regions, words, word_mask(tokens), groups)
            loss = loss + self._params.local_weight * local
        return loss

    def after_step(self) -> None:
        """Keep the temperature within the range CLIP was trained in."""
        clamp_logit_scale(self.model.logit_scale)

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """Score whole images, each alone, and whole captions: the loss, and how they are found."""
        self.model.eval()
        clinvla = self._clinvla
        images = torch.cat(
            [
                spread(lambda images: clinvla.encode_images(images, "alignment"), part)
                for part in self._images.batches(EVALUATION_BATCH)
            ]
        )
        captions = torch.cat(
            [
                spread(lambda tokens: clinvla.model.encode_text(tokens)[0], part.to(device()))
                for part in self._tokens.split(EVALUATION_BATCH)
            ]
        )
        loss = self._whole(images, captions, self._groups.to(device()))
        captions = functional.normalize(captions, dim=-1)
        return {
            "validation_loss": round(loss.item(), 6),
            "validation_p_at_5": precision_both_ways(images, captions, self._targets),
        }

    def _read(self, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """Tokenise the captions of a split, and say which pairs are positives of each other."""
        return self._clinvla.base.tokenizer(pairs.captions), caption_groups(pairs)

    def _embed_images(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Embed training images with their other views, ``(B, E)``, and the images' regions."""
        model = self._clinvla.model
        own, regions = spread(lambda part: model.encode_image(self._pixels(part)), rows)
        others, of_figure = self._siblings.draw(rows)
        there = others >= 0
        other = own[:0]
        if there.any():
            views = torch.where(of_figure, FIGURE, CASE)[there]
            other = spread(
                lambda part, view: model.encode_image(self._pixels(part), view=view)[0],
                others[there],
                views,
            )
        return model.merge_views(own, other, there.to(own.device)), regions

    def _pixels(self, rows: Tensor) -> Tensor:
        changed = self._augment(self._train_images.take(rows))
        return self._clinvla.base.image_input.normalise(changed)

    def _whole(self, images: Tensor, captions: Tensor, groups: Tensor) -> Tensor:
        """The global objective of embeddings ``(B, E)`` of any length."""
        if self._params.objective == "literal":
            return literal_global(images, captions)
        images, captions = (functional.normalize(part, dim=-1) for part in (images, captions))
        return contrast(self.model.logit_scale.exp() * images @ captions.T, groups)

    def _parts(self, regions: Tensor, words: Tensor, present: Tensor, groups: Tensor) -> Tensor:
        """The local objective of regions ``(B, R, E)`` and tokens ``(B, T, E)``."""
        if self._params.objective == "literal":
            return literal_local(regions, words, present)
        regions, words = (functional.normalize(part.float(), dim=-1) for part in (regions, words))
        scale = self.model.logit_scale.exp()
        return contrast(CONTRAST * word_region_similarity(regions, words, present, scale), groups)
