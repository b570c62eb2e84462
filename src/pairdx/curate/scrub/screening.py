"""How good the screening is: against what was planted in the sample, and between two readers.

Only the drawn sample says where its identifiers are. What is measured is the rules' own work, with
no reader's decision in it, and nothing here is read by any other stage.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pairdx.readers.decisions import DECISIONS, Decision

TRUTH = "synthetic_truth.parquet"
DIGITS = 4
IN_IMAGE = "image: "  # how reasons about the image begin

Row = Mapping[str, Any]


def score(
    raw: Path,
    cohort: pa.Table,
    facts: pa.Table,
    screened: pa.Table,
    decisions: Sequence[Decision],
) -> dict[str, Any]:
    """Return the two measures: ``planted`` (see ``against_truth``) and ``readers``."""
    return {
        "planted": against_truth(raw, cohort, facts, screened),
        "readers": agreement(decisions),
    }


def against_truth(
    raw: Path, cohort: pa.Table, facts: pa.Table, screened: pa.Table
) -> dict[str, Any] | None:
    """Return recall and precision by kind, or None where nobody knows what is in the data.

    Captions are counted by identifier, images by image. Pairs without an image are left out.

    Args:
        raw: the folder that may hold the sample's ground truth.
        cohort: columns of ``COHORT``.
        facts: columns of ``SCAN``, for the same ids.
        screened: columns of ``SCREENED``, for the same ids.
    """
    if not (raw / TRUTH).is_file():
        return None
    planted = {row["file"]: row for row in pq.read_table(raw / TRUTH).to_pylist()}
    columns = (
        cohort.select(["id", "member", "caption"]),
        facts.select(["id", "identifiers"]),
        screened.select(["id", "proposed", "reasons", "masked"]),
    )
    tables = [table.sort_by("id").to_pylist() for table in columns]
    pairs = [pair | fact | done for pair, fact, done in zip(*tables, strict=True)]
    pairs = [
        pair | {"truth": planted[PurePosixPath(pair["member"]).name]}
        for pair in pairs
        if pair["proposed"] is not None
    ]
    return {"captions": score_captions(pairs), "images": score_images(pairs)}


def score_captions(pairs: Iterable[Row]) -> dict[str, Any]:
    """Score what was found in captions, identifier by identifier.

    A planted one is found if what was found, of whatever kind, covers all of its digits, or more
    than half of it where it has none: in `Hospital No. H-1234` the number is what matters. What was
    found is right if it touches a planted one.
    """
    planted, hit, found, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for pair in pairs:
        truth = pair["truth"]["identifiers"]
        covered = _characters(pair["identifiers"])
        for one in truth:
            planted[one["kind"]] += 1
            hit[one["kind"]] += _is_covered(one, pair["caption"], covered)
        wanted = _characters(truth)
        for one in pair["identifiers"]:
            found[one["kind"]] += 1
            right[one["kind"]] += not wanted.isdisjoint(range(one["start"], one["end"]))
    return _scores(planted, hit, found, right)


def score_images(pairs: Iterable[Row]) -> dict[str, Any]:
    """Score what was found in images, image by image.

    A planted text is found if one of the boxes to mask covers its middle, or the pair is dropped
    because of its image. An image that is masked, cropped or dropped is right if something was
    planted in it; its kind is that of its first box.
    """
    planted, hit, found, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for pair in pairs:
        truth, boxes = pair["truth"], pair["masked"] or []
        dropped = pair["proposed"] == "dropped" and any(
            reason.startswith(IN_IMAGE) for reason in pair["reasons"]
        )
        if truth["burned_in"]:
            planted[truth["burned_in_kind"]] += 1
            middle = _middle(truth["burned_in_box"])
            hit[truth["burned_in_kind"]] += dropped or any(_holds(box, middle) for box in boxes)
        if boxes or dropped:
            kind = boxes[0]["kind"] if boxes else "dropped"
            found[kind] += 1
            right[kind] += truth["burned_in"]
    return _scores(planted, hit, found, right)


def agreement(decisions: Sequence[Decision]) -> dict[str, Any]:
    """Return how far every two readers agree on the pairs that both decided.

    Cohen's kappa is null where both say one and the same word throughout: chance agrees as well.
    """
    words: dict[str, dict[str, str]] = {}
    for one in decisions:
        words.setdefault(one.reader, {})[one.id] = one.decision
    pairs = {}
    for first, second in combinations(sorted(words), 2):
        both = sorted(words[first].keys() & words[second].keys())
        if both:
            left, right = ([words[who][pair] for pair in both] for who in (first, second))
            pairs[f"{first}, {second}"] = {
                "pairs": len(both),
                "agree": sum(a == b for a, b in zip(left, right, strict=True)),
                "kappa": _kappa(left, right),
            }
    return pairs


def _kappa(left: Sequence[str], right: Sequence[str]) -> float | None:
    if len({*left, *right}) == 1:
        return None
    from sklearn.metrics import cohen_kappa_score

    return round(float(cohen_kappa_score(left, right, labels=DECISIONS)), DIGITS)


def _characters(spans: Iterable[Row]) -> set[int]:
    return {at for span in spans for at in range(span["start"], span["end"])}


def _is_covered(span: Row, caption: str, covered: Collection[int]) -> bool:
    inside = range(span["start"], span["end"])
    digits = [at for at in inside if caption[at].isdigit()]
    if digits:
        return all(at in covered for at in digits)
    return sum(at in covered for at in inside) > len(inside) / 2


def _middle(box: Sequence[int]) -> tuple[float, float]:
    left, top, right, bottom = box
    return (left + right) / 2, (top + bottom) / 2


def _holds(box: Row, point: tuple[float, float]) -> bool:
    x, y = point
    return bool(box["left"] <= x < box["right"] and box["top"] <= y < box["bottom"])


def _scores(
    planted: Counter[str], hit: Counter[str], found: Counter[str], right: Counter[str]
) -> dict[str, Any]:
    def scored(kinds: Collection[str]) -> dict[str, Any]:
        counts = [sum(counter[kind] for kind in kinds) for counter in (planted, hit, found, right)]
        return {
            "planted": counts[0],
            "found": counts[2],
            "recall": _share(counts[1], counts[0]),
            "precision": _share(counts[3], counts[2]),
        }

    kinds = sorted({*planted, *found})
    return scored(kinds) | {"by_kind": {kind: scored([kind]) for kind in kinds}}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, DIGITS) if whole else None


def recalls(scored: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    """The share of the identifiers that were found; null where nobody knows what was there.

    Args:
        scored: what :func:`score` returns.
    """
    planted = scored["planted"] or {}
    parts = ("captions", "images")
    return {"screening": {part: planted.get(part, {}).get("recall") for part in parts}}
