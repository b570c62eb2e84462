"""The models of the comparison, as other sections name them."""

from typing import Literal

ModelName = Literal[
    "fusion",
    "image_only",
    "caption_only",
    "tfidf",
    "clip_zero_shot",
    "biomedclip_zero_shot",
    "pairdx_clip",
    "clinvla",
]
