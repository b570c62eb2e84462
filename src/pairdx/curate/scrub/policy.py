"""What is to be done about one pair, from its facts and the params alone.

A pair's class and split are not among these facts: what was filled would tell them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pairdx.curate.identifiers.kinds import KINDS as CAPTION_KINDS
from pairdx.curate.identifiers.kinds import OLDEST, Identifier
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.screen_words import Region, find_in_words

FACE_MARGIN = 0.15  # of its sides; the network's box leaves out hair, ears and chin
MOST_CUT = 0.5  # of the area; where cropping would cost more, the boxes are filled instead
MOST_FILLED = 0.5  # of the area; what is left of such an image shows nothing of its class

FACTS = (  # all that a decision may look at
    *("problem", "width", "height", "colour", "light", "words", "faces"),  # of the image
    *("identifiers", "age"),  # of the caption and the patient
)

Row = dict[str, Any]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Decision:
    """What happens to a pair. Reasons name the kind of thing, never the thing itself."""

    action: str  # kept | masked | cropped | dropped
    reasons: tuple[str, ...] = ()
    borderline: bool = False  # something was seen that no action was taken about
    regions: tuple[Region, ...] = ()  # of the original image, those acted on
    doubtful: tuple[Region, ...] = ()  # likewise seen, left for a person to decide about
    crop: Box | None = None  # what is left of the image
    spans: tuple[Identifier, ...] = ()  # of the caption, those acted on
    no_image: bool = False  # nothing to decide about

    @property
    def caption_kinds(self) -> frozenset[str]:
        """The kinds that are masked in the caption."""
        return frozenset(span.kind for span in self.spans)


def decide(pair: Row, params: ScrubParams) -> Decision:
    """Decide about the ``FACTS`` of one row of ``COHORT`` joined with its row of ``SCAN``."""
    pair = {name: pair[name] for name in FACTS}
    if pair["problem"] is not None:
        return Decision("dropped", ("image: undecodable",), no_image=True)
    if min(pair["width"], pair["height"]) < params.min_side:
        return Decision("dropped", ("image: too small",), no_image=True)
    seen = [*find_in_words(pair, params.min_confidence)]
    seen += _faces(pair, params)
    acted = [region for region in seen if region.sure and _action(region, params) != "keep"]
    regions = tuple(_within(region, pair) for region in acted)
    doubtful = tuple(_within(region, pair) for region in seen if region not in acted)
    spans = tuple(s for s in pair["identifiers"] if getattr(params.identifiers, s.kind) != "keep")
    size = (pair["width"], pair["height"])
    crop = _crop(regions, params, size)
    action, reasons = _whole_action(regions, spans, crop, params), [*_reasons(regions, spans)]
    if crop is None and action != "dropped" and _filled(regions, size) > MOST_FILLED:
        action, reasons = "dropped", [*reasons, "image: nothing left"]
    if params.identifiers.old_age == "drop" and (pair["age"] or 0) >= OLDEST:
        action, reasons = "dropped", [*reasons, "age: over 89"]
    return Decision(
        action,
        tuple(reasons),
        any(not region.sure for region in seen),
        regions,
        doubtful,
        crop,
        spans,
    )


def _action(region: Region, params: ScrubParams) -> str:
    if region.kind == "face":
        return params.faces
    action: str = getattr(params.burned_in, region.kind)
    return action


def _faces(pair: Row, params: ScrubParams) -> Iterator[Region]:
    for face in pair["faces"]:
        across = round(FACE_MARGIN * (face["right"] - face["left"]))
        down = round(FACE_MARGIN * (face["bottom"] - face["top"]))
        yield Region(
            face["left"] - across,
            face["top"] - down,
            face["right"] + across,
            face["bottom"] + down,
            "face",
            face["score"] >= params.min_face_score,
        )


def _within(region: Region, pair: Row) -> Region:
    return Region(
        max(0, region.left),
        max(0, region.top),
        min(pair["width"], region.right),
        min(pair["height"], region.bottom),
        region.kind,
    )


def _whole_action(
    regions: tuple[Region, ...],
    spans: tuple[Identifier, ...],
    crop: Box | None,
    params: ScrubParams,
) -> str:
    actions = {_action(region, params) for region in regions}
    actions |= {getattr(params.identifiers, span.kind) for span in spans}
    if "drop" in actions:
        return "dropped"
    if crop is not None:
        return "cropped"
    return "masked" if actions else "kept"


def _reasons(regions: tuple[Region, ...], spans: tuple[Identifier, ...]) -> Iterator[str]:
    kinds = dict.fromkeys(region.kind for region in regions)
    yield from (f"image: {kind}" for kind in sorted(kinds))
    spotted = {span.kind for span in spans}
    yield from (f"caption: {kind}" for kind in CAPTION_KINDS if kind in spotted)


def _filled(regions: tuple[Region, ...], size: tuple[int, int]) -> float:
    """Return the share of the image that the regions cover, at most: overlaps count twice."""
    return sum(_area((r.left, r.top, r.right, r.bottom)) for r in regions) / (size[0] * size[1])


def _crop(regions: tuple[Region, ...], params: ScrubParams, size: tuple[int, int]) -> Box | None:
    """Cut off, side by side, what holds the regions to crop; None if too little would be left."""
    left, top, right, bottom = 0, 0, *size
    for region in regions:
        if _action(region, params) != "crop":
            continue
        rests = [
            (region.right, top, right, bottom),
            (left, region.bottom, right, bottom),
            (left, top, region.left, bottom),
            (left, top, right, region.top),
        ]
        if region.left < right and region.right > left and region.top < bottom > top:
            left, top, right, bottom = max(rests, key=_area)
    rest = (left, top, right, bottom)
    whole = size[0] * size[1]
    return rest if whole > _area(rest) >= MOST_CUT * whole else None


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])
