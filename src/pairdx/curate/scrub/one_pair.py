"""One pair screened by itself, as `pairdx predict --screen` asks."""

from pathlib import Path

from pairdx.core.errors import PairdxError
from pairdx.core.schema import SCAN
from pairdx.curate.identifiers.kinds import Identifier, mask
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan_pair
from pairdx.curate.scrub.images import clean_image
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.policy import decide


def screen_pair(
    data: bytes, caption: str, scan: ScanParams, scrub: ScrubParams, cache: Path
) -> tuple[bytes, str, tuple[str, ...]]:
    """Mask what scrub masks, and leave no pair out that shows a picture.

    Args:
        data: an encoded image.
        caption: its caption, or nothing.
        scan: the section by which the training pairs were scanned.
        scrub: likewise the section by which they were scrubbed.
        cache: the folder that keeps what was found in an image.

    Returns:
        The image and the caption as training pairs are written, and what was found in them.

    Raises:
        PairdxError: it is no picture, or too small a one.
    """
    facts = scan_pair(data, caption, scan, cache)
    found = [Identifier(**one) for one in facts["identifiers"]]
    pair = dict.fromkeys(SCAN.names) | facts | {"identifiers": found, "age": None}
    decision = decide(pair, scrub)
    if decision.no_image:
        raise PairdxError(
            pair["problem"] or f"shorter than {scrub.min_side} pixels (scrub.min_side)"
        )
    boxes = [(r.left, r.top, r.right, r.bottom) for r in decision.regions]
    image = clean_image(data, scrub.max_side, boxes, decision.crop)
    return image.data, mask(caption, found, decision.caption_kinds), decision.reasons
