"""From the tables of scan and scrub to the cases that people look at, with their pictures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from tqdm import tqdm

from pairdx.core.decode import decode
from pairdx.core.errors import PairdxError
from pairdx.curate.review.cases import Case, ReviewParams, choose
from pairdx.pages.pictures import close_ups, thumbnail
from pairdx.readers.decisions import content_of
from pairdx.sources.archives import Archives

Row = dict[str, Any]


def build_cases(
    raw: Path,
    cohort: pa.Table,
    facts: pa.Table,
    screened: pa.Table,
    params: ReviewParams,
    seed: int,
) -> list[Case]:
    """Choose the pairs to look at and gather what is shown of them.

    Pairs without an image, damaged or a placeholder, are no question for a reader.

    Args:
        raw: the folder with the images' archives.
        cohort: columns of ``COHORT``.
        facts: columns of ``SCAN``, for the same ids.
        screened: columns of ``SCREENED``, for the same ids.
        params: section ``review``.
        seed: from which the pairs are drawn.
    """
    cohort, facts, screened = (table.sort_by("id") for table in (cohort, facts, screened))
    if not (cohort["id"].equals(facts["id"]) and cohort["id"].equals(screened["id"])):
        raise PairdxError("cohort, scan and screened hold different pairs; run `dvc repro`")
    asked = screened.filter(pc.is_valid(screened["proposed"]))
    rows = asked.select(["id", "reasons", "borderline", "proposed"]).to_pylist()
    chosen = choose(rows, params, seed)
    known = {row["id"]: row for row in _join(cohort, facts, screened, [r["id"] for r in chosen])}
    with Archives(raw) as archives:
        return [
            _case(row | known[row["id"]], archives, params)
            for row in tqdm(chosen, desc="review", disable=None)
        ]


def _join(cohort: pa.Table, facts: pa.Table, screened: pa.Table, ids: list[str]) -> Iterator[Row]:
    wanted = pc.is_in(cohort["id"], pa.array(ids, pa.string()))
    tables = [table.filter(wanted).to_pylist() for table in (cohort, facts, screened)]
    for pair, fact, done in zip(*tables, strict=True):
        yield pair | fact | done


def _case(row: Row, archives: Archives, params: ReviewParams) -> Case:
    image = decode(archives.read(row["archive"], row["member"]))
    spans = {(one["start"], one["end"], one["kind"]) for one in row["identifiers"] or ()}
    acted_on = {(one["start"], one["end"], one["kind"]) for one in row["spans"] or ()}
    return Case(
        id=row["id"],
        label=row["label"],
        group=row["group"],
        reader=row["reader"],
        proposed=row["proposed"],
        reasons=tuple(row["reasons"] or ()),
        caption=row["caption"],
        spans=tuple(sorted(spans | acted_on)),
        acted_on=frozenset(acted_on),
        content=content_of(row["pixel_sha256"], row["caption"]),
        width=image.width,
        height=image.height,
        image=thumbnail(image, params.thumbnail),
        boxes=tuple(_boxes(row)),
        close_ups=tuple(close_ups(image, [*(row["masked"] or ()), *(row["doubtful"] or ())])),
    )


def _boxes(row: Row) -> Iterator[Row]:
    """Yield the boxes in the order they are drawn in: those to mask come last, on top."""
    for word in row["words"] or ():
        kind = f"{word['text']} ({word['confidence']:.2f})"
        yield {**_sides(word), "kind": kind, "what": "word"}
    for face in row["faces"] or ():
        yield {**_sides(face), "kind": f"face ({face['score']:.2f})", "what": "face"}
    for what in ("doubtful", "masked"):
        for box in row[what] or ():
            yield {**_sides(box), "kind": box["kind"], "what": what}


def _sides(box: Row) -> Row:
    return {side: box[side] for side in ("left", "top", "right", "bottom")}
