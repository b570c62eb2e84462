"""A person's word on a pair, which goes before what the rules propose."""

from dataclasses import replace
from typing import Any

from pairdx.curate.scrub.policy import Decision


def overrule(proposed: Decision, pair: dict[str, Any], word: str | None) -> Decision:
    """Return what is done with a pair.

    Args:
        proposed: what the rules would do.
        pair: its row of ``COHORT`` joined with its row of ``SCAN``.
        word: `keep` it as it is, `mask` all that was found in it, surely or not, or `drop` it; None
            where nobody decided. No word brings back a pair without an image.
    """
    if word is None or proposed.no_image:
        return proposed
    if word == "keep":
        return replace(proposed, action="kept", regions=(), crop=None, spans=())
    regions, spans = (*proposed.regions, *proposed.doubtful), tuple(pair["identifiers"])
    # To mask nothing would let pass what the reader saw and the rules did not.
    masked = word == "mask" and (regions or spans)
    action = "masked" if masked else "dropped"
    return replace(proposed, action=action, regions=regions, crop=None, spans=spans)
