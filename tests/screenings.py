"""The tables of scan and scrub for a release of a few images, with findings put in by hand."""

import pyarrow as pa
from releases import encode, picture, rows_of, write_release

from pairdx.core.schema import COHORT, LABELS, SCAN, SCREENED
from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.sources.multicare import read_rows

SIZE = (96, 80)
BOX = {"left": 8, "top": 8, "right": 40, "bottom": 20}
HOSTILE = {
    "script": "<script>document.title='run'</script>",
    "attribute": "\"'><img src=x onerror=\"document.title='run'\"></mark>",
    "template": "{{ 7 * 7 }} {% if 1 %} ${7*7} </script><!--",
    "formula": '=HYPERLINK("http://x.example","a")',
    "right_to_left": "תמונה של \u202eהחולה\u202c, צילום חזה",  # noqa: RUF001
    "controls": "a\x00b\x07\x1b[31mred\x7f\tc\r\nd",
    "long": "word " * 20_000,
    "empty": "",
}


def write_pairs(folder, captions, articles=3):
    """Write a release whose first captions are these; return the folder and its cohort."""
    rows = rows_of(articles, LABELS)
    for row, caption in zip(rows, captions, strict=False):
        row["caption"] = caption
    images = {row["file"]: encode(picture(i, SIZE), "WEBP") for i, row in enumerate(rows)}
    raw = write_release(folder, rows, images=images)
    cohort = read_rows(raw).sort_by("id")
    texts = {row["file"].removesuffix(".webp"): row["caption"] for row in rows}
    column = [texts[id_.split("_", 2)[2]] for id_ in cohort["id"].to_pylist()]
    # What a CSV cannot carry (NUL, bare returns) may come from elsewhere: put in here.
    index = cohort.schema.get_field_index("caption")
    return raw, cohort.set_column(index, "caption", pa.array(column)).cast(COHORT)


def facts_of(cohort):
    """What a scan would say of every pair: the second has a word, the third a doubtful face."""
    rows = [
        {
            "id": pair["id"],
            "width": SIZE[0],
            "height": SIZE[1],
            "pixel_sha256": f"{number:064}",
            "perceptual_hash": bytes([number]) * 32,
            "colour": 60.0,
            "light": 0.1,
            "identifiers": [vars(found) for found in find_identifiers(pair["caption"])],
            "words": [{**BOX, "text": '<b>"ID 7"', "confidence": 0.9}] if number == 1 else [],
            "faces": [{**BOX, "score": 0.8}] if number == 2 else [],
        }
        for number, pair in enumerate(cohort.select(["id", "caption"]).to_pylist())
    ]
    return pa.Table.from_pylist(rows, schema=SCAN)


def screened_of(cohort, facts, **changes):
    """What scrub would say: identifiers in captions are masked, and the second pair's word.

    `changes`: a position (`at_3`) to columns of its row.
    """
    rows = []
    pairs = zip(cohort.to_pylist(), facts.to_pylist(), strict=True)
    for number, (pair, fact) in enumerate(pairs):
        boxes = [{**BOX, "kind": "record_number"}] if number == 1 else []
        action = "masked" if boxes or fact["identifiers"] else "kept"
        row = {
            "id": pair["id"],
            "label": pair["label"],
            "action": action,
            "proposed": action,
            "decision": None,
            "reasons": ["caption: name"] if fact["identifiers"] else [],
            "borderline": number % 4 == 3,
            "masked": boxes,
            "doubtful": [{**BOX, "kind": "face"}] if number == 2 else [],
            "spans": fact["identifiers"],
        }
        rows.append(row | changes.get(f"at_{number}", {}))
    return pa.Table.from_pylist(rows, schema=SCREENED)
